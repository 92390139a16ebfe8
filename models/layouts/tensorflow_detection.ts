import type { Layout } from "./layout.ts";
import { candidateOf, checkConfidence, fits, partOf, tensorOf } from "./_outputs.ts";

/**
 * SSD and others of TensorFlow's Object Detection API, with suppression inside: `detection_boxes`,
 * `[1, boxes, 4]`, top, left, bottom and right in parts of the picture, `detection_scores` and
 * `detection_classes`, `[1, boxes]`, and `num_detections`, `[1]`, behind which nothing counts. The
 * first class has the number 1 (tensorflow/models, research/object_detection,
 * core/standard_fields.py, `DetectionResultFields`, and exporter.py, `add_output_tensor_nodes`).
 *
 * Input (exporter.py, `_image_tensor_input_placeholder`): red, green and blue from 0 to 255; the
 * network itself resizes the picture.
 */
export const tensorflowDetection: Layout = {
  name: "tensorflow-detection",
  title: "TensorFlow Object Detection with its own suppression",
  input: {
    channels: "rgb",
    resize: "stretch",
    border: [0, 0, 0],
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  defaults: { confidence: 0.5, iou: 0.6, maxDetections: 100 },
  isEndToEnd: true,
  parts: ["boxes", "scores", "classes", "count"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^detection_boxes/);
    const scores = partOf(shape, "scores", /^detection_scores/);
    const ids = partOf(shape, "classes", /^detection_classes/);
    const count = partOf(shape, "count", /^num_detections/);
    if (!boxes || !scores || !ids || !fits(boxes, [1, undefined, 4])) return undefined;
    if (!fits(scores, [1, boxes.dims[1]]) || !fits(ids, [1, boxes.dims[1]])) return undefined;
    const { width, height } = shape.size;
    return {
      decode(outputs, minConfidence, labels) {
        const corners = tensorOf(outputs, boxes.name, [1, undefined, 4]).data;
        const rows = corners.length / 4;
        const confidences = tensorOf(outputs, scores.name, [1, rows]).data;
        const classIds = tensorOf(outputs, ids.name, [1, rows]).data;
        const used = count ? outputs[count.name]?.data[0] ?? rows : rows;
        const found = [];
        for (let row = 0; row < Math.min(rows, used); row++) {
          const confidence = confidences[row]!;
          const classId = Math.round(classIds[row]!) - 1;
          if (!(confidence >= minConfidence && classId >= 0)) continue;
          checkConfidence(confidence);
          const [top, left, bottom, right] = [0, 1, 2, 3].map((i) => corners[row * 4 + i]!);
          const box = {
            x1: left! * width,
            y1: top! * height,
            x2: right! * width,
            y2: bottom! * height,
          };
          found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
        }
        return found;
      },
    };
  },
};
