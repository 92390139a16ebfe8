import type { RgbFromYuv } from "../../pipeline/colour.ts";
import type { Fit, Size } from "../../pipeline/fit.ts";
import type { Planes } from "../../pipeline/planes.ts";

/**
 * Reads a picture at the pixels of a tensor, row by row. A row holds red, green and blue of each
 * tensor pixel in turn, from 0 to 255; it is only lent until the next one comes. Rows that lie outside
 * the picture, and show nothing but the border, do not come.
 */
export type Sampler = (planes: Planes, emit: (row: number, rgb: Float64Array) => void) => void;

/** What a {@linkcode Sampler} is made for. */
export interface SamplerSpec {
  /** The size of the pictures. */
  readonly frame: Size;
  /** The size of the tensor. */
  readonly tensor: Size;
  /** How a picture lies in the tensor. */
  readonly fit: Fit;
  /** What the picture's numbers mean. */
  readonly rgbFromYuv: RgbFromYuv;
  /** What lies around the picture: red, green and blue, from 0 to 255. */
  readonly border: readonly [number, number, number];
}

/** Colours beyond what a screen shows are cut off, as every 8-bit picture does. */
export function clamped(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/**
 * A row that shows nothing but the border.
 *
 * @param width How many pixels it has.
 * @param border Red, green and blue.
 * @returns The row, 3 numbers a pixel.
 */
export function borderRow(width: number, border: SamplerSpec["border"]): Float64Array {
  return Float64Array.from({ length: 3 * width }, (_, i) => border[i % 3]!);
}
