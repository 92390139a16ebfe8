/** Wider lines are hard to read. */
const MAX_COLUMNS = 100;

/** In narrower columns text is worse to read than near the line's beginning. */
const MIN_COLUMNS = 20;

/** Where it begins then. */
const NEAR = 4;

// deno-lint-ignore no-control-regex -- So a terminal is told of colours.
const STYLE = /\x1b\[[0-9;]*m/g;

/** How many columns a text takes on a terminal. */
function widthOf(text: string): number {
  return text.replaceAll(STYLE, "").length;
}

/** Where the lines begin that follow a line: below the meaning of a term, else as it does itself. */
function hangOf(line: string): number {
  const [lead = ""] = /^Usage: +| +(?:\S+ )*\S+ {2,}(?=\S)| */.exec(line.replaceAll(STYLE, "")) ??
    [];
  return lead.length;
}

/** A line as lines of a width, broken between words. */
function linesFrom(line: string, columns: number): string[] {
  const hang = hangOf(line);
  const indent = columns - hang < MIN_COLUMNS ? NEAR : hang;
  const lines: string[] = [];
  let current = "";
  for (const [word] of line.matchAll(/ *[^ ]+/g)) {
    if (current === "" || widthOf(current + word) <= columns) {
      current += word;
    } else {
      lines.push(current);
      current = " ".repeat(indent) + word.trimStart();
    }
  }
  return [...lines, current];
}

/** Where a text of help is shown. */
export interface HelpTextOptions {
  /** How wide the terminal is. */
  readonly columns: number;
  /** Whether it shows colours. */
  readonly hasColours: boolean;
}

/**
 * Lays out a text of help for a terminal. What belongs to an option stays in its column, where there
 * is room for that.
 *
 * @param text The text with the signs for colours, one line for each paragraph and each option.
 * @param options Where it is shown.
 * @returns The text with more lines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const text = "  \x1b[3m--json\x1b[0m      Print JSON instead of words.";
 * assertEquals(
 *   helpText(text, { columns: 40, hasColours: false }),
 *   "  --json      Print JSON instead of\n              words.",
 * );
 * ```
 */
export function helpText(text: string, { columns, hasColours }: HelpTextOptions): string {
  const shown = hasColours ? text : text.replaceAll(STYLE, "");
  return shown.split("\n")
    .flatMap((line) => linesFrom(line, Math.min(columns, MAX_COLUMNS)))
    .join("\n");
}
