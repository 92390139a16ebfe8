import type { Layout, NetworkShape } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import {
  boxAround,
  candidateOf,
  cellsOf,
  checkConfidence,
  fits,
  singleOutput,
  tensorOf,
} from "./_outputs.ts";

const STRIDES = [8, 16, 32];

/** Middle, size, and whether there is anything. */
const NUMBERS_PER_BOX = 5;

/**
 * YOLOX as its own tools/export_onnx.py writes it: `[1, cells, 5 + classes]`. A cell in column c and
 * row r of a grid with stride s has a box around `(c + dx) * s`, `(r + dy) * s`, of the size
 * `exp(dw) * s`, `exp(dh) * s`; then come the confidence that there is an object and those of the
 * classes, through the logistic function already (YOLOX 0.3, yolox/utils/demo_utils.py,
 * `demo_postprocess`; yolox/models/yolo_head.py with `decode_in_inference` off).
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
  read(shape) {
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
  },
};

/** How the numbers are to be read. */
interface Job {
  readonly columns: number;
  readonly minConfidence: number;
  readonly labels: readonly string[];
  readonly shape: NetworkShape;
}

function boxesIn(data: Float32Array, { columns, minConfidence, labels, shape }: Job) {
  const found = [];
  let start = 0;
  for (const stride of STRIDES) {
    const cellsPerRow = Math.ceil(shape.size.width / stride);
    const cells = cellsOf(shape.size, [stride]);
    for (let cell = 0; cell < cells; cell++, start += columns) {
      const object = data[start + 4]!;
      if (object < 0 || object > 1) checkConfidence(object);
      if (!(object >= minConfidence)) continue;
      let best = start + NUMBERS_PER_BOX;
      for (let i = best + 1; i < start + columns; i++) if (data[i]! > data[best]!) best = i;
      checkConfidence(data[best]!);
      const confidence = object * data[best]!;
      if (confidence < minConfidence) continue;
      const box = boxAround(
        (cell % cellsPerRow + data[start]!) * stride,
        (Math.floor(cell / cellsPerRow) + data[start + 1]!) * stride,
        Math.exp(data[start + 2]!) * stride,
        Math.exp(data[start + 3]!) * stride,
      );
      found.push(candidateOf(box, confidence, best - start - NUMBERS_PER_BOX, labels));
    }
  }
  return found;
}
