import type { Box } from "../../../pipeline/box.ts";
import { SourceError } from "../../../pipeline/errors.ts";

/** A row of MOT Challenge text. */
export interface MotRow {
  /** The number of the frame, from 0. */
  readonly frame: number;
  /** The number of the track; absent where the text has -1. */
  readonly trackId?: number;
  /** The box, in pixels from the picture's corner. */
  readonly box: Box<"frame">;
  /** The confidence, as the text has it; -1 where it is not known. */
  readonly confidence: number;
}

/** A frame beyond this, eleven hours at 25 a second, is taken for a mistake. */
const MAX_FRAME = 1e6;

/**
 * Reads MOT Challenge text: frame, id, left, top, width, height, confidence, and columns that are passed over.
 * Frames and pixels count from 1.
 *
 * @param text The text.
 * @param name What it is called, for errors.
 * @yields Its rows, but for boxes without an area.
 * @throws {SourceError} If a line is no such row.
 *
 * @example A row
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [row] = motRowsOf("1,7,11,21,30,40,0.9,-1,-1,-1", "x.txt");
 * assertEquals(row, { frame: 0, trackId: 7, box: { x1: 10, y1: 20, x2: 40, y2: 60 }, confidence: 0.9 });
 * ```
 */
export function* motRowsOf(text: string, name: string): Generator<MotRow> {
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    if (row.trim() === "") continue;
    const cells = row.split(",");
    const [frame = NaN, id = NaN, left = NaN, top = NaN, width = NaN, height = NaN] = cells
      .slice(0, 6).map((cell) => cell.trim() === "" ? NaN : Number(cell));
    const confidence = cells[6] === undefined ? -1 : Number(cells[6]);
    const isRow = Number.isInteger(frame) && frame >= 1 && frame <= MAX_FRAME &&
      Number.isInteger(id) && [left, top, width, height, confidence].every(Number.isFinite);
    if (!isRow) {
      throw new SourceError(
        `Cannot read "${name}": line ${line} is no row of MOT text (frame, id, left, top, width, height, …)`,
      );
    }
    if (!(width > 0 && height > 0)) continue;
    const [x1, y1] = [left - 1, top - 1];
    yield {
      frame: frame - 1,
      ...id >= 0 && { trackId: id },
      box: { x1, y1, x2: x1 + width, y2: y1 + height },
      confidence,
    };
  }
}
