import type { Box } from "../box.ts";
import { quantileOf } from "./_series.ts";
import type { Sample } from "./sample.ts";
import type { NumberedBox } from "./compared_frame.ts";

/** Where an object was at one time. */
export interface PlacedBox {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The box. */
  readonly box: Box<"frame">;
}

/** The course of an object's box, in four series with the same times. */
export interface Coordinates {
  /** The median of `√(width · height)`, in pixels. */
  readonly sizePx: number;
  /** The centre's horizontal place, in % of `sizePx`. */
  readonly centreXPercent: readonly Sample[];
  /** The centre's vertical place, in % of `sizePx`. */
  readonly centreYPercent: readonly Sample[];
  /** 100 times the natural logarithm of the width in pixels: a change of 1 is one of 1 %. */
  readonly widthPercent: readonly Sample[];
  /** 100 times the natural logarithm of the height in pixels. */
  readonly heightPercent: readonly Sample[];
}

/**
 * The coordinates in which an object's trembling is measured: the centre in % of the object's size and
 * the size as a logarithm, so that near and far objects can be compared. The size by which is divided
 * is the median over the track, as that of a single frame would tremble itself.
 *
 * @param boxes The object's boxes, in the order of time; those without an area are left out.
 * @returns The coordinates; `undefined` if no box has an area.
 */
export function coordinatesOf(boxes: readonly PlacedBox[]): Coordinates | undefined {
  const whole = boxes.filter(({ box: { x1, y1, x2, y2 } }) => x2 > x1 && y2 > y1);
  const sizes = whole.map(({ box: { x1, y1, x2, y2 } }) => Math.sqrt((x2 - x1) * (y2 - y1)));
  const sizePx = quantileOf(sizes, 0.5);
  if (sizePx === undefined) return undefined;
  const series = (valueOf: (box: Box<"frame">) => number): Sample[] =>
    whole.map(({ timestampUs, box }) => ({ timestampUs, value: 100 * valueOf(box) }));
  return {
    sizePx,
    centreXPercent: series(({ x1, x2 }) => (x1 + x2) / 2 / sizePx),
    centreYPercent: series(({ y1, y2 }) => (y1 + y2) / 2 / sizePx),
    widthPercent: series(({ x1, x2 }) => Math.log(x2 - x1)),
    heightPercent: series(({ y1, y2 }) => Math.log(y2 - y1)),
  };
}

/**
 * Sorts the boxes of a clip by object.
 *
 * @param frames The frames, in the order of time.
 * @returns The boxes of each track, by its number, in the order of time.
 */
export function boxesByTrack(
  frames: readonly { readonly timestampUs: number; readonly tracks: readonly NumberedBox[] }[],
): Map<number, PlacedBox[]> {
  const tracks = new Map<number, PlacedBox[]>();
  for (const { timestampUs, tracks: boxes } of frames) {
    for (const { trackId, box } of boxes) {
      const placed = tracks.get(trackId) ?? [];
      tracks.set(trackId, placed);
      placed.push({ timestampUs, box });
    }
  }
  return tracks;
}
