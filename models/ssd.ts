import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detector, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { type AnchorGrid, anchorsOf, NUMBERS_PER_ANCHOR } from "./_anchors.ts";
import { confidenceOf, logitFloorOf } from "./_logistic.ts";

/** Options of {@linkcode ssd}. */
export interface SsdOptions extends Pick<Detector, "name" | "input" | "labels" | "defaults"> {
  /** Where the anchors lie, in the order of the outputs' rows. */
  readonly grids: readonly AnchorGrid[];
  /** The names of the outputs. */
  readonly outputs: {
    /** Four numbers an anchor, `[1, anchors, 4]`. */
    readonly boxes: string;
    /** The background's number and one a class, `[1, anchors, 1 + classes]`. */
    readonly logits: string;
  };
  /** The order of an anchor's four numbers: centre, then size. */
  readonly order: "xywh" | "yxhw";
  /**
   * What turns logits into confidences. With `softmax` each class of an anchor is a candidate, as in
   * Caffe's detection_output_layer.cpp; with `sigmoid` an anchor's best class is, as in MediaPipe's
   * tensors_to_detections_calculator.cc.
   */
  readonly confidences: "softmax" | "sigmoid";
}

/** How far a box of one anchor's size moves its centre, and its logarithm the size, per number. */
const VARIANCES = { centre: 0.1, size: 0.2 };

/** What an SSD is, made ready for decoding. */
interface Facts extends Pick<SsdOptions, "labels" | "outputs" | "confidences"> {
  readonly anchors: Float32Array;
  /** Where x, y, width and height stand among an anchor's four numbers. */
  readonly places: readonly [number, number, number, number];
}

/**
 * A single-shot detector of several classes (Liu et al., "SSD: Single Shot MultiBox Detector",
 * 2016): what its outputs mean.
 *
 * A box's centre is the anchor's plus a tenth of its size for each unit, its size the anchor's times
 * `exp(0.2)` for each unit (section 2.2; the factors are those of Caffe's `variance` and, as 10 and
 * 5, of MediaPipe's `x_scale` and `w_scale`). The background is no class: the first class is 0.
 *
 * @param options Which network it is.
 * @returns The detector.
 */
export function ssd(options: SsdOptions): Detector {
  const { name, input, labels, defaults, grids, order } = options;
  const facts: Facts = {
    ...options,
    anchors: anchorsOf(grids),
    places: order === "xywh" ? [0, 1, 2, 3] : [1, 0, 3, 2],
  };
  return {
    name,
    input,
    labels,
    defaults,
    decode: (outputs, minConfidence) => candidatesFrom(outputs, minConfidence, facts),
  };
}

function candidatesFrom(
  outputs: Outputs,
  minConfidence: number,
  facts: Facts,
): Detection<"tensor">[] {
  const { anchors, labels, confidences } = facts;
  const count = anchors.length / NUMBERS_PER_ANCHOR;
  const columns = 1 + labels.length;
  const numbers = numbersOf(outputs, facts.outputs.boxes, [1, count, 4]);
  const logits = numbersOf(outputs, facts.outputs.logits, [1, count, columns]);
  const floor = logitFloorOf(minConfidence);
  const found: Detection<"tensor">[] = [];
  for (let anchor = 0; anchor < count; anchor++) {
    const start = anchor * columns;
    const best = bestClassAt(start, logits, labels.length);
    // No class has more than if there were but the background and itself.
    const against = confidences === "softmax" ? logits[start]! : 0;
    if (logits[start + 1 + best]! - against < floor) continue; // Nearly all, without exponentials.
    const sure = confidences === "softmax"
      ? softmaxAt(start, logits, labels.length)
      : [{ classId: best, confidence: confidenceOf(logits[start + 1 + best]!) }];
    for (const { classId, confidence } of sure) {
      if (!(confidence >= minConfidence)) continue; // So written, NaN is left out too.
      const box = boxAt(anchor, numbers, facts);
      if (box) found.push({ box, confidence, classId, label: labels[classId]! });
    }
  }
  return found;
}

/** The class with the greatest logit in a row of the background's and theirs. */
function bestClassAt(start: number, logits: Float32Array, classes: number): number {
  let best = 0;
  for (let classId = 1; classId < classes; classId++) {
    if (logits[start + 1 + classId]! > logits[start + 1 + best]!) best = classId;
  }
  return best;
}

/** The confidences of all classes, of which the background has its share. */
function softmaxAt(start: number, logits: Float32Array, classes: number) {
  const row = logits.subarray(start, start + 1 + classes);
  const greatest = row.reduce((most, logit) => Math.max(most, logit));
  const powers = Array.from(row, (logit) => Math.exp(logit - greatest)); // None overflows.
  const sum = powers.reduce((total, power) => total + power);
  return powers.slice(1).map((power, classId) => ({ classId, confidence: power / sum }));
}

/** The box that the network makes of an anchor; none if it is no box. */
function boxAt(
  anchor: number,
  numbers: Float32Array,
  { anchors, places }: Facts,
): Box<"tensor"> | undefined {
  const start = anchor * NUMBERS_PER_ANCHOR;
  const [dx, dy, dw, dh] = places.map((place) => numbers[start + place]!);
  const [anchorX, anchorY, anchorWidth, anchorHeight] = [0, 1, 2, 3].map((i) =>
    anchors[start + i]!
  );
  const x = anchorX! + dx! * VARIANCES.centre * anchorWidth!;
  const y = anchorY! + dy! * VARIANCES.centre * anchorHeight!;
  const width = anchorWidth! * Math.exp(dw! * VARIANCES.size);
  const height = anchorHeight! * Math.exp(dh! * VARIANCES.size);
  const box = { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
  return Object.values(box).every(Number.isFinite) ? box : undefined;
}

function numbersOf(outputs: Outputs, name: string, wanted: readonly number[]): Float32Array {
  const output = outputs[name];
  if (output && output.dims.join() === wanted.join()) return output.data;
  const seen = Object.entries(outputs).map(([other, { dims }]) => `"${other}" of [${dims}]`);
  throw new ModelError(
    `Cannot find objects in outputs ${seen.join(" and ")}: "${name}" of [${wanted}] is missing`,
  );
}

/** An input of a size in which the frame fills the square, with numbers from -1 to 1. */
export function stretchedInput(size: number): InputSpec {
  return {
    width: size,
    height: size,
    layout: "nchw",
    channels: "rgb",
    resize: "stretch",
    border: [0, 0, 0],
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
  };
}
