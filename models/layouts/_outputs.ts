import type { Box } from "../../pipeline/box.ts";
import type { Detection } from "../../pipeline/detection.ts";
import { ModelError } from "../../pipeline/errors.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import type { OnnxValue } from "../importers/onnx.ts";
import type { NetworkShape, Reading } from "./layout.ts";

/** The points of a face that YuNet and SCRFD find, in their order; left and right are the person's own. */
export const FACE_POINTS: readonly string[] = [
  "right eye",
  "left eye",
  "nose tip",
  "right corner of the mouth",
  "left corner of the mouth",
];

/** Whether a value has such sizes; `undefined` stands for any, and a free size may be any. */
export function fits({ dims }: OnnxValue, wanted: readonly (number | undefined)[]): boolean {
  return dims.length === wanted.length &&
    wanted.every((size, axis) => {
      const seen = dims[axis];
      return size === undefined || seen === undefined || seen === size;
    });
}

/** The output that plays a part: the one that a card names, else the one with such a name. */
export function partOf(
  { outputs, parts }: NetworkShape,
  part: string,
  usual: RegExp,
): OnnxValue | undefined {
  const named = parts?.[part];
  if (named !== undefined) return outputs.find(({ name }) => name === named);
  const found = outputs.filter(({ name }) => usual.test(name));
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The only output that may hold a table of boxes, or the one that a card names as `boxes`. Networks for
 * masks give those in a second output; YOLOv5 gave its heads beside the boxes until version 6.1.
 */
export function singleOutput(
  { outputs, parts }: NetworkShape,
): OnnxValue | undefined {
  if (parts?.boxes !== undefined) return outputs.find(({ name }) => name === parts.boxes);
  const tables = outputs.filter(({ dims }) => dims.length <= 3);
  return tables.length === 1 ? tables[0] : undefined;
}

/** What is to be said of a network that finds more than boxes. */
export function onlyBoxes({ task }: NetworkShape): Pick<Reading, "assumption"> {
  if (task !== "segment" && task !== "pose") return {};
  const rest = task === "pose" ? "points" : "masks";
  return { assumption: `Of what it finds, only the boxes are used, not the ${rest}` };
}

/** How many cells lie over an input, for the strides of the heads. */
export function cellsOf({ width, height }: Size, strides: readonly number[]): number {
  return strides.reduce(
    (sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride),
    0,
  );
}

/** An output, which must have the sizes that its network promised. */
export function tensorOf(
  outputs: Outputs,
  name: string,
  wanted: readonly (number | undefined)[],
): Tensor {
  const tensor = outputs[name];
  if (tensor && fits({ name, dims: tensor.dims }, wanted)) return tensor;
  const seen = tensor ? `is [${tensor.dims}]` : "is missing";
  throw new ModelError(
    `Cannot find boxes: the output "${name}" ${seen}, not [${wanted.map((size) => size ?? "?")}]`,
  );
}

/** A box by its middle and size. */
export function boxAround(x: number, y: number, width: number, height: number): Box<"tensor"> {
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

/** The place of the greatest of some numbers, the first of equals. */
export function greatestOf(data: Float32Array, from: number, to: number): number {
  let best = from;
  for (let i = from + 1; i < to; i++) if (data[i]! > data[best]!) best = i;
  return best;
}

/** A candidate, with the name of its class. */
export function candidateOf(
  box: Box<"tensor">,
  confidence: number,
  classId: number,
  labels: readonly string[],
): Detection<"tensor"> {
  return { box, confidence, classId, label: labels[classId] ?? `class ${classId}` };
}

/** Throws if what should be a confidence is none, as in networks exported without their last step. */
export function checkConfidence(value: number): void {
  if (value >= 0 && value <= 1.001) return;
  throw new ModelError(
    `Cannot find boxes: the network gives ${value} where a confidence from 0 to 1 is expected; ` +
      `its export left out the logistic function, or it has another layout`,
  );
}
