import type { Layout, NetworkShape, Reading } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  cellsOf,
  checkConfidence,
  fits,
  onlyBoxes,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

/** The strides of the heads of YOLOv8 and later, and of their variants with four heads. */
const STRIDES = [[8, 16, 32], [4, 8, 16, 32], [8, 16, 32, 64]];

/** Middle and size. */
const NUMBERS_PER_BOX = 4;

/**
 * YOLOv8, v9, 11, 12 and 13, as Ultralytics exports them: `[1, 4 + classes, cells]`, for each cell
 * the middle and size of a box in input pixels, and a confidence for each class, already between 0
 * and 1 (Ultralytics 8.3, nn/modules/head.py, `Detect._inference`). Exports whose last two dimensions
 * are exchanged are read too.
 *
 * Input (data/augment.py, `LetterBox`, and engine/predictor.py, `preprocess`): letterboxed on grey
 * 114, red, green and blue from 0 to 1. Networks for masks or poses have more rows, which are passed
 * over.
 */
export const yolov8: Layout = {
  name: "yolov8",
  title: "YOLOv8, v9, 11 or 12",
  input: YOLO_INPUT,
  defaults: { confidence: 0.25, iou: 0.7, maxDetections: 300 },
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [1, undefined, undefined])) return undefined;
    const [, first, second] = output.dims;
    if (first !== undefined && areCells(second, shape)) return reading(output.name, first, shape);
    const isTurned = second !== undefined && areCells(first, shape) &&
      (first !== undefined || shape.isNamed);
    return isTurned ? reading(output.name, second, shape, "turned") : undefined;
  },
};

/** Whether a dimension is as long as there are cells, as far as it is known. */
function areCells(length: number | undefined, { size, isNamed }: NetworkShape): boolean {
  return length === undefined || isNamed ||
    STRIDES.some((strides) => cellsOf(size, strides) === length);
}

function reading(
  name: string,
  rows: number,
  shape: NetworkShape,
  turned?: "turned",
): Reading | undefined {
  const { classes: named, task } = shape;
  const hasMore = (task === "segment" || task === "pose") && named !== undefined;
  const classes = hasMore ? named : rows - NUMBERS_PER_BOX;
  if (!(classes >= 1 && classes <= rows - NUMBERS_PER_BOX)) return undefined;
  return {
    classes,
    ...onlyBoxes(shape),
    decode(outputs, minConfidence, labels) {
      const wanted = turned ? [1, undefined, rows] : [1, rows, undefined];
      const { data, dims } = tensorOf(outputs, name, wanted);
      const cells = (turned ? dims[1] : dims[2]) ?? 0;
      const [rowStep, cellStep] = turned ? [1, rows] : [cells, 1];
      const { best, ids } = bestClasses(data, { cells, classes, rowStep, cellStep });
      const found = [];
      for (let cell = 0; cell < cells; cell++) {
        const confidence = best[cell]!;
        if (confidence !== confidence) continue; // NaN is no answer.
        if (confidence < 0 || confidence > 1) checkConfidence(confidence);
        if (confidence < minConfidence) continue;
        const at = (row: number) => data[row * rowStep + cell * cellStep]!;
        const box = boxAround(at(0), at(1), at(2), at(3));
        found.push(candidateOf(box, Math.min(confidence, 1), ids[cell]!, labels));
      }
      return found;
    },
    sieves: (minConfidence) => [{
      output: name,
      axis: turned ? 2 : 1,
      length: rows,
      from: NUMBERS_PER_BOX,
      to: NUMBERS_PER_BOX + classes,
      least: 0,
      floor: minConfidence,
    }],
  };
}

/** How the numbers lie. */
interface Table {
  readonly cells: number;
  readonly classes: number;
  readonly rowStep: number;
  readonly cellStep: number;
}

/** The greatest confidence of each cell, and its class; row by row, as the numbers lie in memory. */
function bestClasses(data: Float32Array, { cells, classes, rowStep, cellStep }: Table) {
  const best = new Float32Array(cells).fill(-Infinity);
  const ids = new Uint32Array(cells);
  for (let classId = 0; classId < classes; classId++) {
    const start = (NUMBERS_PER_BOX + classId) * rowStep;
    for (let cell = 0; cell < cells; cell++) {
      const confidence = data[start + cell * cellStep]!;
      if (confidence > best[cell]!) {
        best[cell] = confidence;
        ids[cell] = classId;
      }
    }
  }
  return { best, ids };
}
