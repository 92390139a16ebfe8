import type { Layout } from "./layout.ts";
import { cornerBoxes } from "./_corner_boxes.ts";
import { candidateOf, fits, partOf, tensorOf } from "./_outputs.ts";

/**
 * SSD with boxes that are already worked out, as pytorch-ssd and what came of it export it
 * (jetson-inference; the face detectors of Ultra-Light-Fast-Generic-Face-Detector-1MB): `scores`,
 * `[1, anchors, 1 + classes]`, confidences through the softmax function of which the first is the
 * background's, and `boxes`, `[1, anchors, 4]`, two corners each in parts of the input
 * (qfgaohao/pytorch-ssd, vision/ssd/ssd.py, `SSD.forward` with `is_test`). A box has the class of
 * which it is surest.
 *
 * Input (vision/ssd/config/mobilenetv1_ssd_config.py): stretched, red, green and blue, less 127, in
 * 128ths.
 */
export const ssdScores: Layout = {
  name: "ssd-scores",
  title: "SSD of pytorch-ssd",
  input: {
    channels: "rgb",
    resize: "stretch",
    border: [0, 0, 0],
    mean: [127, 127, 127],
    std: [128, 128, 128],
  },
  defaults: { confidence: 0.4, iou: 0.45, maxDetections: 200 },
  parts: ["boxes", "scores"],
  read(shape) {
    if (shape.outputs.length !== 2 && !shape.parts) return undefined;
    const boxes = partOf(shape, "boxes", /box|loc/i);
    const scores = partOf(shape, "scores", /score|conf/i);
    if (!boxes || !scores || !fits(boxes, [1, undefined, 4])) return undefined;
    if (!fits(scores, [1, boxes.dims[1], undefined])) return undefined;
    const columns = scores.dims[2];
    if (columns === undefined || columns < 2) return undefined;
    return {
      classes: columns - 1,
      decode(outputs, minConfidence, labels) {
        const corners = tensorOf(outputs, boxes.name, [1, undefined, 4]).data;
        const { data } = tensorOf(outputs, scores.name, [1, corners.length / 4, columns]);
        return cornerBoxes(
          { corners, confidences: data, columns, first: 1, size: shape.size },
          minConfidence,
        ).map(({ box, confidence, classId }) => candidateOf(box, confidence, classId, labels));
      },
    };
  },
};
