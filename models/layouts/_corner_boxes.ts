import type { Box } from "../../pipeline/box.ts";
import { ModelError } from "../../pipeline/errors.ts";
import type { Size } from "../../pipeline/fit.ts";
import { checkConfidence, greatestOf } from "./_outputs.ts";

/** How far from the picture the middle of a box may lie, in widths: else it is told in pixels. */
const MAX_PARTS = 4;

/** Boxes by their corners, in parts of the input, and the confidences of each. */
interface CornerBoxes {
  /** Left, top, right and bottom, from 0 to 1. */
  readonly corners: Float32Array;
  /** One a column for each box. */
  readonly confidences: Float32Array;
  /** How many confidences a box has. */
  readonly columns: number;
  /** Which column belongs to the first class; those before it are no classes. */
  readonly first: number;
  /** The size of the input, in pixels. */
  readonly size: Size;
}

/** A box that is sure enough. */
interface SureBox {
  readonly box: Box<"tensor">;
  readonly confidence: number;
  readonly classId: number;
}

/** The boxes that are sure enough, each with the class of which it is surest, in input pixels. */
export function cornerBoxes(
  { corners, confidences, columns, first, size: { width, height } }: CornerBoxes,
  minConfidence: number,
): SureBox[] {
  const found: SureBox[] = [];
  for (let row = 0, start = 0; start + columns <= confidences.length; row++, start += columns) {
    const best = greatestOf(confidences, start + first, start + columns);
    const confidence = confidences[best]!;
    if (confidence < 0 || confidence > 1) checkConfidence(confidence);
    if (!(confidence >= minConfidence)) continue;
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => corners[row * 4 + i]!);
    if (Math.abs(x1! + x2!) > 2 * MAX_PARTS || Math.abs(y1! + y2!) > 2 * MAX_PARTS) {
      throw new ModelError(
        `Cannot find boxes: one lies around ${(x1! + x2!) / 2} times the width of the input; the ` +
          `network has another layout`,
      );
    }
    const box = { x1: x1! * width, y1: y1! * height, x2: x2! * width, y2: y2! * height };
    found.push({ box, confidence: Math.min(confidence, 1), classId: best - start - first });
  }
  return found;
}
