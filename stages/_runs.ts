import type { Font } from "./_font.ts";
import { baseFont, fontFor } from "./_fonts.ts";

/** A piece of a text that has one font and one direction. */
export interface Run {
  /** The piece, in the order in which it is read. */
  readonly text: string;
  /** The font. */
  readonly font: Font;
  /** Whether it is read from the right. */
  readonly isLeftward: boolean;
}

/** What is shown for a character that no font has. */
const REPLACEMENT = "\ufffd";

/** Scripts that are read from the right; digits are always read from the left. */
const LEFTWARD =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const RIGHTWARD = /[\p{L}\p{N}]/u;

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
    .replace(/\p{Cc}/gu, "").trim();
  return Array.from(segmenter.segment(line), ({ segment }) => segment);
}

/**
 * Splits a text into pieces of one font and one direction.
 *
 * Directions follow the Unicode Bidirectional Algorithm (UAX #9) as far as a label needs it: levels
 * by strong letters and digits (rules P2, P3, W, I), what lies between takes the direction of its
 * neighbours (N1, N2), and the pieces are ordered by level (L2).
 *
 * @param graphemes What the reader sees as characters.
 * @returns The pieces, from left to right.
 */
export async function runsOf(graphemes: readonly string[]): Promise<Run[]> {
  const levels = levelsOf(graphemes);
  const runs: (Run & { readonly level: number })[] = [];
  for (const [index, grapheme] of graphemes.entries()) {
    const level = levels[index] as number;
    const last = runs.at(-1);
    const chosen = await fontFor(grapheme);
    const text = chosen ? grapheme : REPLACEMENT;
    const font = chosen ?? await baseFont();
    if (last?.font === font && last.level === level) {
      runs[runs.length - 1] = { ...last, text: last.text + text };
    } else {
      runs.push({ text, font, level, isLeftward: level % 2 === 1 });
    }
  }
  return inSight(runs);
}

/** How deeply each grapheme is nested; odd levels are read from the right. */
function levelsOf(graphemes: readonly string[]): readonly number[] {
  const isLeftward = graphemes.map((grapheme) =>
    LEFTWARD.test(grapheme) ? true : RIGHTWARD.test(grapheme) ? false : undefined
  );
  const base = graphemes.find((grapheme) => /\p{L}/u.test(grapheme));
  const baseLevel = base !== undefined && LEFTWARD.test(base) ? 1 : 0;
  return isLeftward.map((own, index) => {
    const before = own ?? isLeftward.slice(0, index).findLast((other) => other !== undefined);
    const after = own ?? isLeftward.slice(index).find((other) => other !== undefined);
    if (before === undefined || before !== after) return baseLevel;
    return before ? 1 : 2 * baseLevel;
  });
}

/** Orders pieces as they are seen: from the deepest level on, neighbours of a level are turned round. */
function inSight<T extends { readonly level: number }>(runs: readonly T[]): T[] {
  let ordered = [...runs];
  for (const level of [2, 1]) {
    const next: T[] = [];
    let turned: T[] = [];
    for (const run of ordered) {
      if (run.level >= level) {
        turned.unshift(run);
      } else {
        next.push(...turned, run);
        turned = [];
      }
    }
    ordered = [...next, ...turned];
  }
  return ordered;
}
