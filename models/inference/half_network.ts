import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType,
  type ValueInfoProto,
} from "onnx-buf";
import { castNode } from "../cast_node.ts";

const { FLOAT, FLOAT16, DOUBLE, BFLOAT16 } = TensorProto_DataType;

/** The greatest number of half precision (IEEE 754, binary16). */
const MAX_HALF = 65504;

/** Which inputs of an operator are of single precision whatever the others are (ONNX operators). */
const SINGLE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Resize: [1, 2], // The region and the scales; in old versions, 1 is the scales.
  Upsample: [1],
  Pad: [0, 3],
};

/** Operators that onnxruntime-web 1.30 has no valid shader for in half precision. */
const SINGLE_OPERATORS = new Set(["Pad"]);

/** Operators that compute in single precision alone, or whose graphs within are not looked at. */
const UNSUITABLE = new Set(["NonMaxSuppression", "If", "Loop", "Scan", "Range", "RandomNormal"]);

/**
 * The network as it computes in half precision: its input, its weights and all between are float16,
 * its outputs float32 as before.
 *
 * @param network The bytes of an ONNX file.
 * @returns The bytes of the other; nothing where that cannot be done: a network of several
 * precisions, a weight beyond 65504, an operator that there is in single precision only.
 */
export function halfNetwork(network: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, network);
  } catch {
    return undefined; // The runtime says what is wrong with it.
  }
  const { graph } = model;
  if (!graph || graph.node.some(({ opType }) => UNSUITABLE.has(opType))) return undefined;
  const tensors = [...graph.initializer, ...graph.node.flatMap(constantsIn)];
  if (tensors.some(isMixed) || !tensors.every(fitsHalf)) return undefined;
  const single = keptSingle(graph);
  for (const tensor of tensors) if (!single.has(tensor.name)) halve(tensor);
  graph.node.filter(({ opType }) => opType === "Cast").forEach(castToHalf);
  graph.node = graph.node.flatMap((node) =>
    SINGLE_OPERATORS.has(node.opType) ? computedInSingle(node, single) : [node]
  );
  graph.input.forEach(halveInput);
  castOutputs(graph);
  graph.valueInfo = []; // What is between is of another type now; runtimes find it out.
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

/** The tensors in a node's attributes. */
function constantsIn({ attribute }: NodeProto): TensorProto[] {
  return attribute.flatMap(({ t }) => t ? [t] : []);
}

function isMixed({ dataType }: TensorProto): boolean {
  return [FLOAT16, DOUBLE, BFLOAT16].includes(dataType);
}

function numbersOf({ rawData, floatData }: TensorProto): Float32Array {
  // Bytes of their own, as those of a file need not lie at a multiple of 4.
  return rawData.length ? new Float32Array(rawData.slice().buffer) : Float32Array.from(floatData);
}

function fitsHalf(tensor: TensorProto): boolean {
  return tensor.dataType !== FLOAT ||
    numbersOf(tensor).every((number) => !(Math.abs(number) > MAX_HALF));
}

/** The names of constants that must stay as they are. */
function keptSingle({ node, initializer }: GraphProto): Set<string> {
  const kept = new Set(
    node.flatMap(({ opType, input }) => (SINGLE_INPUTS[opType] ?? []).map((at) => input[at] ?? "")),
  );
  return new Set(initializer.map(({ name }) => name).filter((name) => kept.has(name)));
}

function halve(tensor: TensorProto): void {
  if (tensor.dataType !== FLOAT) return;
  tensor.rawData = new Uint8Array(new Float16Array(numbersOf(tensor)).buffer);
  tensor.floatData = [];
  tensor.dataType = FLOAT16;
}

function castToHalf({ attribute }: NodeProto): void {
  const to = attribute.find(({ name }) => name === "to");
  if (to?.i === BigInt(FLOAT)) to.i = BigInt(FLOAT16);
}

/** An operator between two conversions. */
function computedInSingle(node: NodeProto, single: ReadonlySet<string>): NodeProto[] {
  const [input = "", ...others] = node.input;
  const [output = ""] = node.output;
  const [inside, result] = [`${input} for ${output}`, `${output} in single precision`];
  node.input = [single.has(input) ? input : inside, ...others];
  node.output = [result];
  return [
    ...(single.has(input) ? [] : [castNode(input, inside, FLOAT)]),
    node,
    castNode(result, output, FLOAT16),
  ];
}

function halveInput({ type }: ValueInfoProto): void {
  if (type?.value.case !== "tensorType" || type.value.value.elemType !== FLOAT) return;
  type.value.value.elemType = FLOAT16;
}

/** Converts before the outputs, under names that nobody has. */
function castOutputs(graph: GraphProto): void {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const inside = (name: string) => outputs.has(name) ? `${name} in half precision` : name;
  for (const node of graph.node) {
    node.input = node.input.map(inside);
    node.output = node.output.map(inside);
  }
  for (const name of outputs) graph.node.push(castNode(inside(name), name, FLOAT));
}
