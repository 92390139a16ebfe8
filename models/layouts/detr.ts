import type { Detection } from "../../pipeline/detection.ts";
import { ModelError } from "../../pipeline/errors.ts";
import { confidenceOf, logitFloorOf } from "../_logistic.ts";
import type { OnnxValue } from "../importers/onnx.ts";
import { type Layout, type NetworkShape, type Reading, STRETCHED_INPUT } from "./layout.ts";
import { boxAround, candidateOf, fits, partOf, tensorOf } from "./_outputs.ts";

const DEFAULTS = { confidence: 0.5, iou: 0.7, maxDetections: 300 };

/**
 * RT-DETR and D-FINE as Transformers exports them: `logits`, `[1, queries, classes]`, and
 * `pred_boxes`, `[1, queries, 4]`, middle and size in parts of the input. A confidence is the logistic
 * function of a logit, and a query has one class (huggingface/transformers 4.50, models/rt_detr/
 * image_processing_rt_detr.py, `post_process_object_detection`, which lets one query stand for
 * several). Each object has one box. DETR and YOLOS have the same names and another meaning, softmax
 * with a last class for nothing: they are refused by what they give.
 *
 * Input (the same file): stretched, red, green and blue from 0 to 1; `do_normalize` is off.
 */
export const detr: Layout = {
  name: "detr",
  title: "RT-DETR or D-FINE of Transformers",
  input: STRETCHED_INPUT,
  defaults: DEFAULTS,
  isEndToEnd: true,
  parts: ["boxes", "logits"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^pred_boxes$/);
    const logits = partOf(shape, "logits", /^(pred_)?logits$/);
    return boxes && logits && reading({ shape, boxes, logits, columnsOf: allOf });
  },
};

/** How many logits an RF-DETR for COCO has: one for each number that the data set gives, and for 0. */
const COCO_COLUMNS = 91;

/** COCO's own numbers of its 80 classes: those from 1 to 90 less ten that it never shows. */
const COCO_NUMBERS = Array.from({ length: COCO_COLUMNS - 1 }, (_, i) => i + 1)
  .filter((number) => ![12, 26, 29, 30, 45, 66, 68, 69, 71, 83].includes(number));

/**
 * RF-DETR: as {@linkcode detr}, with other names, `dets` and `labels`, and one logit that stands for no
 * class (roboflow/rf-detr 1.3, rfdetr/models/lwdetr.py, `PostProcess`). Of 91 logits, those of COCO's
 * own numbers are read (rfdetr/util/coco_classes.py), which begin at 1 and have gaps; else the last one
 * means nothing. Networks that were trained with categories from 1 kept these numbers, so that their
 * first one does: they need a name for each logit.
 *
 * Input (rfdetr/detr.py): stretched, red, green and blue, less ImageNet's mean and divided by its
 * deviation.
 */
export const rfDetr: Layout = {
  name: "rf-detr",
  title: "RF-DETR",
  input: { ...STRETCHED_INPUT, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  defaults: DEFAULTS,
  isEndToEnd: true,
  parts: ["boxes", "logits"],
  read(shape) {
    const boxes = partOf(shape, "boxes", /^dets$/);
    const logits = partOf(shape, "logits", /^labels$/);
    const columnsOf = (count: number) => rfDetrColumns(count, shape.classes);
    return boxes && logits && reading({ shape, boxes, logits, columnsOf });
  },
};

/** Which outputs are meant. */
interface Parts {
  readonly shape: NetworkShape;
  readonly boxes: OnnxValue;
  readonly logits: OnnxValue;
  /** Tells how many of so many logits belong to classes, and which. */
  columnsOf(count: number): Columns;
}

/** Which logits belong to classes. */
interface Columns {
  readonly classes: number;
  /** The place of a class's logit. */
  of(classId: number): number;
}

function allOf(count: number): Columns {
  return { classes: count, of: (classId) => classId };
}

function rfDetrColumns(count: number, named: number | undefined): Columns {
  if (count === named) return allOf(count);
  return count === COCO_COLUMNS && (named ?? COCO_NUMBERS.length) === COCO_NUMBERS.length
    ? { classes: COCO_NUMBERS.length, of: (classId) => COCO_NUMBERS[classId]! }
    : allOf(count - 1);
}

function reading({ shape, boxes, logits, columnsOf }: Parts): Reading | undefined {
  if (!fits(boxes, [1, undefined, 4])) return undefined;
  const count = logits.dims[2];
  if (count === undefined || !fits(logits, [1, boxes.dims[1], count])) return undefined;
  const columns = columnsOf(count);
  if (columns.classes < 1) return undefined;
  const { width, height } = shape.size;
  return {
    classes: columns.classes,
    decode(outputs, minConfidence, labels) {
      const middles = tensorOf(outputs, boxes.name, [1, undefined, 4]).data;
      const rows = middles.length / 4;
      const { data } = tensorOf(outputs, logits.name, [1, rows, count]);
      const floor = logitFloorOf(minConfidence);
      const found: Detection<"tensor">[] = [];
      for (let row = 0; row < rows; row++) {
        let classId = 0;
        let greatest = data[row * count + columns.of(0)]!;
        for (let id = 1; id < columns.classes; id++) {
          const logit = data[row * count + columns.of(id)]!;
          if (logit > greatest) [classId, greatest] = [id, logit];
        }
        if (!(greatest >= floor)) continue;
        const confidence = confidenceOf(greatest);
        if (confidence < minConfidence) continue;
        const at = (i: number) => middles[row * 4 + i]!;
        const box = boxAround(at(0) * width, at(1) * height, at(2) * width, at(3) * height);
        found.push(candidateOf(box, confidence, classId, labels));
      }
      checkLogistic(found, { rows, count });
      return found;
    },
  };
}

/** Throws if most boxes are surely of the last class: that is how DETR says that there is nothing. */
function checkLogistic(
  found: readonly Detection<"tensor">[],
  { rows, count }: { readonly rows: number; readonly count: number },
): void {
  const last = found.filter(({ classId, confidence }) => classId === count - 1 && confidence > 0.5);
  if (count === 1 || last.length <= rows / 2) return;
  throw new ModelError(
    "Cannot find boxes: most are of the last class, which stands for nothing in networks with the " +
      "softmax function, such as DETR and YOLOS; those are not known",
  );
}
