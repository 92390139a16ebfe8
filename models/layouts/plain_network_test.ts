import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType } from "onnx-buf";
import { assert, assertEquals } from "@std/assert";
import { LAYOUT_CASES, networkOf } from "../../tests/_layout_cases.ts";
import { runOnnx } from "../../tests/_run_onnx.ts";
import { affineNetwork } from "../../tests/_tiny_network.ts";
import { inspectOnnx, type TypedOnnxValue } from "../importers/onnx.ts";
import { plainNetwork } from "./plain_network.ts";

const SIZE = { width: 96, height: 64 };

Deno.test("plainNetwork() leaves a network of 32-bit numbers as it is", () => {
  const network = affineNetwork();
  assert(plainNetwork(network, { picture: "x", size: SIZE }) === network);
});

Deno.test("plainNetwork() keeps names and shapes, and makes all numbers floats", () => {
  const half = networkOf(LAYOUT_CASES.find(({ layout }) => layout === "rt-detr")!, {
    isHalf: true,
  });
  const facts = inspectOnnx(half);
  const types = facts.outputs.map(({ type }) => type);
  assertEquals(types.toSorted(), ["float16", "float16", "int64"]);
  const plain = inspectOnnx(
    plainNetwork(half, { picture: "images", sizeInput: "orig_target_sizes", size: SIZE }),
  );
  const asFloat = (one: TypedOnnxValue) => ({ ...one, type: "float" });
  assertEquals(plain.outputs, facts.outputs.map(asFloat));
  assertEquals(plain.inputs, facts.inputs.slice(0, 1).map(asFloat));
});

/** A network that gives back its input, and the size that it is told, in numbers of some type. */
function echo(type: TensorProto_DataType): Uint8Array<ArrayBuffer> {
  const value = (name: string, elemType: TensorProto_DataType, dims: readonly number[]) => ({
    name,
    type: {
      value: {
        case: "tensorType" as const,
        value: {
          elemType,
          shape: {
            dim: dims.map((size) => ({
              value: { case: "dimValue" as const, value: BigInt(size) },
            })),
          },
        },
      },
    },
  });
  const { INT64 } = TensorProto_DataType;
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 13n }],
    graph: {
      name: "echo",
      node: [
        { opType: "Identity", input: ["x"], output: ["y"] },
        { opType: "Identity", input: ["orig_target_sizes"], output: ["size"] },
      ],
      input: [value("x", type, [4]), value("orig_target_sizes", INT64, [1, 2])],
      output: [value("y", type, [4]), value("size", INT64, [1, 2])],
    },
  });
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

Deno.test.each(
  [
    { type: "UINT8", given: [0.4, 0.6, 254.7, 255], got: [0, 1, 255, 255] },
    { type: "FLOAT16", given: [0, 0.1, 1000.3, -2], got: [0, 0.0999755859375, 1000.5, -2] },
    { type: "DOUBLE", given: [0, 0.5, 1e9, -2], got: [0, 0.5, 1e9, -2] },
  ] as const,
)("plainNetwork() converts to $type and back, and fixes the size, width first", async (one) => {
  const network = plainNetwork(echo(TensorProto_DataType[one.type]), {
    picture: "x",
    sizeInput: "orig_target_sizes",
    size: SIZE,
  });
  const { y, size } = await runOnnx(network, Float32Array.from(one.given), [4]);
  assertEquals([...y!.data], [...one.got]);
  assertEquals([...size!.data], [96, 64]);
});
