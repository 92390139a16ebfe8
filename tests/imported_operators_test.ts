/**
 * Single imported operators against what TensorFlow's documentation says they do, worked out here
 * pixel by pixel.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as ort from "onnxruntime-node";
import { importTflite } from "../models/importers/tflite.ts";
import { noise } from "./_model_inputs.ts";
import { type OperatorOptions, type TensorOptions, tfliteFile } from "./_tflite_file.ts";

/** A picture as TFLite has it: rows, columns, channels. */
interface Picture {
  readonly shape: readonly [number, number, number];
  readonly data: Float32Array;
}

function randomNumbers(length: number, seed: number): Float32Array<ArrayBuffer> {
  const random = noise(seed);
  return new Float32Array(length).map(() => 8 * random());
}

function pixel({ shape: [height, width, channels], data }: Picture) {
  return (y: number, x: number, c: number, outside = 0): number =>
    y >= 0 && y < height && x >= 0 && x < width
      ? data[(y * width + x) * channels + c] ?? NaN
      : outside;
}

/** A picture of which each number is worked out by itself. */
function pictureOf(
  shape: Picture["shape"],
  value: (y: number, x: number, c: number) => number,
): Picture {
  const [, width, channels] = shape;
  const data = new Float32Array(shape[0] * width * channels).map((_, i) =>
    value(Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels)
  );
  return { shape, data };
}

/** What an operator makes of two pictures at once; each is `[height, width, channels]`. */
async function results(
  pictures: readonly Picture[],
  to: readonly number[],
  operator: Omit<OperatorOptions, "inputs" | "outputs">,
  constants: readonly TensorOptions[] = [],
): Promise<Float32Array[]> {
  const [height, width, channels] = pictures[0]?.shape ?? [0, 0, 0];
  const network = importTflite(tfliteFile({
    tensors: [{ shape: [1, height, width, channels] }, { shape: [1, ...to] }, ...constants],
    operators: [{ ...operator, inputs: [0, ...constants.keys().map((i) => i + 2)], outputs: [1] }],
    inputs: [0],
    outputs: [1],
  }));
  const session = await ort.InferenceSession.create(network, { logSeverityLevel: 3 });
  const size = height * width * channels;
  const input = new Float32Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) {
    const at = pixel(picture);
    input.set(
      new Float32Array(size).map((_, j) =>
        at(Math.floor(j / width) % height, j % width, Math.floor(j / width / height))
      ),
      i * size,
    );
  }
  const dims = [pictures.length, channels, height, width];
  const { t1 } = await session.run({ t0: new ort.Tensor("float32", input, dims) });
  await session.release();
  assertEquals(t1?.dims, [pictures.length, ...to]);
  const data = t1?.data;
  assert(data instanceof Float32Array);
  return pictures.map((_, i) => data.slice(i * data.length / 2, (i + 1) * data.length / 2));
}

/** Compares what the operator makes of two pictures with what is expected of each. */
async function assertOperator(
  shape: Picture["shape"],
  operator: Omit<OperatorOptions, "inputs" | "outputs">,
  constants: readonly TensorOptions[],
  expected: (picture: Picture) => Picture,
): Promise<void> {
  const size = shape[0] * shape[1] * shape[2];
  const pictures = [11, 12].map((seed) => ({ shape, data: randomNumbers(size, seed) }));
  const wanted = pictures.map(expected);
  const found = await results(pictures, wanted[0]?.shape ?? [], operator, constants);
  for (const [i, { data }] of wanted.entries()) {
    assertEquals(found[i]?.length, data.length);
    for (const [j, value] of data.entries()) assertAlmostEquals(found[i]?.[j] ?? NaN, value, 2e-4);
  }
}

const int = (field: number, value: number) => ({ field, type: "int" as const, value });
const byte = (field: number, value: number) => ({ field, type: "byte" as const, value });

/** Where a window of `SAME` padding begins: half of what is missing lies in front, rounded down. */
function sameStart(size: number, kernel: number, stride: number): number {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return -Math.floor(total / 2);
}

Deno.test.each([
  { height: 8, width: 6, kernel: 3, stride: 2 },
  { height: 7, width: 5, kernel: 3, stride: 2 },
  { height: 8, width: 8, kernel: 5, stride: 2 },
  { height: 9, width: 4, kernel: 2, stride: 1 },
])(
  "importTflite() pads $height rows of $width for a window of $kernel, moved by $stride, at the far side",
  async ({ height, width, kernel, stride }) => {
    const weights = randomNumbers(4 * kernel * kernel * 3, 5);
    const bias = randomNumbers(4, 6);
    const [top, left] = [sameStart(height, kernel, stride), sameStart(width, kernel, stride)];
    await assertOperator(
      [height, width, 3],
      { code: 3, options: [byte(0, 0), int(1, stride), int(2, stride), byte(3, 1)] },
      [{ shape: [4, kernel, kernel, 3], data: weights }, { shape: [4], data: bias }],
      (picture) =>
        pictureOf([Math.ceil(height / stride), Math.ceil(width / stride), 4], (y, x, c) => {
          let sum = bias[c] ?? NaN;
          for (let i = 0; i < kernel * kernel * 3; i++) {
            const row = y * stride + top + Math.floor(i / 3 / kernel);
            const column = x * stride + left + Math.floor(i / 3) % kernel;
            sum += (weights[c * kernel * kernel * 3 + i] ?? NaN) *
              pixel(picture)(row, column, i % 3);
          }
          return Math.max(sum, 0);
        }),
    );
  },
);

Deno.test("importTflite() gives each channel its own filters, two of them with a multiplier of 2", async () => {
  const weights = randomNumbers(3 * 3 * 4, 8);
  await assertOperator(
    [5, 6, 2],
    { code: 4, options: [byte(0, 1), int(1, 1), int(2, 1), int(3, 2), byte(4, 3)] },
    [{ shape: [1, 3, 3, 4], data: weights }],
    (picture) =>
      pictureOf([3, 4, 4], (y, x, c) => {
        let sum = 0;
        for (let i = 0; i < 9; i++) {
          const value = pixel(picture)(y + Math.floor(i / 3), x + i % 3, Math.floor(c / 2));
          sum += (weights[i * 4 + c] ?? NaN) * value;
        }
        return Math.min(Math.max(sum, 0), 6);
      }),
  );
});

Deno.test("importTflite() keeps the greatest number under a window, and none from outside", async () => {
  await assertOperator(
    [5, 6, 3],
    { code: 17, options: [byte(0, 0), int(1, 2), int(2, 2), int(3, 2), int(4, 2)] },
    [],
    (picture) =>
      pictureOf([3, 3, 3], (y, x, c) => {
        const at = (dy: number, dx: number) => pixel(picture)(2 * y + dy, 2 * x + dx, c, -Infinity);
        return Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
      }),
  );
});

Deno.test("importTflite() adds rows, columns and channels of zeros where they are asked for", async () => {
  await assertOperator(
    [3, 4, 2],
    { code: 34 },
    [{ shape: [4, 2], type: "INT32", data: Int32Array.of(0, 0, 1, 0, 0, 2, 1, 2) }],
    (picture) =>
      pictureOf(
        [4, 6, 5],
        (y, x, c) => c === 1 || c === 2 ? pixel(picture)(y - 1, x, c - 1) : 0,
      ),
  );
});

Deno.test("importTflite() spreads channels over blocks of pixels", async () => {
  await assertOperator(
    [2, 3, 8],
    { code: 5, options: [int(0, 2)] },
    [],
    (picture) =>
      pictureOf([4, 6, 2], (y, x, c) => {
        const block = (y % 2) * 2 + x % 2;
        return pixel(picture)(Math.floor(y / 2), Math.floor(x / 2), block * 2 + c);
      }),
  );
});

Deno.test("importTflite() keeps the order of rows, columns and channels when it reshapes", async () => {
  await assertOperator([2, 3, 4], { code: 22 }, [], ({ data }) => ({ shape: [12, 2, 1], data }));
});

Deno.test.each([
  { name: "half-pixel centres", fields: [3], from: (i: number) => (i + 0.5) / 2 - 0.5 },
  {
    name: "aligned corners",
    fields: [2],
    from: (i: number, size: number) => i * (size - 1) / (2 * size - 1),
  },
  { name: "neither", fields: [], from: (i: number) => i / 2 },
])("importTflite() doubles a picture with $name", async ({ fields, from }) => {
  await assertOperator(
    [3, 4, 2],
    { code: 23, options: fields.map((field) => byte(field, 1)) },
    [{ shape: [2], type: "INT32", data: Int32Array.of(6, 8) }],
    (picture) =>
      pictureOf([6, 8, 2], (y, x, c) => {
        const [row, column] = [Math.max(from(y, 3), 0), Math.max(from(x, 4), 0)];
        const at = (dy: number, dx: number) =>
          pixel(picture)(
            Math.min(Math.floor(row) + dy, 2),
            Math.min(Math.floor(column) + dx, 3),
            c,
          );
        const [v, u] = [row % 1, column % 1];
        return (at(0, 0) * (1 - u) + at(0, 1) * u) * (1 - v) +
          (at(1, 0) * (1 - u) + at(1, 1) * u) * v;
      }),
  );
});
