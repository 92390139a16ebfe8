import type { GraphProto, NodeProto, ValueInfoProto } from "onnx-buf";
import { ChannelForest } from "./channel_forest.ts";
import { attributeOf, type OnnxConvolution, OnnxLayers } from "./onnx_layers.ts";

/** Operators that leave each channel by itself where it is. */
const CHANNELWISE: ReadonlySet<string> = new Set(
  ("Abs AveragePool Clip Dropout Elu Erf Exp GlobalAveragePool GlobalMaxPool " +
    "HardSigmoid HardSwish Identity LeakyRelu MaxPool Mish Neg Relu Resize Sigmoid Softplus Sqrt " +
    "Tanh Upsample").split(" "),
);

/** Operators that bring the same channels of two values together. */
const PAIRING: ReadonlySet<string> = new Set(["Add", "Div", "Max", "Min", "Mul", "Sub", "Sum"]);

/** Which channels of an ONNX network can only be kept or removed together. */
export interface OnnxChannelSets {
  /** The convolutions that can be cut. */
  readonly convolutions: readonly OnnxConvolution[];
  /** For values by name, the number of the set that each of its channels belongs to, where known. */
  readonly ofValues: ReadonlyMap<string, readonly number[]>;
  /** The sets that cannot be removed. */
  readonly fixed: ReadonlySet<number>;
}

/**
 * Finds which channels of an ONNX network can only be kept or removed together, as `channelSetsOf`
 * does for a Darknet one.
 *
 * Channels can be removed where a convolution gives them to a batch normalisation that alone reads it,
 * and only operators that are understood read on: others, such as a Reshape, keep all that they read.
 */
export function onnxChannelSetsOf(graph: GraphProto): OnnxChannelSets {
  return new Walk(graph).sets();
}

/** Follows the channels from operator to operator. */
class Walk {
  readonly #graph: GraphProto;
  readonly #layers: OnnxLayers;
  readonly #forest = new ChannelForest();
  readonly #channels = new Map<string, readonly number[]>();
  readonly #fixed: number[] = [];
  readonly #convolutions: OnnxConvolution[] = [];
  readonly #batchNorms = new Set<NodeProto>();

  constructor(graph: GraphProto) {
    this.#graph = graph;
    this.#layers = new OnnxLayers(graph);
  }

  sets(): OnnxChannelSets {
    for (const input of this.#graph.input) {
      const count = channelCountOf(input);
      if (count > 0) this.#channels.set(input.name, this.#fix(this.#forest.add(count)));
    }
    for (const node of this.#graph.node) {
      const result = this.#follow(node);
      if (result) this.#channels.set(node.output[0] ?? "", result);
    }
    for (const { name } of this.#graph.output) this.#fix(this.#channels.get(name) ?? []);
    const roots = (list: readonly number[]) => list.map((one) => this.#forest.rootOf(one));
    return {
      convolutions: this.#convolutions,
      ofValues: new Map(this.#channels.entries().map(([name, list]) => [name, roots(list)])),
      fixed: new Set(roots(this.#fixed)),
    };
  }

  #fix(channels: readonly number[]): readonly number[] {
    this.#fixed.push(...channels);
    return channels;
  }

  /** The channels of a node's first result; none if it is not known what becomes of them. */
  #follow(node: NodeProto): readonly number[] | undefined {
    const sources = node.input.map((name) => this.#channels.get(name));
    const [first] = sources;
    const resultOf = () => {
      if (node.opType === "Conv") return this.#convolved(node, first);
      if (this.#batchNorms.has(node)) return first;
      // A Resize to sizes names the count of channels.
      const isPlain = node.opType !== "Resize" || (node.input[3] ?? "") === "";
      if (CHANNELWISE.has(node.opType) && isPlain) return first;
      if (PAIRING.has(node.opType)) return this.#paired(node);
      const isJoining = node.opType === "Concat" && attributeOf(node, "axis")?.i === 1n;
      const known = sources.flatMap((source) => source ? [source] : []);
      return isJoining && known.length === sources.length ? known.flat() : undefined;
    };
    const result = resultOf();
    if (!result) { for (const source of sources) this.#fix(source ?? []); }
    return result;
  }

  #convolved(node: NodeProto, source: readonly number[] | undefined) {
    const convolution = this.#layers.convolutionFrom(node);
    if (!convolution) return undefined;
    const { groups, channelsPerGroup, batchNorm } = convolution;
    const inputs = source ?? this.#fix(this.#forest.add(groups * channelsPerGroup));
    if (inputs.length !== groups * channelsPerGroup) return undefined;
    this.#channels.set(node.input[0] ?? "", inputs);
    const results = this.#forest.convolved(inputs, convolution);
    this.#convolutions.push(convolution);
    if (!batchNorm) return this.#fix(results);
    this.#batchNorms.add(batchNorm.node);
    return results;
  }

  /** The channels of two values, one by one; a single number changes all alike. */
  #paired(node: NodeProto): readonly number[] | undefined {
    const names = node.input.filter((name) => !this.#layers.isSingleNumber(name));
    const sources = names.map((name) => this.#channels.get(name));
    const [first] = sources;
    if (!first || sources.some((source) => source?.length !== first.length)) return undefined;
    for (const source of sources) {
      for (const [i, channel] of (source ?? []).entries()) this.#forest.join(first[i], channel);
    }
    return first;
  }
}

/** How many channels a picture has, `[N, channels, …]`; 0 where the file does not tell. */
function channelCountOf({ type }: ValueInfoProto): number {
  const dims = type?.value.case === "tensorType" ? type.value.value.shape?.dim : undefined;
  const size = dims && dims.length >= 3 ? dims[1]?.value : undefined;
  return size?.case === "dimValue" ? Number(size.value) : 0;
}
