import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { ModelError } from "../../pipeline/errors.ts";
import { noise } from "../../tests/_model_inputs.ts";
import { tfliteFile, type TfliteOptions } from "../../tests/_tflite_file.ts";
import { inspectOnnx } from "./onnx.ts";
import { importTflite } from "./tflite.ts";

const PACKAGE = "@mediapipe/face_detection";

function fileOf(name: string): Uint8Array {
  const url = import.meta.resolve(`${PACKAGE}/face_detection_${name}.tflite`);
  return Deno.readFileSync(new URL(url));
}

/** One operator from a picture of 2x2 pixels with 2 channels to another. */
function oneOperator(code: number, rest: Partial<TfliteOptions> = {}): Uint8Array {
  return tfliteFile({
    tensors: [{ shape: [1, 2, 2, 2] }, { shape: [1, 2, 2, 2] }],
    operators: [{ code, inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
    ...rest,
  });
}

// Counted by hand and from the files by other programs: see the table of MediaPipe's models.
Deno.test.each([
  { name: "short_range", size: 128, anchors: 896, parameters: 101_390, millions: 30.76 },
  { name: "full_range", size: 192, anchors: 2304, parameters: 514_069, millions: 105.67 },
  { name: "full_range_sparse", size: 192, anchors: 2304, parameters: 508_308, millions: 117.19 },
])("importTflite() keeps the layers and shapes of $name", ({ name, size, anchors, ...counts }) => {
  const facts = inspectOnnx(importTflite(fileOf(name)));
  assertEquals(facts.inputs.map(({ dims }) => dims), [[undefined, 3, size, size]]);
  assertEquals(
    facts.outputs.map(({ dims }) => dims),
    [[undefined, anchors, 16], [undefined, anchors, 1]],
  );
  assertEquals(facts.parameters, counts.parameters);
  assertEquals(((facts.multiplyAccumulates ?? 0) / 1e6).toFixed(2), `${counts.millions}`);
});

Deno.test("importTflite() keeps the names of input and outputs", () => {
  const facts = inspectOnnx(importTflite(fileOf("short_range")));
  assertEquals(facts.inputs.map(({ name }) => name), ["input"]);
  assertEquals(facts.outputs.map(({ name }) => name), ["regressors", "classificators"]);
});

Deno.test("importTflite() fills in sparse 16-bit weights of a hand-made file", () => {
  // Two filters of 1x1 over two channels: [0 1.5] and [-2 0].
  const bytes = oneOperator(0, {
    tensors: [
      { shape: [1, 2, 2, 2] },
      { shape: [1, 2, 2, 2] },
      {
        shape: [2, 1, 1, 2],
        type: "FLOAT16",
        data: Float16Array.of(1.5, -2),
        sparsity: {
          traversalOrder: [0, 1, 2, 3],
          blockMap: [],
          levels: [2, 1, 1, { segments: [0, 1, 2], indices: [1, 0], bits: 8 }],
        },
      },
      { shape: [2, 1, 1, 2], type: "FLOAT16" },
      { shape: [2, 1, 1, 2] },
      { shape: [2], data: Float32Array.of(0.25, 0.5) },
    ],
    operators: [
      { code: 124, inputs: [2], outputs: [3] },
      { code: 6, inputs: [3], outputs: [4] },
      {
        code: 3,
        inputs: [0, 4, 5],
        outputs: [1],
        options: [1, 2].map((field) => ({ field, type: "int", value: 1 })),
      },
    ],
  });
  const { graph } = fromBinary(ModelProtoSchema, importTflite(bytes));
  const [weights, bias] = graph?.initializer ?? [];
  assertEquals(weights?.dims, [2n, 2n, 1n, 1n]);
  assertEquals(
    Array.from(new Float32Array(weights?.rawData?.slice().buffer ?? new ArrayBuffer())),
    [
      0,
      1.5,
      -2,
      0,
    ],
  );
  assertEquals(Array.from(new Float32Array(bias?.rawData?.slice().buffer ?? new ArrayBuffer())), [
    0.25,
    0.5,
  ]);
});

Deno.test("importTflite() names an operator that it does not support, and its place", () => {
  const error = assertThrows(() => importTflite(oneOperator(25)), ModelError);
  assertEquals(
    error.message,
    "Cannot import the TFLite file: operator 0, SOFTMAX, is not supported",
  );
});

Deno.test("importTflite() refuses weights of 8 bits in words", () => {
  const tensors = [{ shape: [1, 2, 2, 2] }, { shape: [1, 2, 2, 2] }, {
    shape: [2, 1, 1, 2],
    type: "INT8" as const,
    data: Float32Array.of(1),
  }];
  const operators = [{ code: 3, inputs: [0, 2], outputs: [1] }];
  assertThrows(
    () => importTflite(oneOperator(3, { tensors, operators })),
    ModelError,
    'operator 0, CONV_2D: Cannot read "t2": it holds INT8, not floats',
  );
});

Deno.test.each([
  { flaw: "a tensor that there is not", rest: { outputs: [7] }, message: "no tensor 7" },
  { flaw: "an output that nothing computes", rest: { operators: [] }, message: "no operator has" },
  {
    flaw: "a shape that the operator does not give",
    rest: { tensors: [{ shape: [1, 2, 2, 2] }, { shape: [1, 2, 2, 3] }] },
    message: "the operator gives [1,2,2,2]",
  },
  {
    flaw: "a picture without end",
    rest: { tensors: [{ shape: [1, 2 ** 30, 2 ** 30, 3] }, { shape: [1, 2, 2, 2] }] },
    message: "Cannot compute tensors of",
  },
])("importTflite() refuses $flaw", ({ rest, message }) => {
  assertThrows(() => importTflite(oneOperator(19, rest)), ModelError, message);
});

Deno.test("importTflite() refuses a sparse tensor that would fill the memory", () => {
  const bytes = oneOperator(124, {
    tensors: [{ shape: [1, 2, 2, 2] }, { shape: [60_000, 60_000] }, {
      shape: [60_000, 60_000],
      data: Float32Array.of(1),
      sparsity: {
        traversalOrder: [0, 1],
        blockMap: [],
        levels: [60_000, { segments: [0], indices: [0], bits: 32 }],
      },
    }],
    operators: [{ code: 124, inputs: [2], outputs: [1] }],
  });
  assertThrows(() => importTflite(bytes), ModelError, "more than");
});

Deno.test("importTflite() refuses a file that is cut off anywhere, in one line", () => {
  const whole = fileOf("short_range");
  const random = noise(7);
  const lengths = Array.from({ length: 120 }, () => Math.floor((random() + 1) / 2 * whole.length));
  for (const length of [0, 1, 7, 8, 15, 16, 40, ...lengths, whole.length - 1000]) {
    const error = assertThrows(() => importTflite(whole.subarray(0, length)), ModelError);
    assertMatch(error.message, /^Cannot import the (TFLite )?file: [^\n]+$/);
  }
});

Deno.test("importTflite() either imports a damaged file or refuses it, in one line", () => {
  const whole = fileOf("short_range");
  // The weights are mostly in front, and any bytes are weights; the tables lie behind them.
  const random = noise(3);
  let refused = 0;
  for (let round = 0; round < 200; round++) {
    const bytes = whole.slice();
    for (let i = 0; i < 1 + round % 8; i++) {
      const place = Math.floor((random() + 1) / 2 * 24_000);
      bytes[round % 2 === 0 ? place : bytes.length - 1 - place] = Math.floor(128 * (random() + 1));
    }
    try {
      assert(importTflite(bytes).length > 0);
    } catch (error) {
      assert(error instanceof ModelError, Deno.inspect(error));
      assertMatch(error.message, /^[^\n]+$/);
      refused++;
    }
  }
  assert(refused > 20, `only ${refused} of 200 were refused`);
});
