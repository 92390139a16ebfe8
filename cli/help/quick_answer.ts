import manifest from "../../deno.json" with { type: "json" };
import { stdout } from "../_console.ts";
import { helpText } from "./help_text.ts";
import texts from "./texts.json" with { type: "json" };

/** The texts of help, by command. */
const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(texts));

/** The command that help is asked for; nothing where the arguments mean something else. */
function subjectOf(args: readonly string[]): string | undefined {
  if (args.length === 0) return "";
  if (args[0] === "help") return args.slice(1).join(" ");
  return ["-h", "--help"].includes(args.at(-1)!) ? args.slice(0, -1).join(" ") : undefined;
}

/**
 * Prints a text of help on standard output, as suits the terminal.
 *
 * @param text The text, one line for each paragraph and each option.
 * @throws {ReaderGone} If nobody reads it.
 */
export function printHelp(text: string): void {
  const hasColours = stdout.isTerminal && !Deno.noColor;
  stdout.write(`${helpText(text, { columns: stdout.columns(), hasColours })}\n`);
}

/**
 * Prints help or the version without reading what commands take, where the arguments are no more than
 * that question: the texts were made from it before.
 *
 * @param args The arguments, such as `["run", "--help"]`.
 * @returns Whether that was it.
 * @throws {ReaderGone} If nobody reads it.
 */
export function quickAnswer(args: readonly string[]): boolean {
  if (args.length === 1 && ["-V", "--version"].includes(args[0]!)) {
    stdout.write(`${manifest.version}\n`);
    return true;
  }
  const text = TEXTS.get(subjectOf(args) ?? "no command");
  if (text === undefined) return false;
  printHelp(text);
  return true;
}
