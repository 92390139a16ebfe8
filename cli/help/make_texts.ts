/**
 * Writes the texts of help anew, once the commands, their options or descriptions have changed.
 *
 * @example
 * ```sh
 * deno run --allow-read=. --allow-write=cli/help cli/help/make_texts.ts && deno fmt cli/help
 * ```
 *
 * @module
 */

import { commandNames, parse } from "../_parse.ts";

/**
 * The texts of help as the commands tell them.
 *
 * @returns The texts by command; that of the whole program has no name.
 */
export function textsOfHelp(): Record<string, string> {
  const texts = ["", ...commandNames()].map((name) => {
    let text = "";
    parse([...name.split(" ").filter(Boolean), "--help"], { onHelp: (help) => text = help });
    return [name, text];
  });
  return Object.fromEntries(texts);
}

if (import.meta.main) {
  const json = JSON.stringify(textsOfHelp(), undefined, 2);
  await Deno.writeTextFile(new URL("texts.json", import.meta.url), `${json}\n`);
}
