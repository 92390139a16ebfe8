import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
} from "onnx-buf";
import type { Size } from "../../pipeline/fit.ts";
import { castNode } from "../cast_node.ts";
import { readOnnx } from "../importers/onnx.ts";

const { FLOAT, INT32, INT64, UINT8 } = TensorProto_DataType;

/** What is behind the name of a value that is converted, in the network as it was. */
const SUFFIX = "_as_exported";

/** What {@linkcode plainNetwork} has to know. */
export interface PlainNetworkOptions {
  /** The name of the input that takes the picture. */
  readonly picture: string;
  /** The name of the input that takes the size to which boxes refer, where there is one. */
  readonly sizeInput?: string | undefined;
  /** The size of the picture's tensor, in pixels. */
  readonly size: Size;
}

/**
 * A network with one input and outputs of 32-bit floating point numbers, which is what sessions take:
 * half precision and whole numbers are converted inside it, where each runtime does so rightly, and
 * the size that boxes refer to becomes a constant.
 *
 * A picture of whole numbers is rounded.
 *
 * @param network The bytes of an ONNX file.
 * @param options Which input is which.
 * @returns The bytes of one that says the same; the very same where nothing has to be changed.
 * @throws {ModelError} If the file cannot be read.
 */
export function plainNetwork(
  network: Uint8Array<ArrayBuffer>,
  { picture, sizeInput, size }: PlainNetworkOptions,
): Uint8Array<ArrayBuffer> {
  const { model, graph } = readOnnx(network);
  const input = graph.input.find(({ name }) => name === picture);
  const outputs = graph.output.filter((value) => !isPlain(value));
  const sizes = graph.input.find(({ name }) => name === sizeInput);
  if ((!input || isPlain(input)) && outputs.length === 0 && !sizes) return network;
  if (sizes) fixSize(graph, sizes, size);
  if (input && !isPlain(input)) convertInput(graph, input);
  for (const output of outputs) convertOutput(graph, output);
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

function typeOf({ type }: ValueInfoProto): TensorProto_DataType | undefined {
  return type?.value.case === "tensorType" ? type.value.value.elemType : undefined;
}

function isPlain(value: ValueInfoProto): boolean {
  return typeOf(value) === FLOAT || typeOf(value) === undefined;
}

function makePlain({ type }: ValueInfoProto): void {
  if (type?.value.case === "tensorType") type.value.value.elemType = FLOAT;
}

/** Puts the size in the place of an input: width before height. */
function fixSize(graph: GraphProto, input: ValueInfoProto, { width, height }: Size): void {
  const rank = input.type?.value.case === "tensorType"
    ? input.type.value.value.shape?.dim.length
    : undefined;
  const dataType = typeOf(input) ?? INT64;
  graph.input = graph.input.filter((one) => one !== input);
  graph.initializer.push(create(TensorProtoSchema, {
    name: input.name,
    dims: rank === 1 ? [2n] : [1n, 2n],
    dataType,
    ...dataType === INT64
      ? { int64Data: [BigInt(width), BigInt(height)] }
      : dataType === INT32
      ? { int32Data: [width, height] }
      : { floatData: [width, height] },
  }));
}

function convertInput(graph: GraphProto, input: ValueInfoProto): void {
  const type = typeOf(input) ?? FLOAT;
  const inner = input.name + SUFFIX;
  renameInputs(graph, input.name, inner);
  makePlain(input);
  if (type !== UINT8) {
    graph.node.unshift(castNode(input.name, inner, type));
    return;
  }
  // A cast cuts off what is behind the point.
  const half = create(TensorProtoSchema, {
    name: `${inner}_half`,
    dataType: FLOAT,
    floatData: [0.5],
  });
  graph.initializer.push(half);
  graph.node.unshift(
    create(NodeProtoSchema, {
      opType: "Add",
      name: `${inner}_add`,
      input: [input.name, half.name],
      output: [`${inner}_raised`],
    }),
    castNode(`${inner}_raised`, inner, type),
  );
}

function convertOutput(graph: GraphProto, output: ValueInfoProto): void {
  const { name } = output;
  const inner = name + SUFFIX;
  renameInputs(graph, name, inner);
  for (const node of graph.node) {
    node.output = node.output.map((one) => one === name ? inner : one);
  }
  for (const named of [...graph.valueInfo, ...graph.initializer]) {
    if (named.name === name) named.name = inner;
  }
  graph.node.push(castNode(inner, name, FLOAT));
  makePlain(output);
}

/** Gives what nodes read, in inner networks too, another name. */
function renameInputs({ node }: GraphProto, from: string, to: string): void {
  for (const one of node) {
    one.input = one.input.map((name) => name === from ? to : name);
    for (const { g, graphs } of one.attribute) {
      for (const inner of g ? [g, ...graphs] : graphs) {
        renameInputs(inner, from, to);
        for (const value of inner.output) if (value.name === from) value.name = to;
      }
    }
  }
}
