import type { Layout } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import {
  candidateOf,
  cellsOf,
  checkConfidence,
  fits,
  onlyBoxes,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";
import { isRtDetr } from "./rt_detr_ultralytics.ts";

/** Two corners, a confidence, a class. */
const COLUMNS = 6;

/** The strides of the heads of networks that give a row for each cell or anchor instead. */
const STRIDES = [8, 16, 32];

/** More rows than any of these networks gives, and fewer than any grid of anchors has. */
const MAX_ROWS = 1000;

/**
 * YOLOv10 and YOLO26, and others of Ultralytics' that were exported with `nms=True`:
 * `[1, boxes, 6]`, in each row two corners in input pixels, a confidence and the number of a class
 * (YOLOv10, ultralytics/utils/ops.py, `v10postprocess`; Ultralytics 8.4, nn/modules/head.py,
 * `Detect.postprocess`). Each object has one box. Rows that are not needed are 0. Networks for masks or
 * poses have more columns, which are passed over.
 *
 * Input: as YOLOv8's.
 */
export const yolov10: Layout = {
  name: "yolov10",
  title: "YOLOv10, YOLO26 or another with its own suppression",
  input: YOLO_INPUT,
  defaults: { confidence: 0.25, iou: 0.7, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [1, undefined, undefined])) return undefined;
    const [, rows, columns] = output.dims;
    const hasMore = shape.task === "segment" || shape.task === "pose";
    if (columns === undefined || !(hasMore ? columns > COLUMNS : columns === COLUMNS)) {
      return undefined;
    }
    // An RT-DETR of Ultralytics' has as many columns, too.
    if (!shape.isNamed && isRtDetr(shape)) return undefined;
    const cells = cellsOf(shape.size, STRIDES);
    const isList = rows !== undefined && rows <= MAX_ROWS &&
      ![rows, columns].some((length) => length === cells || length === 3 * cells);
    if (!shape.isNamed && !isList) return undefined;
    const { name } = output;
    return {
      ...onlyBoxes(shape),
      decode: (outputs, minConfidence, labels) =>
        boxesIn(tensorOf(outputs, name, [1, undefined, columns]).data, {
          columns,
          minConfidence,
          labels,
        }),
    };
  },
};

/** How the numbers are to be read. */
interface Job {
  readonly columns: number;
  readonly minConfidence: number;
  readonly labels: readonly string[];
}

function boxesIn(data: Float32Array, { columns, minConfidence, labels }: Job) {
  const found = [];
  for (let start = 0; start + columns <= data.length; start += columns) {
    const at = (column: number) => data[start + column]!;
    const confidence = at(4);
    if (!(confidence > 0 && confidence >= minConfidence)) continue;
    checkConfidence(confidence);
    const box = { x1: at(0), y1: at(1), x2: at(2), y2: at(3) };
    found.push(candidateOf(box, Math.min(confidence, 1), Math.round(at(5)), labels));
  }
  return found;
}
