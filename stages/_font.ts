import { unpackWoff } from "./_woff.ts";

/** A font in memory: what it can write, and how wide. */
export class Font {
  /** The name by which a rasteriser knows it. */
  readonly family: string;
  /** The file, as OpenType or TrueType. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How much its strokes are thickened, in ems. */
  readonly emboldening: number;
  readonly #view: DataView;
  /** Where the map from characters to glyphs begins, and which of the two forms it has. */
  readonly #map: { readonly offset: number; readonly format: 4 | 12 };
  readonly #unitsPerEm: number;
  readonly #metrics: { readonly offset: number; readonly count: number };

  /**
   * Reads a font's tables (OpenType 1.9: `cmap`, `head`, `hhea`, `hmtx`).
   *
   * @param family Its name, as it names itself.
   * @param file The font file: TrueType, OpenType or WOFF 1.0.
   * @param emboldening How much its strokes shall be thickened, in ems.
   */
  constructor(family: string, file: Uint8Array<ArrayBuffer>, emboldening = 0) {
    this.family = family;
    this.emboldening = emboldening;
    this.bytes = unpackWoff(file);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.#map = this.#characterMap();
    this.#unitsPerEm = this.#view.getUint16(this.#table("head") + 18);
    this.#metrics = {
      offset: this.#table("hmtx"),
      count: this.#view.getUint16(this.#table("hhea") + 34),
    };
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
      if (this.#glyphOf(character.codePointAt(0) as number) === 0) return false;
    }
    return true;
  }

  /**
   * How far a character moves the pen.
   *
   * @param character The character.
   * @returns The distance in ems.
   */
  advanceOf(character: string): number {
    const glyph = this.#glyphOf(character.codePointAt(0) as number);
    const entry = Math.min(glyph, this.#metrics.count - 1);
    return this.#view.getUint16(this.#metrics.offset + 4 * entry) / this.#unitsPerEm;
  }

  #table(tag: string): number {
    const wanted = [...tag].reduce((code, letter) => code * 256 + letter.charCodeAt(0), 0);
    const count = this.#view.getUint16(4);
    for (let at = 12; at < 12 + 16 * count; at += 16) {
      if (this.#view.getUint32(at) === wanted) return this.#view.getUint32(at + 8);
    }
    throw new TypeError(`Cannot read font "${this.family}" as it has no table "${tag}"`);
  }

  /** The Unicode map with the largest repertoire. */
  #characterMap(): { readonly offset: number; readonly format: 4 | 12 } {
    const start = this.#table("cmap");
    let best: { offset: number; format: 4 | 12 } | undefined;
    for (let index = 0; index < this.#view.getUint16(start + 2); index++) {
      const offset = start + this.#view.getUint32(start + 8 + 8 * index);
      const format = this.#view.getUint16(offset);
      if (format === 12 || (format === 4 && !best)) best = { offset, format };
    }
    if (!best) throw new TypeError(`Cannot read font "${this.family}" as it maps no characters`);
    return best;
  }

  /** The number of the glyph for a character; 0 if there is none. */
  #glyphOf(codePoint: number): number {
    const { offset, format } = this.#map;
    return format === 12
      ? glyphByGroups(this.#view, offset, codePoint)
      : glyphBySegments(this.#view, offset, codePoint);
  }
}

/** Looks a character up in a `cmap` of format 12: groups of start, end and first glyph. */
function glyphByGroups(view: DataView, offset: number, codePoint: number): number {
  let low = 0;
  let high = view.getUint32(offset + 12) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const group = offset + 16 + 12 * middle;
    const start = view.getUint32(group);
    if (codePoint < start) high = middle - 1;
    else if (codePoint > view.getUint32(group + 4)) low = middle + 1;
    else return view.getUint32(group + 8) + codePoint - start;
  }
  return 0;
}

/** Looks a character up in a `cmap` of format 4: segments of 16-bit characters. */
function glyphBySegments(view: DataView, offset: number, codePoint: number): number {
  const doubledCount = view.getUint16(offset + 6);
  const ends = offset + 14;
  const starts = ends + doubledCount + 2;
  for (let at = 0; at < doubledCount; at += 2) {
    if (codePoint > view.getUint16(ends + at)) continue;
    const start = view.getUint16(starts + at);
    if (codePoint < start) return 0;
    const delta = view.getUint16(starts + doubledCount + at);
    const rangeOffsetAt = starts + 2 * doubledCount + at;
    const rangeOffset = view.getUint16(rangeOffsetAt);
    if (rangeOffset === 0) return (codePoint + delta) & 0xffff;
    const glyph = view.getUint16(rangeOffsetAt + rangeOffset + 2 * (codePoint - start));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}
