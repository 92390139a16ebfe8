import type { Detection, Keypoint } from "../../pipeline/detection.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import type { OnnxValue } from "../importers/onnx.ts";
import type { Layout, NetworkShape } from "./layout.ts";
import { cellsOf, checkConfidence, FACE_POINTS, tensorOf } from "./_outputs.ts";

/** How many numbers an anchor has in each group of outputs: confidence, box, points. */
const COLUMNS = [1, 4, 10] as const;

/** The heads of a network, told by how many outputs it has. */
interface Heads {
  readonly strides: readonly number[];
  readonly anchorsPerCell: number;
  readonly hasPoints: boolean;
}

const HEADS: ReadonlyMap<number, Heads> = new Map([
  [6, { strides: [8, 16, 32], anchorsPerCell: 2, hasPoints: false }],
  [9, { strides: [8, 16, 32], anchorsPerCell: 2, hasPoints: true }],
  [10, { strides: [8, 16, 32, 64, 128], anchorsPerCell: 1, hasPoints: false }],
  [15, { strides: [8, 16, 32, 64, 128], anchorsPerCell: 1, hasPoints: true }],
]);

/**
 * SCRFD of insightface: first the confidences of all strides, then the boxes, then the points, each
 * `[anchors, n]` or `[1, anchors, n]` with n of 1, 4 and 10. An anchor of a cell in column c and row
 * r lies at `c * s`, `r * s`; a box is told by how far its edges lie from there to the left, top,
 * right and bottom, in strides, and points by how far they lie to the right and below
 * (deepinsight/insightface, python-package/insightface/model_zoo/scrfd.py, `SCRFD.forward`,
 * `distance2bbox` and `distance2kps`). 9 outputs have 2 anchors a cell, 15 have one and two strides
 * more; 6 and 10 are those without points.
 *
 * Input (the same function and `detect`): letterboxed on black, red, green and blue, less 127.5, in
 * 128ths. There the picture lies at the top left; here it lies in the middle, which a network of
 * convolutions takes as well.
 */
export const scrfd: Layout = {
  name: "scrfd",
  title: "SCRFD",
  input: {
    channels: "rgb",
    resize: "letterbox",
    border: [0, 0, 0],
    mean: [127.5, 127.5, 127.5],
    std: [128, 128, 128],
  },
  defaults: { confidence: 0.5, iou: 0.4, maxDetections: 300 },
  parts: [],
  read(shape) {
    const heads = HEADS.get(shape.outputs.length);
    if (!heads) return undefined;
    const { strides, anchorsPerCell } = heads;
    const isFitting = shape.outputs.every((output, i) => {
      const anchors = anchorsPerCell * cellsOf(shape.size, [strides[i % strides.length]!]);
      // insightface's files tell lengths for 640x640 whatever they are fed.
      const rows = shape.isSizeFree ? undefined : anchors;
      return isOf(output, rows, COLUMNS[Math.floor(i / strides.length)]!);
    });
    if (!isFitting) return undefined;
    return {
      classes: 1,
      labels: ["face"],
      decode: (outputs, minConfidence, [label = "face"]) =>
        strides.flatMap((_, place) =>
          facesAt(place, { outputs, minConfidence, label, shape, heads })
        ),
    };
  },
};

/** Whether an output has so many rows, as far as is known, and so many columns. */
function isOf({ dims }: OnnxValue, rows: number | undefined, columns: number): boolean {
  const [seen, last] = dims.slice(-2);
  const isRanked = dims.length === 2 || (dims.length === 3 && (dims[0] ?? 1) === 1);
  return isRanked && last === columns && (seen ?? rows) === (rows ?? seen);
}

/** What the faces of all strides have in common. */
interface Job {
  readonly outputs: Outputs;
  readonly minConfidence: number;
  readonly label: string;
  readonly shape: NetworkShape;
  readonly heads: Heads;
}

function facesAt(
  place: number,
  { outputs, minConfidence, label, shape, heads }: Job,
): Detection<"tensor">[] {
  const { strides, anchorsPerCell, hasPoints } = heads;
  const stride = strides[place]!;
  const cellsPerRow = Math.ceil(shape.size.width / stride);
  const anchors = anchorsPerCell * cellsOf(shape.size, [stride]);
  const numbers = (group: number) => {
    const { name, dims } = shape.outputs[group * strides.length + place]!;
    const wanted = [anchors, COLUMNS[group]];
    return tensorOf(outputs, name, dims.length === 3 ? [1, ...wanted] : wanted).data;
  };
  const [confidences, edges] = [numbers(0), numbers(1)];
  const points = hasPoints ? numbers(2) : undefined;
  const faces: Detection<"tensor">[] = [];
  for (let anchor = 0; anchor < anchors; anchor++) {
    const confidence = confidences[anchor]!;
    if (!(confidence >= minConfidence)) continue;
    checkConfidence(confidence);
    const cell = Math.floor(anchor / anchorsPerCell);
    const [x, y] = [cell % cellsPerRow * stride, Math.floor(cell / cellsPerRow) * stride];
    const at = (i: number) => edges[anchor * 4 + i]! * stride;
    const box = { x1: x - at(0), y1: y - at(1), x2: x + at(2), y2: y + at(3) };
    const keypoints = points && FACE_POINTS.map((name, i): Keypoint<"tensor"> => ({
      label: name,
      x: x + points[anchor * 10 + 2 * i]! * stride,
      y: y + points[anchor * 10 + 2 * i + 1]! * stride,
    }));
    faces.push({
      box,
      confidence: Math.min(confidence, 1),
      classId: 0,
      label,
      ...keypoints && { keypoints },
    });
  }
  return faces;
}
