import type { Size } from "../../pipeline/fit.ts";
import { isTouching, polygonOf, type Rectangle, type Region } from "./region.ts";

/** How a frame is cut. */
export interface Cut {
  /** The size of a slice, in pixels. */
  readonly size: Size;
  /** The share of a slice that the next one shows too, at least; from 0 to 0.9. */
  readonly overlap: number;
  /** Only slices that touch one of these; all where there are none. */
  readonly regions: readonly Region[];
}

/**
 * Cuts a frame into slices that overlap and cover all of it.
 *
 * They are as many as those of SAHI (Akyon et al., "Slicing Aided Hyper Inference and Fine-tuning for
 * Small Object Detection", 2022; slicing.py, `get_slice_bboxes`), and in the same way none reaches
 * beyond the frame; but they lie evenly, where SAHI shifts only the last ones.
 *
 * @param frame The size of the frame.
 * @param cut How it is cut.
 * @returns The slices, row by row; none where one slice would show the whole frame. Along an axis on
 * which the frame is smaller than a slice, slices are as small as the frame.
 */
export function slicesOf(frame: Size, { size, overlap, regions }: Cut): Rectangle[] {
  if (frame.width <= size.width && frame.height <= size.height) return [];
  const polygons = regions.map((region) => polygonOf(region, frame));
  const width = Math.min(size.width, frame.width);
  const height = Math.min(size.height, frame.height);
  const columns = startsOf(frame.width, size.width, overlap);
  const slices = startsOf(frame.height, size.height, overlap)
    .flatMap((y) => columns.map((x) => ({ x, y, width, height })));
  if (polygons.length === 0) return slices;
  return slices.filter((slice) => polygons.some((polygon) => isTouching(polygon, slice)));
}

/** Where slices begin along an axis. */
function startsOf(length: number, size: number, overlap: number): number[] {
  if (length <= size) return [0];
  const step = size - Math.floor(size * overlap);
  const gaps = Math.ceil((length - size) / step);
  return Array.from({ length: gaps + 1 }, (_, i) => Math.round(i * (length - size) / gaps));
}
