import type { Layout, NetworkShape, Reading } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  cellsOf,
  checkConfidence,
  fits,
  greatestOf,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

const STRIDES = [8, 16, 32];

/** Middle, size, and whether there is anything. */
const NUMBERS_PER_BOX = 5;

/** How far, in strides or pixels, the boxes of all cells lie from their cells on average, at most. */
const MAX_MEAN_OFFSET = 4;

/**
 * YOLOX as its own tools/export_onnx.py writes it: `[1, cells, 5 + classes]`. A cell in column c and
 * row r of a grid with stride s has a box around `(c + dx) * s`, `(r + dy) * s`, of the size
 * `exp(dw) * s`, `exp(dh) * s`; then come the confidence that there is an object and those of the
 * classes, through the logistic function already (YOLOX 0.3, yolox/utils/demo_utils.py,
 * `demo_postprocess`; yolox/models/yolo_head.py). With `--decode_in_inference` middle and size are in
 * pixels instead. Which, the numbers tell: over all cells, middles are half the picture on average, or
 * near 0.
 *
 * Input (yolox/data/data_augment.py, `preproc`): blue, green and red from 0 to 255, on grey 114. There
 * the picture lies at the top left; here it lies in the middle, which a network of convolutions takes
 * as well.
 */
export const yolox: Layout = {
  name: "yolox",
  title: "YOLOX",
  input: { ...YOLO_INPUT, channels: "bgr", std: [1, 1, 1] },
  defaults: { confidence: 0.25, iou: 0.45, maxDetections: 300 },
  parts: ["boxes"],
  read: reading,
};

/**
 * YOLOv6: as {@linkcode yolox} with middle and size in pixels, in an output named `outputs`
 * (meituan/YOLOv6 0.4, yolov6/models/effidehead.py, `Detect.forward`; deploy/ONNX/export_onnx.py).
 *
 * Input (yolov6/core/inferer.py, `process_image`): as YOLOv5's.
 */
export const yolov6: Layout = {
  ...yolox,
  name: "yolov6",
  title: "YOLOv6",
  input: YOLO_INPUT,
  read(shape) {
    return shape.isNamed || shape.outputs[0]?.name === "outputs" ? reading(shape) : undefined;
  },
};

function reading(shape: NetworkShape): Reading | undefined {
  const output = singleOutput(shape);
  if (!output || !fits(output, [1, cellsOf(shape.size, STRIDES), undefined])) return undefined;
  const [, cells, columns] = output.dims;
  if (columns === undefined || columns <= NUMBERS_PER_BOX) return undefined;
  if (cells === undefined && !shape.isNamed) return undefined; // As likely a YOLOv5.
  const { name } = output;
  return {
    classes: columns - NUMBERS_PER_BOX,
    decode(outputs, minConfidence, labels) {
      const cells = cellsOf(shape.size, STRIDES);
      const { data } = tensorOf(outputs, name, [1, cells, columns]);
      return boxesIn(data, { columns, minConfidence, labels, shape });
    },
  };
}

/** How the numbers are to be read. */
interface Job {
  readonly columns: number;
  readonly minConfidence: number;
  readonly labels: readonly string[];
  readonly shape: NetworkShape;
}

function boxesIn(data: Float32Array, { columns, minConfidence, labels, shape }: Job) {
  const found = [];
  const inPixels = areInPixels(data, columns);
  let start = 0;
  for (const stride of STRIDES) {
    const cellsPerRow = Math.ceil(shape.size.width / stride);
    const cells = cellsOf(shape.size, [stride]);
    for (let cell = 0; cell < cells; cell++, start += columns) {
      const object = data[start + 4]!;
      if (object < 0 || object > 1) checkConfidence(object);
      if (!(object >= minConfidence)) continue;
      const best = greatestOf(data, start + NUMBERS_PER_BOX, start + columns);
      checkConfidence(data[best]!);
      const confidence = object * data[best]!;
      if (confidence < minConfidence) continue;
      const at = (i: number) => data[start + i]!;
      const box = inPixels ? boxAround(at(0), at(1), at(2), at(3)) : boxAround(
        (cell % cellsPerRow + at(0)) * stride,
        (Math.floor(cell / cellsPerRow) + at(1)) * stride,
        Math.exp(at(2)) * stride,
        Math.exp(at(3)) * stride,
      );
      const classId = best - start - NUMBERS_PER_BOX;
      found.push(candidateOf(box, Math.min(confidence, 1), classId, labels));
    }
  }
  return found;
}

/** Whether middles lie all over the picture instead of around 0. */
function areInPixels(data: Float32Array, columns: number): boolean {
  let sum = 0;
  for (let start = 0; start < data.length; start += columns) sum += data[start]! + data[start + 1]!;
  return sum / (2 * data.length / columns) > MAX_MEAN_OFFSET;
}
