import type { Layout } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  checkConfidence,
  fits,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

/** Middle and size. */
const NUMBERS_PER_BOX = 4;

/** How many boxes the decoder of an RT-DETR gives (nn/modules/head.py, `RTDETRDecoder`, `nq`). */
const QUERIES = 300;

/**
 * RT-DETR as Ultralytics exports it: `[1, 300, 4 + classes]`, in each row the middle and size of a box
 * in parts of the input, and a confidence for each class, through the logistic function already
 * (Ultralytics 8.3, nn/modules/head.py, `RTDETRDecoder.forward`; models/rtdetr/predict.py,
 * `RTDETRPredictor.postprocess`). Each object has one box.
 *
 * Input (models/rtdetr/predict.py, `pre_transform`): stretched, red, green and blue from 0 to 1.
 */
export const rtDetrUltralytics: Layout = {
  name: "rt-detr-ultralytics",
  title: "RT-DETR of Ultralytics",
  input: {
    channels: "rgb",
    resize: "stretch",
    border: [0, 0, 0],
    mean: [0, 0, 0],
    std: [255, 255, 255],
  },
  defaults: { confidence: 0.25, iou: 0.7, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes"],
  read(shape) {
    const output = singleOutput(shape);
    if (!output || !fits(output, [1, QUERIES, undefined])) return undefined;
    const [, rows, columns] = output.dims;
    if (columns === undefined || columns <= NUMBERS_PER_BOX) return undefined;
    if (rows === undefined && !shape.isNamed) return undefined;
    const { name } = output;
    const { width, height } = shape.size;
    return {
      classes: columns - NUMBERS_PER_BOX,
      decode(outputs, minConfidence, labels) {
        const { data } = tensorOf(outputs, name, [1, undefined, columns]);
        const found = [];
        for (let start = 0; start + columns <= data.length; start += columns) {
          let best = start + NUMBERS_PER_BOX;
          for (let i = best + 1; i < start + columns; i++) if (data[i]! > data[best]!) best = i;
          const confidence = data[best]!;
          if (confidence < 0 || confidence > 1) checkConfidence(confidence);
          if (!(confidence >= minConfidence)) continue;
          const at = (i: number) => data[start + i]!;
          const box = boxAround(at(0) * width, at(1) * height, at(2) * width, at(3) * height);
          const classId = best - start - NUMBERS_PER_BOX;
          found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
        }
        return found;
      },
    };
  },
};
