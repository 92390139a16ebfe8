import { fillOutline } from "./fill_outline.ts";
import type { Outline } from "./font.ts";
import { baseFont } from "./fonts.ts";
import { graphemesOf, type Run, runsOf } from "./runs.ts";
import { joinSprites, type Sprite } from "./sprite.ts";

/** A longer name is cut before it is looked at, so that nonsense costs no time. */
const MAX_GRAPHEMES = 200;
/** Proportions of a line, in ems. */
const HEIGHT = 1.4;
const BASELINE = 1.02;
const SPACE = 0.35;

const NUMERALS = "0123456789.";

/** Sets text of one size as ink: names as they come, numbers out of numerals drawn once. */
export class Typesetter {
  /** The height of all sprites, in pixels, even. */
  readonly height: number;
  readonly #fontSize: number;
  readonly #numerals = new Map<string, Sprite>();

  private constructor(fontSize: number) {
    this.height = 2 * Math.round(HEIGHT * fontSize / 2);
    this.#fontSize = fontSize;
  }

  /**
   * Reads the first font and draws the numerals.
   *
   * @param fontSize The size of the font, in pixels an em.
   * @returns What sets text in that size.
   * @throws {Deno.errors.NotCapable} If a file of the font or the shaper may not be read.
   */
  static async load(fontSize: number): Promise<Typesetter> {
    const typesetter = new Typesetter(fontSize);
    const font = await baseFont();
    for (const text of NUMERALS) {
      typesetter.#numerals.set(
        text,
        typesetter.#filled(outlineOf({ text, font, isLeftward: false })),
      );
    }
    return typesetter;
  }

  /**
   * Sets a name, cut short with an ellipsis if it would be too wide.
   *
   * @param name Any text.
   * @param maxWidth How wide it may become, in pixels.
   * @returns The ink; empty if not even one letter fits.
   */
  async name(name: string, maxWidth: number): Promise<Sprite> {
    const graphemes = graphemesOf(name.slice(0, 8 * MAX_GRAPHEMES));
    let kept = Math.min(graphemes.length, MAX_GRAPHEMES);
    while (kept > 0 && maxWidth > 0) {
      const end = kept < graphemes.length ? ["…"] : [];
      const outlines = (await runsOf([...graphemes.slice(0, kept), ...end])).map(outlineOf);
      const advance = outlines.reduce((sum, outline) => sum + outline.advance, 0) * this.#fontSize;
      if (advance <= maxWidth) {
        const sprite = joinSprites(outlines.map((outline) => this.#filled(outline)), this.height);
        if (sprite.width <= maxWidth) return sprite; // Letters may reach beyond their own space.
      }
      kept = Math.min(kept - 1, Math.floor(kept * maxWidth / advance));
    }
    return joinSprites([], this.height);
  }

  /**
   * Sets a number.
   *
   * @param digits The number as text: digits and points.
   * @returns The ink.
   */
  number(digits: string): Sprite {
    return joinSprites(
      Array.from(digits, (digit) => this.#numerals.get(digit) as Sprite),
      this.height,
    );
  }

  /**
   * Puts words in a row, from left to right, with spaces between them.
   *
   * @param words The words' ink.
   * @returns All of it.
   */
  line(words: readonly Sprite[]): Sprite {
    const spaced = words.filter(({ width }) => width > 0).map((word) => ({
      ...word,
      advance: word.advance + SPACE * this.#fontSize,
    }));
    return joinSprites(spaced, this.height);
  }

  #filled(outline: Outline): Sprite {
    return fillOutline(outline, {
      fontSize: this.#fontSize,
      height: this.height,
      baseline: BASELINE * this.#fontSize,
    });
  }
}

function outlineOf({ text, font, isLeftward }: Run): Outline {
  return font.outlineOf(text, { isLeftward });
}
