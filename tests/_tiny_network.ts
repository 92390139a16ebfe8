/**
 * Networks small enough to be worked out by hand.
 *
 * @module
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";

type Node = MessageInitShape<typeof NodeProtoSchema>;

/** A dimension: its size, or the name of a free one. */
type Dimension = number | string;

function value(
  name: string,
  dims: readonly Dimension[],
  elemType: TensorProto_DataType = TensorProto_DataType.FLOAT,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => ({
    value: typeof size === "string"
      ? { case: "dimParam" as const, value: size }
      : { case: "dimValue" as const, value: BigInt(size) },
  }));
  return { name, type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } } };
}

function constant(
  name: string,
  dims: readonly number[],
  floatData: readonly number[],
): MessageInitShape<typeof TensorProtoSchema> {
  return {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    floatData: [...floatData],
  };
}

function modelOf(graph: MessageInitShape<typeof GraphProtoSchema>): Uint8Array<ArrayBuffer> {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 13n }],
    graph,
  });
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

/** The names, shapes and answers of {@linkcode affineNetwork} for the numbers of one row. */
export function affineAnswer(row: readonly number[]): { doubled: number[]; sum: number[] } {
  return {
    doubled: row.map((x) => 2 * x + 1),
    sum: [row.reduce((sum, x) => sum + x, 0)],
  };
}

/** Two outputs of each row of three numbers: twice each and one more, and the sum of all. */
export function affineNetwork(): Uint8Array<ArrayBuffer> {
  const node: Node[] = [
    { opType: "Mul", input: ["x", "two"], output: ["twice"] },
    { opType: "Add", input: ["twice", "one"], output: ["doubled"] },
    { opType: "MatMul", input: ["x", "ones"], output: ["sum"] },
  ];
  return modelOf({
    name: "affine",
    node,
    initializer: [
      constant("two", [1], [2]),
      constant("one", [1], [1]),
      constant("ones", [3, 1], [1, 1, 1]),
    ],
    input: [value("x", ["N", 3])],
    output: [value("doubled", ["N", 3]), value("sum", ["N", 1])],
  });
}

/** A 3x3 convolution of a `size`x`size` picture, whose border is 0, that adds up each neighbourhood. */
export function neighbourhoodNetwork(size: number): Uint8Array<ArrayBuffer> {
  const pads = { name: "pads", type: AttributeProto_AttributeType.INTS, ints: [1n, 1n, 1n, 1n] };
  return modelOf({
    name: "neighbourhood",
    node: [{ opType: "Conv", input: ["x", "kernel"], output: ["y"], attribute: [pads] }],
    initializer: [constant("kernel", [1, 1, 3, 3], new Array(9).fill(1))],
    input: [value("x", ["N", 1, size, size])],
    output: [value("y", ["N", 1, size, size])],
  });
}

/** A network whose output is a whole number, which the pipeline has no use for. */
export function wholeNumberNetwork(): Uint8Array<ArrayBuffer> {
  const to = {
    name: "to",
    type: AttributeProto_AttributeType.INT,
    i: BigInt(TensorProto_DataType.INT64),
  };
  return modelOf({
    name: "whole",
    node: [{ opType: "Cast", input: ["x"], output: ["y"], attribute: [to] }],
    input: [value("x", ["N", 3])],
    output: [value("y", ["N", 3], TensorProto_DataType.INT64)],
  });
}
