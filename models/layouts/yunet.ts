import type { Detection, Keypoint } from "../../pipeline/detection.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import type { Layout, NetworkShape } from "./layout.ts";
import {
  boxAround,
  cellsOf,
  checkConfidence,
  FACE_POINTS,
  fits,
  partOf,
  tensorOf,
} from "./_outputs.ts";

const STRIDES = [8, 16, 32];

/** The outputs at each stride, and how many numbers a cell has in each. */
const COLUMNS = { cls: 1, obj: 1, bbox: 4, kps: 10 };

/**
 * YuNet of OpenCV Zoo since March 2023: for each of the strides 8, 16 and 32, `cls_s`, `obj_s`,
 * `bbox_s` and `kps_s`, `[1, cells, 1, 1, 4 and 10]`. The confidence is the root of the product of the
 * first two, each held between 0 and 1; a cell in column c and row r has a box around `(c + dx) * s`,
 * `(r + dy) * s` of the size `exp(dw) * s`, `exp(dh) * s`, and points at `(c + px) * s`, `(r + py) * s`
 * (OpenCV 4.8, modules/objdetect/src/face_detect.cpp, `FaceDetectorYNImpl::postProcess`).
 *
 * Input (the same file, `detect`): blue, green and red from 0 to 255, black around the picture.
 */
export const yunet: Layout = {
  name: "yunet",
  title: "YuNet",
  input: {
    channels: "bgr",
    resize: "letterbox",
    border: [0, 0, 0],
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  defaults: { confidence: 0.6, iou: 0.3, maxDetections: 300 },
  parts: STRIDES.flatMap((stride) => Object.keys(COLUMNS).map((part) => `${part}_${stride}`)),
  read(shape) {
    for (const stride of STRIDES) {
      for (const [part, columns] of Object.entries(COLUMNS)) {
        const output = partOf(shape, `${part}_${stride}`, new RegExp(`^${part}_${stride}$`));
        const wanted = [1, cellsOf(shape.size, [stride]), columns];
        if (!output || !fits(output, wanted)) return undefined;
      }
    }
    return {
      classes: 1,
      labels: ["face"],
      decode: (outputs, minConfidence, [label = "face"]) =>
        STRIDES.flatMap((stride) => facesAt(stride, { outputs, minConfidence, label, shape })),
    };
  },
};

/** What the faces of all strides have in common. */
interface Job {
  readonly outputs: Outputs;
  readonly minConfidence: number;
  readonly label: string;
  readonly shape: NetworkShape;
}

function facesAt(
  stride: number,
  { outputs, minConfidence, label, shape }: Job,
): Detection<"tensor">[] {
  const cells = cellsOf(shape.size, [stride]);
  const cellsPerRow = Math.ceil(shape.size.width / stride);
  const numbers = (part: keyof typeof COLUMNS) => {
    const name = shape.parts?.[`${part}_${stride}`] ?? `${part}_${stride}`;
    return tensorOf(outputs, name, [1, cells, COLUMNS[part]]).data;
  };
  const [cls, obj, bbox, kps] = [numbers("cls"), numbers("obj"), numbers("bbox"), numbers("kps")];
  const faces: Detection<"tensor">[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const confidence = Math.sqrt(held(cls[cell]!) * held(obj[cell]!));
    if (!(confidence >= minConfidence)) continue;
    checkConfidence(confidence);
    const [column, row] = [cell % cellsPerRow, Math.floor(cell / cellsPerRow)];
    const at = (i: number) => bbox[cell * 4 + i]!;
    const box = boxAround(
      (column + at(0)) * stride,
      (row + at(1)) * stride,
      Math.exp(at(2)) * stride,
      Math.exp(at(3)) * stride,
    );
    const keypoints = FACE_POINTS.map((name, i): Keypoint<"tensor"> => ({
      label: name,
      x: (column + kps[cell * 10 + 2 * i]!) * stride,
      y: (row + kps[cell * 10 + 2 * i + 1]!) * stride,
    }));
    faces.push({ box, confidence, classId: 0, label, keypoints });
  }
  return faces;
}

function held(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
