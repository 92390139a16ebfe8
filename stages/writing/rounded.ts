import { type Box, clippedTo } from "../../pipeline/box.ts";
import type { Size } from "../../pipeline/fit.ts";

/** Pixels are written to a hundredth: finer than any detector finds. */
const PIXEL_DECIMALS = 2;
/** Shares, such as confidences, are written to a millionth: a hundredth of a pixel in 8K video. */
const SHARE_DECIMALS = 6;

function rounded(value: number, decimals: number): number {
  // Past that, toFixed() gives an exponent; no coordinate and no confidence gets there.
  if (!(Math.abs(value) < 1e21)) {
    throw new RangeError(`Cannot write ${value} as a coordinate or confidence: it must be finite`);
  }
  return Number(value.toFixed(decimals));
}

/**
 * A number of pixels as it is written: to a hundredth. Printed, it has no exponent.
 *
 * @param value The number.
 * @returns The rounded number.
 * @throws {RangeError} If it is no finite number.
 */
export function roundedPixels(value: number): number {
  return rounded(value, PIXEL_DECIMALS);
}

/**
 * A share of a whole, such as a confidence, as it is written: to a millionth. Printed, it has no
 * exponent.
 *
 * @param value The number.
 * @returns The rounded number.
 * @throws {RangeError} If it is no finite number.
 */
export function roundedShare(value: number): number {
  return rounded(value, SHARE_DECIMALS);
}

/** A box as it is written. */
export interface WrittenBox extends Box<"frame"> {
  /** From the left edge to the right one. */
  readonly width: number;
  /** From the top edge to the bottom one. */
  readonly height: number;
}

/**
 * A box as it is written: the part that lies in the frame, its edges rounded to a hundredth of a
 * pixel, and the distances between the rounded edges.
 *
 * @param box The box.
 * @param size The size of the frame.
 * @returns The rounded box.
 * @throws {RangeError} If an edge is not a number.
 */
export function roundedBox(box: Box<"frame">, size: Size): WrittenBox {
  const clipped = clippedTo(box, size);
  const x1 = roundedPixels(clipped.x1);
  const y1 = roundedPixels(clipped.y1);
  const x2 = roundedPixels(clipped.x2);
  const y2 = roundedPixels(clipped.y2);
  return { x1, y1, x2, y2, width: roundedPixels(x2 - x1), height: roundedPixels(y2 - y1) };
}
