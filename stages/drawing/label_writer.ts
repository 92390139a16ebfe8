import { type Colour, yuvFromRgb } from "../../pipeline/colour.ts";
import type { Planes } from "../../pipeline/planes.ts";
import { inkOn, type Rgb } from "./palette.ts";
import type { Sprite } from "./sprite.ts";
import { paintTag } from "./tag.ts";
import { Typesetter } from "./typesetter.ts";

/** What a writer of labels writes on. */
export interface LabelWriterOptions {
  /** The size of the font, in pixels an em. */
  readonly fontSize: number;
  /** How wide a tag may be, in pixels. */
  readonly maxWidth: number;
  /** What the numbers of the planes mean. */
  readonly colour: Colour;
}

/** What stands on a tag. */
export interface TagContent {
  /** The name, which has been prepared. */
  readonly label?: string | undefined;
  /** The confidence, from 0 to 1. */
  readonly confidence?: number | undefined;
  /** The colour of the tag. */
  readonly ground: Rgb;
}

/** How many names and how many tags are kept; with more, all are forgotten at once. */
const MAX_KEPT = 512;
/** The space beside the text, in ems. */
const PADDING = 0.3;

/**
 * Writes tags: a name and a confidence in black or white on a coloured ground.
 *
 * Text becomes pixels once for each name and each numeral; a tag is put together of these and kept.
 */
export class LabelWriter {
  readonly #options: LabelWriterOptions;
  readonly #padding: number;
  readonly #names = new Map<string, Sprite>();
  readonly #tags = new Map<string, Planes | undefined>();
  #typesetter: Typesetter | undefined;

  /** Makes a writer, which loads nothing until it has something to write. */
  constructor(options: LabelWriterOptions) {
    this.#options = options;
    this.#padding = 2 * Math.round(PADDING * options.fontSize / 2);
  }

  /**
   * Makes ready to write names, and numbers of two decimals.
   *
   * @param labels The names.
   * @throws {Deno.errors.NotCapable} If a file of a font or the shaper may not be read.
   */
  async prepare(labels: Iterable<string>): Promise<void> {
    this.#typesetter ??= await Typesetter.load(this.#options.fontSize);
    if (this.#names.size > MAX_KEPT) this.#names.clear();
    const maxWidth = this.#options.maxWidth - 2 * this.#padding - 3 * this.#options.fontSize;
    for (const label of labels) {
      if (this.#names.has(label)) continue;
      this.#names.set(label, await this.#typesetter.name(label, maxWidth));
    }
  }

  /**
   * The tag for a name and a confidence.
   *
   * @param content What stands on it.
   * @returns The tag, of even size; none if nothing stands on it or it is too wide.
   */
  tagOf({ label = "", confidence, ground }: TagContent): Planes | undefined {
    const number = confidence === undefined ? "" : confidence.toFixed(2);
    const key = `${ground} ${number} ${label}`;
    if (!this.#tags.has(key)) {
      if (this.#tags.size >= MAX_KEPT) this.#tags.clear();
      this.#tags.set(key, this.#painted({ name: this.#names.get(label), number, ground }));
    }
    return this.#tags.get(key);
  }

  #painted(
    { name, number, ground }: { name: Sprite | undefined; number: string; ground: Rgb },
  ): Planes | undefined {
    const typesetter = this.#typesetter;
    if (!typesetter) return undefined;
    const text = typesetter.line([...(name ? [name] : []), typesetter.number(number)]);
    if (text.width === 0) return undefined;
    const tag = paintTag(text, {
      ground: yuvFromRgb(ground, this.#options.colour),
      ink: yuvFromRgb(inkOn(ground), this.#options.colour),
      padding: this.#padding,
    });
    return tag.width <= this.#options.maxWidth ? tag : undefined;
  }
}
