import type { Detection } from "../../pipeline/detection.ts";
import { confidenceOf, logitFloorOf } from "../_logistic.ts";
import type { OnnxValue } from "../importers/onnx.ts";
import type { Layout, NetworkShape, Reading } from "./layout.ts";
import { boxAround, candidateOf, fits, partOf, tensorOf } from "./_outputs.ts";

const STRETCHED: Layout["input"] = {
  channels: "rgb",
  resize: "stretch",
  border: [0, 0, 0],
  mean: [0, 0, 0],
  std: [255, 255, 255],
};

const DEFAULTS = { confidence: 0.5, iou: 0.7, maxDetections: 300 };

/**
 * RT-DETR and D-FINE as Transformers exports them: `logits`, `[1, queries, classes]`, and
 * `pred_boxes`, `[1, queries, 4]`, middle and size in parts of the input. A confidence is the logistic
 * function of a logit, and a query has one class (huggingface/transformers 4.50, models/rt_detr/
 * image_processing_rt_detr.py, `post_process_object_detection`, which lets one query stand for
 * several). Each object has one box.
 *
 * Input (the same file): stretched, red, green and blue from 0 to 1; `do_normalize` is off.
 */
export const detr: Layout = {
  name: "detr",
  title: "RT-DETR or D-FINE of Transformers",
  input: STRETCHED,
  defaults: DEFAULTS,
  isEndToEnd: true,
  parts: ["boxes", "logits"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^pred_boxes$/);
    const logits = partOf(shape, "logits", /^(pred_)?logits$/);
    return boxes && logits && reading({ shape, boxes, logits, spare: 0 });
  },
};

/**
 * RF-DETR: as {@linkcode detr}, with other names, `dets` and `labels`, and one logit more behind those
 * of the classes, which means nothing (roboflow/rf-detr 1.3, rfdetr/models/lwdetr.py, `PostProcess`,
 * and its documentation, docs/learn/export.md). Networks for COCO know its 90 numbers.
 *
 * Input (rfdetr/detr.py): stretched, red, green and blue, less ImageNet's mean and divided by its
 * deviation.
 */
export const rfDetr: Layout = {
  name: "rf-detr",
  title: "RF-DETR",
  input: { ...STRETCHED, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  defaults: DEFAULTS,
  isEndToEnd: true,
  parts: ["boxes", "logits"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^dets$/);
    const logits = partOf(shape, "logits", /^labels$/);
    return boxes && logits && reading({ shape, boxes, logits, spare: 1 });
  },
};

/** Which outputs are meant. */
interface Parts {
  readonly shape: NetworkShape;
  readonly boxes: OnnxValue;
  readonly logits: OnnxValue;
  /** How many logits stand for no class, behind the others. */
  readonly spare: number;
}

function reading({ shape, boxes, logits, spare }: Parts): Reading | undefined {
  if (!fits(boxes, [1, undefined, 4])) return undefined;
  const columns = logits.dims[2];
  if (columns === undefined || !fits(logits, [1, boxes.dims[1], columns])) return undefined;
  const classes = columns - spare;
  if (classes < 1) return undefined;
  const { width, height } = shape.size;
  return {
    classes,
    decode(outputs, minConfidence, labels) {
      const middles = tensorOf(outputs, boxes.name, [1, undefined, 4]).data;
      const rows = middles.length / 4;
      const { data } = tensorOf(outputs, logits.name, [1, rows, columns]);
      const floor = logitFloorOf(minConfidence);
      const found: Detection<"tensor">[] = [];
      for (let row = 0; row < rows; row++) {
        const start = row * columns;
        let best = start;
        for (let i = start + 1; i < start + classes; i++) if (data[i]! > data[best]!) best = i;
        if (!(data[best]! >= floor)) continue;
        const confidence = confidenceOf(data[best]!);
        if (confidence < minConfidence) continue;
        const at = (i: number) => middles[row * 4 + i]!;
        const box = boxAround(at(0) * width, at(1) * height, at(2) * width, at(3) * height);
        found.push(candidateOf(box, confidence, best - start, labels));
      }
      return found;
    },
  };
}
