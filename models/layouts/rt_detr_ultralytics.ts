import type { Size } from "../../pipeline/fit.ts";
import { type Layout, type NetworkShape, STRETCHED_INPUT } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  checkConfidence,
  fits,
  greatestOf,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

/** Middle and size. */
const NUMBERS_PER_BOX = 4;

/** How many boxes the decoder of an RT-DETR gives (nn/modules/head.py, `RTDETRDecoder`, `nq`). */
const QUERIES = 300;

/** Middle and size, a confidence and a class. */
const CHOSEN_COLUMNS = 6;

/**
 * RT-DETR as Ultralytics exports it: `[1, 300, 4 + classes]`, in each row the middle and size of a box
 * in parts of the input, and a confidence for each class, through the logistic function already
 * (Ultralytics 8.3, nn/modules/head.py, `RTDETRDecoder.forward`; models/rtdetr/predict.py,
 * `RTDETRPredictor.postprocess`). Since May 2026 it is `[1, 300, 6]` instead, with the greatest of all
 * confidences and the number of its class behind each box (8.4, `RTDETRDecoder.postprocess`), of which
 * one with two classes differs by its numbers only: those of classes are whole. Each object has one box.
 *
 * Input (models/rtdetr/predict.py, `pre_transform`): stretched, red, green and blue from 0 to 1.
 */
export const rtDetrUltralytics: Layout = {
  name: "rt-detr-ultralytics",
  title: "RT-DETR of Ultralytics",
  input: STRETCHED_INPUT,
  defaults: { confidence: 0.25, iou: 0.7, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [1, undefined, undefined])) return undefined;
    const [, rows, columns] = output.dims;
    if (columns === undefined || columns <= NUMBERS_PER_BOX) return undefined;
    const mayBeChosen = columns === CHOSEN_COLUMNS;
    // What is chosen may be fewer boxes (`max_det`).
    const isTold = shape.isNamed || (mayBeChosen && isRtDetr(shape));
    if (!isTold && rows !== QUERIES) return undefined;
    const { name } = output;
    return {
      ...!mayBeChosen && { classes: columns - NUMBERS_PER_BOX },
      decode(outputs, minConfidence, labels) {
        const { data } = tensorOf(outputs, name, [1, undefined, columns]);
        const best = mayBeChosen && areChosen(data) ? chosenClass : bestClass;
        const job = { columns, minConfidence, labels, size: shape.size };
        return boxesIn(data, best, job);
      },
    };
  },
};

/** Whether a file says of itself that it is an RT-DETR. */
export function isRtDetr({ title = "" }: NetworkShape): boolean {
  return /rt-?detr/i.test(title);
}

/** Whether the last number of each row is that of a class, not a confidence. */
function areChosen(data: Float32Array): boolean {
  for (let i = CHOSEN_COLUMNS - 1; i < data.length; i += CHOSEN_COLUMNS) {
    if (!Number.isInteger(data[i])) return false;
  }
  return true;
}

/** What a row tells besides its box. */
interface Best {
  readonly confidence: number;
  readonly classId: number;
}

function chosenClass(data: Float32Array, start: number): Best {
  return {
    confidence: data[start + NUMBERS_PER_BOX]!,
    classId: data[start + NUMBERS_PER_BOX + 1]!,
  };
}

function bestClass(data: Float32Array, start: number, end: number): Best {
  const first = start + NUMBERS_PER_BOX;
  const best = greatestOf(data, first, end);
  return { confidence: data[best]!, classId: best - first };
}

/** How the numbers are to be read. */
interface Job {
  readonly columns: number;
  readonly minConfidence: number;
  readonly labels: readonly string[];
  readonly size: Size;
}

function boxesIn(
  data: Float32Array,
  bestOf: typeof bestClass,
  { columns, minConfidence, labels, size: { width, height } }: Job,
) {
  const found = [];
  for (let start = 0; start + columns <= data.length; start += columns) {
    const { confidence, classId } = bestOf(data, start, start + columns);
    if (confidence < 0 || confidence > 1) checkConfidence(confidence);
    if (!(confidence >= minConfidence)) continue;
    const at = (i: number) => data[start + i]!;
    const box = boxAround(at(0) * width, at(1) * height, at(2) * width, at(3) * height);
    found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
  }
  return found;
}
