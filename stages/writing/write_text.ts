import type { Detected } from "../../pipeline/items.ts";
import { type MeteredStage, stage } from "../../pipeline/stage.ts";
import { openTextOutput } from "./text_output.ts";
import type { TextTarget, WriteOptions } from "../text_target.ts";

/** What a format makes of items. */
export interface TextFormat {
  /** What stands before the first item: nothing by default. */
  readonly head?: string;
  /** The text of an item, with its line ends; it may be empty. */
  textOf(item: Detected): string;
}

/**
 * Makes a stage that writes what passes through, each item before it is passed on; what becomes a
 * file that nobody follows is gathered first.
 *
 * @param name The name of the stage.
 * @param target Where to write to.
 * @param options How to treat the target.
 * @param format What to write.
 * @returns The stage.
 */
export function writeText<T extends Detected>(
  name: string,
  target: TextTarget,
  options: WriteOptions,
  { head = "", textOf }: TextFormat,
): MeteredStage<T, T> {
  return stage(name, async function* (items: AsyncIterable<T>, signal) {
    await using output = await openTextOutput(target, options, signal);
    let start = head; // A file in which nothing else would stand is not left behind.
    for await (const item of items) {
      await output.write(start + textOf(item));
      start = "";
      yield item;
    }
    await output.write(start);
    await output.end();
  });
}
