import {
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType,
} from "onnx-buf";
import type { ChannelUse } from "./channel_forest.ts";

/** A convolution of an ONNX network whose weights stand in the file, for it alone. */
export interface OnnxConvolution extends ChannelUse {
  /** The operator. */
  readonly node: NodeProto;
  /** Its weights. */
  readonly weights: TensorProto;
  /** What it adds, if anything. */
  readonly bias: TensorProto | undefined;
  /** The batch normalisation that alone reads it, if there is one. */
  readonly batchNorm: OnnxBatchNorm | undefined;
}

/** A batch normalisation of an ONNX network. */
export interface OnnxBatchNorm {
  /** The operator. */
  readonly node: NodeProto;
  /** Its scales, shifts, means and variances. */
  readonly learnt: readonly TensorProto[];
}

/** Finds the convolutions of an ONNX network. */
export class OnnxLayers {
  readonly #readers: ReadonlyMap<string, readonly NodeProto[]>;
  readonly #tensors: ReadonlyMap<string, TensorProto>;
  readonly #results: ReadonlySet<string>;

  /** Looks through a network. */
  constructor({ node, initializer, output }: GraphProto) {
    const reads = node.flatMap((one) => one.input.map((name): [string, NodeProto] => [name, one]));
    this.#readers = new Map(
      Map.groupBy(reads, ([name]) => name).entries()
        .map(([name, list]) => [name, list.map(([, reader]) => reader)]),
    );
    this.#tensors = new Map(initializer.map((tensor) => [tensor.name, tensor]));
    this.#results = new Set(output.map(({ name }) => name));
  }

  /** The constant of a name, if it is one number. */
  isSingleNumber(name: string): boolean {
    const tensor = this.#tensors.get(name);
    return tensor !== undefined && tensor.dims.every((size) => size === 1n);
  }

  /** The convolution that a node is, if its channels can be cut. */
  convolutionFrom(node: NodeProto): OnnxConvolution | undefined {
    const [, weightsName = "", biasName = ""] = node.input;
    const weights = this.#own(weightsName);
    const bias = biasName === "" ? undefined : this.#own(biasName);
    const [filters = 0, channelsPerGroup = 0] = weights?.dims.map(Number) ?? [];
    const groups = Number(attributeOf(node, "group")?.i ?? 1n);
    if (!weights || (biasName !== "" && !bias) || filters === 0) return undefined;
    const batchNorm = this.#batchNormAfter(node);
    return { node, weights, bias, batchNorm, filters, channelsPerGroup, groups };
  }

  /** A constant of 32-bit floats that one operator reads once. */
  #own(name: string): TensorProto | undefined {
    const tensor = this.#tensors.get(name);
    return tensor?.dataType === TensorProto_DataType.FLOAT && this.#readers.get(name)?.length === 1
      ? tensor
      : undefined;
  }

  #batchNormAfter({ output: [name = ""] }: NodeProto): OnnxBatchNorm | undefined {
    const [reader, ...others] = this.#readers.get(name) ?? [];
    if (reader?.opType !== "BatchNormalization" || others.length > 0) return undefined;
    if (this.#results.has(name)) return undefined;
    const learnt = reader.input.slice(1, 5).flatMap((input) => this.#own(input) ?? []);
    return learnt.length === 4 ? { node: reader, learnt } : undefined;
  }
}

/** An operator's option. */
export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** The numbers of a constant of 32-bit floats. */
export function numbersOf({ rawData, floatData }: TensorProto): Float32Array<ArrayBuffer> {
  return rawData.length > 0
    ? new Float32Array(rawData.slice().buffer as ArrayBuffer)
    : Float32Array.from(floatData);
}

/** Replaces the numbers of a constant. */
export function setNumbers(
  tensor: TensorProto,
  numbers: Float32Array<ArrayBuffer>,
  dims: readonly number[],
): void {
  tensor.rawData = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  tensor.floatData = [];
  tensor.dims = dims.map(BigInt);
}
