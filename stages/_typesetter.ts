import type { Font } from "./_font.ts";
import { baseFont } from "./_fonts.ts";
import { loadRasteriser, type Rasterise } from "./_rasterise.ts";
import { graphemesOf, runsOf } from "./_runs.ts";
import { joinSprites, type Sprite } from "./_sprite.ts";

/** A longer name is cut before it is looked at, so that nonsense costs no time. */
const MAX_GRAPHEMES = 200;
/** Proportions of a line, in ems. */
const HEIGHT = 1.4;
const BASELINE = 1.02;
const SPACE = 0.35;
const HAIR_SPACE = 0.08;

const NUMERALS = "0123456789.";

/** A numeral's ink and how far it moves the pen, in pixels. */
interface Numeral {
  readonly sprite: Sprite;
  readonly advance: number;
}

/** Sets text of one size as ink: names as they come, numbers out of numerals drawn once. */
export class Typesetter {
  /** The size of the font, in pixels an em. */
  readonly fontSize: number;
  /** The height of all sprites, in pixels, even. */
  readonly height: number;
  readonly #rasterise: Rasterise;
  readonly #numerals: ReadonlyMap<string, Numeral>;

  private constructor(
    rasterise: Rasterise,
    { fontSize, font }: { readonly fontSize: number; readonly font: Font },
  ) {
    this.fontSize = fontSize;
    this.height = 2 * Math.round(HEIGHT * fontSize / 2);
    this.#rasterise = rasterise;
    this.#numerals = new Map(Array.from(NUMERALS, (numeral) => [numeral, {
      sprite: this.#drawn(numeral, font),
      advance: font.advanceOf(numeral) * fontSize,
    }]));
  }

  /**
   * Starts the rasteriser, reads the first font and draws the numerals.
   *
   * @param fontSize The size of the font, in pixels an em.
   * @returns What sets text in that size.
   * @throws {Deno.errors.NotCapable} If the font's or the rasteriser's file may not be read.
   */
  static async load(fontSize: number): Promise<Typesetter> {
    return new Typesetter(await loadRasteriser(), { fontSize, font: await baseFont() });
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
    while (kept > 0) {
      const end = kept < graphemes.length ? ["…"] : [];
      const sprite = await this.#set([...graphemes.slice(0, kept), ...end]);
      if (sprite.width <= maxWidth) return sprite;
      kept = Math.min(kept - 1, Math.floor(kept * maxWidth / sprite.width));
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
    let x = 0;
    const pieces = Array.from(digits, (digit) => {
      const { sprite, advance } = this.#numerals.get(digit) as Numeral;
      const piece = { sprite, x };
      x += advance;
      return piece;
    });
    return joinSprites(pieces, this.height);
  }

  /**
   * Puts ink in a row, from left to right.
   *
   * @param pieces The ink, and whether a space is wanted before it.
   * @returns All of it.
   */
  inRow(pieces: readonly { readonly sprite: Sprite; readonly isSpaced: boolean }[]): Sprite {
    let pen = 0;
    const placed = pieces.filter(({ sprite }) => sprite.width > 0).map(({ sprite, isSpaced }) => {
      if (pen > 0) pen += this.fontSize * (isSpaced ? SPACE : HAIR_SPACE);
      const x = Math.round(pen);
      pen = x + sprite.width;
      return { sprite: { ...sprite, left: 0 }, x };
    });
    return joinSprites(placed, this.height);
  }

  async #set(graphemes: readonly string[]): Promise<Sprite> {
    const runs = await runsOf(graphemes);
    return this.inRow(runs.map(({ text, font, isSpaced }) => ({
      sprite: this.#drawn(text, font),
      isSpaced,
    })));
  }

  #drawn(text: string, font: Font): Sprite {
    const { fontSize, height } = this;
    return this.#rasterise(text, { font, fontSize, height, baseline: BASELINE * fontSize });
  }
}
