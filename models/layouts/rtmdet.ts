import type { Layout } from "./layout.ts";
import { candidateOf, checkConfidence, fits, partOf, tensorOf } from "./_outputs.ts";

/** Two corners and a confidence. */
const COLUMNS = 5;

/**
 * RTMDet and other detectors of MMDetection that MMDeploy exported, with suppression inside: `dets`,
 * `[1, boxes, 5]`, two corners in input pixels and a confidence, and `labels`, `[1, boxes]`, the
 * numbers of their classes (MMDeploy 1.3, mmdeploy/codebase/mmdet/deploy/object_detection.py, and
 * mmdeploy/mmcv/ops/nms.py, `multiclass_nms`). Rows that are not needed have a confidence of 0.
 *
 * Input (MMDetection 3.3, configs/rtmdet/rtmdet_l_8xb32-300e_coco.py): letterboxed on grey 114, blue,
 * green and red, less ImageNet's mean and divided by its deviation. There the picture lies at the top
 * left; here it lies in the middle, which a network of convolutions takes as well.
 */
export const rtmdet: Layout = {
  name: "rtmdet",
  title: "RTMDet or another of MMDetection with its own suppression",
  input: {
    channels: "bgr",
    resize: "letterbox",
    border: [114, 114, 114],
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  },
  defaults: { confidence: 0.3, iou: 0.65, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes", "classes"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^dets$/);
    const ids = partOf(shape, "classes", /^labels$/);
    if (!boxes || !ids || !fits(boxes, [1, undefined, COLUMNS])) return undefined;
    if (!fits(ids, [1, boxes.dims[1]])) return undefined;
    return {
      decode(outputs, minConfidence, labels) {
        const { data } = tensorOf(outputs, boxes.name, [1, undefined, COLUMNS]);
        const classIds = tensorOf(outputs, ids.name, [1, data.length / COLUMNS]).data;
        const found = [];
        for (let row = 0; row < classIds.length; row++) {
          const at = (column: number) => data[row * COLUMNS + column]!;
          const [confidence, classId] = [at(4), Math.round(classIds[row]!)];
          if (!(confidence > 0 && confidence >= minConfidence && classId >= 0)) continue;
          checkConfidence(confidence);
          const box = { x1: at(0), y1: at(1), x2: at(2), y2: at(3) };
          found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
        }
        return found;
      },
    };
  },
};
