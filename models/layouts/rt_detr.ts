import { type Layout, STRETCHED_INPUT } from "./layout.ts";
import { candidateOf, checkConfidence, fits, partOf, tensorOf } from "./_outputs.ts";

/**
 * RT-DETR and D-FINE (and DEIM) as their own tools/export_onnx.py write them: `labels` and `scores`,
 * `[1, boxes]`, and `boxes`, `[1, boxes, 4]`, two corners in pixels of the size that is fed as
 * `orig_target_sizes`, width before height (lyuwenyu/RT-DETR, rtdetrv2_pytorch/src/zoo/rtdetr/
 * rtdetr_postprocessor.py, `RTDETRPostProcessor.forward`; Peterande/D-FINE, tools/inference/
 * onnx_inf.py). Here that is the size of the input. Each object has one box.
 *
 * Input (rtdetrv2_pytorch/references/deploy/rtdetrv2_onnxruntime.py): stretched, red, green and blue
 * from 0 to 1; ImageNet's mean is not taken off.
 */
export const rtDetr: Layout = {
  name: "rt-detr",
  title: "RT-DETR or D-FINE",
  input: STRETCHED_INPUT,
  defaults: { confidence: 0.5, iou: 0.7, maxDetections: 300 },
  isEndToEnd: true,
  parts: ["boxes", "scores", "classes"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^boxes$/);
    const scores = partOf(shape, "scores", /^scores$/);
    const ids = partOf(shape, "classes", /^labels$/);
    if (!boxes || !scores || !ids || !fits(boxes, [1, undefined, 4])) return undefined;
    if (!fits(scores, [1, boxes.dims[1]]) || !fits(ids, [1, boxes.dims[1]])) return undefined;
    return {
      decode(outputs, minConfidence, labels) {
        const corners = tensorOf(outputs, boxes.name, [1, undefined, 4]).data;
        const rows = corners.length / 4;
        const confidences = tensorOf(outputs, scores.name, [1, rows]).data;
        const classIds = tensorOf(outputs, ids.name, [1, rows]).data;
        const found = [];
        for (let row = 0; row < rows; row++) {
          const [confidence, classId] = [confidences[row]!, Math.round(classIds[row]!)];
          if (!(confidence >= minConfidence && classId >= 0)) continue;
          checkConfidence(confidence);
          const at = (i: number) => corners[row * 4 + i]!;
          const box = { x1: at(0), y1: at(1), x2: at(2), y2: at(3) };
          found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
        }
        return found;
      },
    };
  },
};
