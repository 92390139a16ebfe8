import { objectSieve } from "../yolo.ts";
import type { Layout, NetworkShape } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  cellsOf,
  checkConfidence,
  fits,
  greatestOf,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

/** The strides of the heads: the usual three, those of the tiny networks, and four for large input. */
const STRIDES = [[8, 16, 32], [16, 32], [8, 16, 32, 64]];

const ANCHORS_PER_CELL = 3;

/** Middle, size, and whether there is anything. */
const NUMBERS_PER_BOX = 5;

/**
 * YOLOv5 and v7, and YOLOv3 as Ultralytics exports it: `[1, anchors, 5 + classes]`, for each anchor
 * the middle and size of a box in input pixels, the confidence that there is an object, and for each
 * class the confidence that it is one of those, all through the logistic function already (YOLOv5
 * 7.0, models/yolo.py, `Detect.forward`; YOLOv7, models/yolo.py, `IDetect`). A box has the class with
 * the greatest product (utils/general.py, `non_max_suppression`).
 *
 * Input (utils/augmentations.py, `letterbox`, and detect.py): letterboxed on grey 114, red, green and
 * blue from 0 to 1.
 */
export const yolov5: Layout = {
  name: "yolov5",
  title: "YOLOv5, v7 or v3, boxes already worked out",
  input: YOLO_INPUT,
  defaults: { confidence: 0.25, iou: 0.45, maxDetections: 300 },
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [1, undefined, undefined])) return undefined;
    const [, anchors, columns] = output.dims;
    if (columns === undefined || columns <= NUMBERS_PER_BOX || !areAnchors(anchors, shape)) {
      return undefined;
    }
    const { name } = output;
    return {
      classes: columns - NUMBERS_PER_BOX,
      decode: (outputs, minConfidence, labels) =>
        boxesIn(tensorOf(outputs, name, [1, undefined, columns]).data, columns, {
          minConfidence,
          labels,
        }),
      sieves: (minConfidence) => [{
        output: name,
        axis: 2,
        length: columns,
        ...objectSieve(minConfidence, 0),
      }],
    };
  },
};

/** Whether a dimension is as long as there are anchors, as far as it is known. */
function areAnchors(length: number | undefined, { size, isNamed }: NetworkShape): boolean {
  return length === undefined || isNamed ||
    STRIDES.some((strides) => ANCHORS_PER_CELL * cellsOf(size, strides) === length);
}

function boxesIn(
  data: Float32Array,
  columns: number,
  { minConfidence, labels }: { readonly minConfidence: number; readonly labels: readonly string[] },
) {
  const found = [];
  for (let start = 0; start + columns <= data.length; start += columns) {
    const object = data[start + 4]!;
    if (object < 0 || object > 1) checkConfidence(object);
    if (!(object >= minConfidence)) continue; // Nearly all: the product can only be lower.
    const best = greatestOf(data, start + NUMBERS_PER_BOX, start + columns);
    checkConfidence(data[best]!);
    const confidence = object * data[best]!;
    if (confidence < minConfidence) continue;
    const box = boxAround(data[start]!, data[start + 1]!, data[start + 2]!, data[start + 3]!);
    const classId = best - start - NUMBERS_PER_BOX;
    found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
  }
  return found;
}
