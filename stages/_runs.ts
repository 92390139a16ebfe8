import type { Font } from "./_font.ts";
import { baseFont, fontFor } from "./_fonts.ts";

/** A piece of a text that one font can write. */
export interface Run {
  /** The piece. */
  readonly text: string;
  /** The font. */
  readonly font: Font;
  /** Whether a space parts it from the piece before. */
  readonly isSpaced: boolean;
}

/** What is shown for a character that no font has. */
const REPLACEMENT = "\ufffd";

/** Begins with a letter of a script that runs to the left. */
const LEFTWARD =
  /^\P{L}*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Makes a text one that can be shown on a line: without control characters, every white space a
 * single space, halves of surrogate pairs replaced.
 *
 * @param text Any text.
 * @returns What the reader sees as characters.
 */
export function graphemesOf(text: string): string[] {
  const line = text.toWellFormed().normalize("NFC").replace(/\s+/gu, " ")
    .replace(/\p{Cc}|[\ufffe\uffff]/gu, "").trim();
  return Array.from(segmenter.segment(line), ({ segment }) => segment);
}

/**
 * Splits a text into pieces of one font each, in the order in which they stand from left to right.
 *
 * @param graphemes What the reader sees as characters.
 * @returns The pieces.
 */
export async function runsOf(graphemes: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  let space = "";
  for (const grapheme of graphemes) {
    if (grapheme === " ") {
      space = " ";
      continue;
    }
    const font = await fontFor(grapheme);
    const next = { text: font ? grapheme : REPLACEMENT, font: font ?? await baseFont() };
    const last = runs.at(-1);
    if (last?.font === next.font && next.font.covers(space)) {
      runs[runs.length - 1] = { ...last, text: last.text + space + next.text };
    } else {
      runs.push({ ...next, isSpaced: space !== "" });
    }
    space = "";
  }
  return LEFTWARD.test(graphemes.join("")) ? leftward(runs) : runs;
}

/** The same pieces from the right; the spaces stay between the same neighbours. */
function leftward(runs: readonly Run[]): Run[] {
  return runs.map((run, index) => ({ ...run, isSpaced: runs[index + 1]?.isSpaced ?? false }))
    .reverse();
}
