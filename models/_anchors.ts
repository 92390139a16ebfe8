import type { Size } from "../pipeline/fit.ts";

/** Square cells that lie over a network's input, with the same anchors around the middle of each. */
export interface AnchorGrid {
  /** How many cells a row has, and how many rows there are. */
  readonly cells: number;
  /** How many input pixels lie between two cells. */
  readonly step: number;
  /** The sizes of a cell's anchors, in input pixels. */
  readonly shapes: readonly Size[];
}

/** How many numbers {@linkcode anchorsOf} gives for each anchor. */
export const NUMBERS_PER_ANCHOR = 4;

/**
 * SSD's anchors, which its authors call default boxes (Liu et al., "SSD: Single Shot MultiBox
 * Detector", 2016, section 2.2): x and y of the centre, width and height of each, in input pixels.
 * They go grid by grid, row by row, cell by cell.
 */
export function anchorsOf(grids: readonly AnchorGrid[]): Float32Array<ArrayBuffer> {
  const anchors: number[] = [];
  for (const { cells, step, shapes } of grids) {
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        const [x, y] = [(column + 0.5) * step, (row + 0.5) * step];
        for (const { width, height } of shapes) anchors.push(x, y, width, height);
      }
    }
  }
  return Float32Array.from(anchors);
}
