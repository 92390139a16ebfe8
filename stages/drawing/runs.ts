import type { Font } from "./font.ts";
import { baseFont, fontFor } from "./fonts.ts";

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

/** Scripts that are read from the right. */
const LEFTWARD =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

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
 * Directions follow the Unicode Bidirectional Algorithm (UAX #9) as far as a label needs it: the first
 * letter decides for the whole (rules P2, P3), then letters and numbers for themselves (W4, W7, I1,
 * I2), what lies between takes the direction of its neighbours (N1, N2), and the pieces are ordered
 * by level (L2).
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

/** What a grapheme says about direction: left to right, right to left, a number, or nothing. */
type Direction = "L" | "R" | "number" | undefined;

function directionOf(grapheme: string): Direction {
  if (/\p{Nd}/u.test(grapheme)) return "number";
  if (LEFTWARD.test(grapheme)) return "R";
  return /\p{L}/u.test(grapheme) ? "L" : undefined;
}

/** The directions, where signs within numbers count as numbers, and numbers after "L" as "L". */
function directionsOf(graphemes: readonly string[], base: "L" | "R"): readonly Direction[] {
  const own = graphemes.map(directionOf);
  let strong: Direction = base;
  return graphemes.map((grapheme, index) => {
    const isBetween = own[index - 1] === "number" && own[index + 1] === "number";
    const isSign = isBetween && /^[-+/.,:]$/u.test(grapheme);
    const direction = isSign ? "number" : own[index];
    if (direction === "L" || direction === "R") strong = direction;
    return direction === "number" && strong === "L" ? "L" : direction;
  });
}

/** How deeply each grapheme is nested; odd levels are read from the right. */
function levelsOf(graphemes: readonly string[]): readonly number[] {
  const base = graphemes.map(directionOf).find((own) => own === "L" || own === "R") === "R"
    ? "R"
    : "L";
  const directions = directionsOf(graphemes, base);
  const strength = (direction: Direction) => direction === "number" ? "R" : direction ?? base;
  return directions.map((own, index) => {
    const before = directions.slice(0, index).findLast((other) => other !== undefined);
    const after = directions.slice(index).find((other) => other !== undefined);
    const isAgreed = strength(before) === strength(after);
    const direction = own ?? (isAgreed ? strength(before) : base);
    if (direction === "R") return 1;
    return direction === "number" || base === "R" ? 2 : 0;
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
