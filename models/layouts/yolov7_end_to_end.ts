import type { Layout } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import { candidateOf, checkConfidence, fits, singleOutput, tensorOf } from "./_outputs.ts";

/** The picture of the batch, two corners, a class, a confidence. */
const COLUMNS = 7;

/**
 * YOLOv7 exported with `--end2end --max-wh`: `[boxes, 7]`, in each row the number of the picture, two
 * corners in input pixels, the number of a class and a confidence (YOLOv7 0.1, models/experimental.py,
 * `ONNX_ORT`). There are as many rows as objects, perhaps none.
 *
 * Input: as YOLOv5's.
 */
export const yolov7EndToEnd: Layout = {
  name: "yolov7-end-to-end",
  title: "YOLOv7 with its own suppression",
  input: YOLO_INPUT,
  defaults: { confidence: 0.25, iou: 0.45, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [undefined, COLUMNS]) || output.dims[1] === undefined) {
      return undefined;
    }
    const { name } = output;
    return {
      decode(outputs, minConfidence, labels) {
        const { data } = tensorOf(outputs, name, [undefined, COLUMNS]);
        const found = [];
        for (let start = 0; start + COLUMNS <= data.length; start += COLUMNS) {
          const at = (column: number) => data[start + column]!;
          const confidence = at(6);
          if (!(confidence >= minConfidence)) continue;
          checkConfidence(confidence);
          const box = { x1: at(1), y1: at(2), x2: at(3), y2: at(4) };
          found.push(candidateOf(box, Math.min(confidence, 1), Math.round(at(5)), labels));
        }
        return found;
      },
    };
  },
};
