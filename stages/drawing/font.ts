import type { Font as ShapingFont } from "harfbuzzjs";
import { type Contour, contoursFrom } from "./contour.ts";
import { unpackWoff } from "./woff.ts";

/** A text as shapes: lengths in ems, x to the right of the pen, y upwards from the baseline. */
export interface Outline {
  /** The closed lines around the ink. */
  readonly contours: readonly Contour[];
  /** How far the pen moves to the right. */
  readonly advance: number;
}

/** How a text is shaped. */
export interface OutlineOptions {
  /** Whether it is read from the right. */
  readonly isLeftward: boolean;
}

type HarfBuzz = typeof import("harfbuzzjs");

/**
 * A font that writes any text which it has the letters for, with joined and reordered letters as
 * the script demands.
 *
 * HarfBuzz finds out which glyphs stand where. It runs as WebAssembly, which can touch nothing but
 * its own memory.
 */
export class Font {
  readonly #harfBuzz: HarfBuzz;
  readonly #font: ShapingFont;
  readonly #unitsPerEm: number;
  readonly #characters: ReadonlySet<number>;
  readonly #emboldening: number;

  private constructor(
    harfBuzz: HarfBuzz,
    { bytes, emboldening }: { bytes: Uint8Array<ArrayBuffer>; emboldening: number },
  ) {
    const face = new harfBuzz.Face(new harfBuzz.Blob(bytes.buffer));
    this.#harfBuzz = harfBuzz;
    this.#font = new harfBuzz.Font(face);
    this.#unitsPerEm = face.upem;
    this.#characters = new Set(face.collectUnicodes());
    this.#emboldening = emboldening;
  }

  /**
   * Reads a font.
   *
   * @param url The file: TrueType, OpenType or WOFF 1.0.
   * @param emboldening How much its strokes are thickened, in ems.
   * @returns The font.
   * @throws {Deno.errors.NotCapable} If the file, or HarfBuzz's own, may not be read.
   */
  static async read(url: URL, emboldening: number): Promise<Font> {
    const bytes = unpackWoff(await Deno.readFile(url));
    const harfBuzz = await import("harfbuzzjs"); // Who draws no labels needs no shaper.
    return new Font(harfBuzz, { bytes, emboldening });
  }

  /**
   * Whether the font can write all of a text; characters that are never seen count as written.
   *
   * @param text The text.
   * @returns Whether each character has a glyph.
   */
  covers(text: string): boolean {
    for (const character of text) {
      if (/\p{Default_Ignorable_Code_Point}/u.test(character)) continue;
      if (!this.#characters.has(character.codePointAt(0) as number)) return false;
    }
    return true;
  }

  /**
   * Shapes a text.
   *
   * @param text The text, all of one direction.
   * @param options How it is shaped.
   * @returns Its shape.
   */
  outlineOf(text: string, { isLeftward }: OutlineOptions): Outline {
    const { Buffer, Direction, shape } = this.#harfBuzz;
    const buffer = new Buffer();
    buffer.addText(text);
    buffer.guessSegmentProperties();
    buffer.setDirection(isLeftward ? Direction.RTL : Direction.LTR);
    shape(this.#font, buffer);
    const places = buffer.getGlyphPositions();
    const contours: Contour[] = [];
    let pen = 0;
    for (const [index, { codepoint: glyph }] of buffer.getGlyphInfos().entries()) {
      const place = places[index];
      if (!place) break;
      contours.push(...contoursFrom(this.#font.glyphToPath(glyph), {
        scale: 1 / this.#unitsPerEm,
        x: (pen + place.xOffset) / this.#unitsPerEm,
        y: place.yOffset / this.#unitsPerEm,
      }));
      pen += place.xAdvance;
    }
    return { contours: this.#emboldened(contours), advance: pen / this.#unitsPerEm };
  }

  /** The shape together with itself moved a little to each corner: drawn as one, it is thicker. */
  #emboldened(contours: readonly Contour[]): readonly Contour[] {
    const by = this.#emboldening / 2;
    if (by === 0) return contours;
    return [[-by, -by], [-by, by], [by, -by], [by, by]].flatMap(([dx = 0, dy = 0]) =>
      contours.map((contour) => contour.map(({ x, y }) => ({ x: x + dx, y: y + dy })))
    );
  }
}
