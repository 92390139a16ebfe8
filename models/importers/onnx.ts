import { fromBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ValueInfoProto,
} from "onnx-buf";
import { ModelError } from "../../pipeline/errors.ts";

/** What a network takes or gives. */
export interface OnnxValue {
  /** Its name. */
  readonly name: string;
  /** The size of each dimension; `undefined` for one that is free. */
  readonly dims: readonly (number | undefined)[];
}

/** A value with what its numbers are. */
export interface TypedOnnxValue extends OnnxValue {
  /** Their type in ONNX's words, such as `float`, `float16` or `uint8`; `none` for no tensor. */
  readonly type: string;
}

/** What an ONNX file tells of its network. */
export interface OnnxFacts {
  /** What is fed to it. */
  readonly inputs: readonly TypedOnnxValue[];
  /** What it gives. */
  readonly outputs: readonly TypedOnnxValue[];
  /** What the program that wrote it noted, such as the names of classes. */
  readonly metadata: ReadonlyMap<string, string>;
  /** How many numbers its layers have learnt. */
  readonly parameters: number;
  /** Multiplications with addition of its convolutions for one picture, if the file tells the sizes. */
  readonly multiplyAccumulates: number | undefined;
}

/** The operators with learnt numbers, and which of their inputs those are. */
const LEARNT_INPUTS: ReadonlyMap<string, readonly number[]> = new Map([
  ["Conv", [1, 2]],
  ["ConvTranspose", [1, 2]],
  ["Gemm", [1, 2]],
  ["MatMul", [0, 1]],
  ["PRelu", [1]],
  ["BatchNormalization", [1, 2, 3, 4]],
]);

/**
 * Reads what an ONNX file tells of its network, without running it.
 *
 * @param bytes The bytes of the file.
 * @returns Its inputs and outputs, and how large it is.
 * @throws {ModelError} If the file is damaged, or keeps its weights in another file.
 *
 * @example What is no network is refused
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => inspectOnnx(new TextEncoder().encode("Surely not a network.")), Error, "ONNX");
 * ```
 */
export function inspectOnnx(bytes: Uint8Array): OnnxFacts {
  const { model, graph } = readOnnx(bytes);
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const parameters = parametersOf(graph, weights);
  if (!(parameters >= 0 && Number.isSafeInteger(parameters))) {
    throw new ModelError(`Cannot read the ONNX file: it claims ${parameters} parameters`);
  }
  return {
    // Old files list their weights among the inputs.
    inputs: graph.input.filter(({ name }) => !weights.has(name)).map(valueFrom),
    outputs: graph.output.map(valueFrom),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    parameters,
    multiplyAccumulates: multiplyAccumulatesOf(graph, weights),
  };
}

/** An ONNX file, and the network in it. */
export interface OnnxFile {
  /** The whole file. */
  readonly model: ModelProto;
  /** Its network. */
  readonly graph: GraphProto;
}

/**
 * Reads an ONNX file.
 *
 * @param bytes The bytes of the file.
 * @returns What it holds.
 * @throws {ModelError} If it is damaged, or keeps its weights in another file.
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new ModelError("Cannot read the ONNX file: it is damaged or not one", { cause });
  }
  const { graph } = model;
  if (!graph || graph.node.length === 0) {
    throw new ModelError("Cannot read the ONNX file: there is no network in it");
  }
  if (graph.initializer.some((one) => one.dataLocation === TensorProto_DataLocation.EXTERNAL)) {
    throw new ModelError(
      "Cannot read the ONNX file: its weights are in another file; export it as a single one",
    );
  }
  return { model, graph };
}

function valueFrom({ name, type }: ValueInfoProto): TypedOnnxValue {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  const dims = (tensor?.shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : undefined
  );
  const typeName = TensorProto_DataType[tensor?.elemType ?? -1];
  return { name, dims, type: typeName?.toLowerCase() ?? "none" };
}

function sizeOf({ dims }: TensorProto): number {
  return dims.reduce((product, size) => product * Number(size), 1);
}

function parametersOf(graph: GraphProto, weights: ReadonlyMap<string, TensorProto>): number {
  const learnt = new Set<TensorProto>();
  for (const { opType, input } of graph.node) {
    for (const index of LEARNT_INPUTS.get(opType) ?? []) {
      const tensor = weights.get(input[index] ?? "");
      if (tensor) learnt.add(tensor);
    }
  }
  return learnt.values().reduce((sum, tensor) => sum + sizeOf(tensor), 0);
}

/** Each number that a convolution gives takes as many as one of its filters has weights. */
function multiplyAccumulatesOf(
  graph: GraphProto,
  weights: ReadonlyMap<string, TensorProto>,
): number | undefined {
  const values = [...graph.valueInfo, ...graph.output].map(valueFrom);
  const dimsByName = new Map(values.map(({ name, dims }) => [name, dims]));
  let sum = 0;
  for (const { opType, input, output } of graph.node) {
    if (opType !== "Conv") continue;
    const filters = weights.get(input[1] ?? "");
    const dims = dimsByName.get(output[0] ?? "")?.slice(1);
    if (!filters || !dims || dims.length === 0 || dims.includes(undefined)) return undefined;
    const results = dims.reduce<number>((product, size) => product * (size ?? 0), 1);
    sum += results * sizeOf(filters) / Number(filters.dims[0]);
  }
  return sum >= 0 && Number.isSafeInteger(sum) ? sum : undefined;
}
