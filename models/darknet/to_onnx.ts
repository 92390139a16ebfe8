import { Graph, type Value } from "../graph.ts";
import { add, batchNorm, conv, maxPool, relu } from "../layers.ts";
import { concat, repeatPixels, sliceChannels } from "../rearrangements.ts";
import { cfgError } from "./cfg.ts";
import type {
  Activation,
  ConvolutionalLayer,
  DarknetLayer,
  MaxpoolLayer,
  RouteLayer,
} from "./layer.ts";
import type { BatchNormWeights, ConvWeights, DarknetNetwork } from "./network.ts";
import { weightsOf } from "./weights.ts";

/** Options of {@linkcode onnxFromDarknet}. */
export interface OnnxFromDarknetOptions {
  /**
   * What becomes of batch normalisations: `folded` into the convolutions before them, or `kept` as
   * operators, so that their scales can still be read.
   *
   * @default {"folded"}
   */
  readonly batchNorm?: "folded" | "kept";
}

/**
 * What is added to each variance, as OpenCV does (darknet_io.cpp). Darknet itself adds it to the
 * root; where that makes a difference, the channel never varied.
 */
export const DARKNET_EPSILON = 1e-6;

/** What a leaky rectifier multiplies numbers below 0 by (Darknet, activations.h). */
export const LEAKY_SLOPE = 0.1;

/**
 * Turns a Darknet network into an ONNX one that gives the same results.
 *
 * The input is called `data`, `[N, channels, height, width]`; what each `[yolo]` layer reads is a
 * result, `yolo_82` for layer 82, `[N, anchors * (5 + classes), rows, columns]`, as the convolution
 * leaves it. A network without such layers gives what no other layer reads, `layer_23` for layer 23.
 *
 * @param network The network.
 * @param options What becomes of batch normalisations.
 * @returns The bytes of an `.onnx` file.
 * @throws {ModelError} If a layer cannot be written: it names the line of the cfg.
 */
export function onnxFromDarknet(
  network: DarknetNetwork,
  { batchNorm = "folded" }: OnnxFromDarknetOptions = {},
): Uint8Array<ArrayBuffer> {
  const graph = new Graph("darknet");
  const input = graph.input("data", network.input);
  const values: Value[] = [];
  const results = resultsOf(network.layers);
  for (const [index, layer] of network.layers.entries()) {
    const sources = layer.sources.map((source) => values[source] ?? input);
    try {
      const value = added(graph, sources, layer, {
        weights: () => weightsOf(network, index),
        isFolded: batchNorm === "folded",
      });
      values.push(value);
      const isYolo = layer.kind === "yolo";
      if (results.has(index)) graph.output(`${isYolo ? "yolo" : "layer"}_${index}`, value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw cfgError(layer.line, error.message, error);
    }
  }
  return graph.toOnnx();
}

/** The numbers of the layers that are results: those of `[yolo]`, or else those that none reads. */
function resultsOf(layers: readonly DarknetLayer[]): ReadonlySet<number> {
  const all = new Set(layers.keys());
  const yolo = [...all].filter((index) => layers[index]?.kind === "yolo");
  if (yolo.length > 0) return new Set(yolo);
  return all.difference(new Set(layers.flatMap(({ sources }) => sources)));
}

/** What a convolution is made of. */
interface Learnt {
  readonly weights: () => ConvWeights;
  readonly isFolded: boolean;
}

function added(
  graph: Graph,
  sources: readonly Value[],
  layer: DarknetLayer,
  learnt: Learnt,
): Value {
  const [value, other] = sources;
  if (!value) throw new RangeError("Cannot add a layer that reads nothing");
  switch (layer.kind) {
    case "convolutional":
      return activated(graph, convolved(graph, value, layer, learnt), layer.activation);
    case "maxpool":
      return pooled(graph, value, layer);
    case "route":
      return routed(graph, sources, layer);
    case "shortcut":
      return activated(graph, add(graph, value, other ?? value), layer.activation);
    case "upsample":
      return repeatPixels(graph, value, layer.stride);
    case "yolo":
      return value;
  }
}

function convolved(
  graph: Graph,
  value: Value,
  layer: ConvolutionalLayer,
  { weights, isFolded }: Learnt,
): Value {
  const { filters, channelsPerGroup, size, stride, padding, groups } = layer;
  const learnt = weights();
  const { batchNorm: kept, ...plain } = isFolded ? folded(learnt) : learnt;
  const bias = graph.constant(plain.biases);
  const result = conv(graph, value, {
    weights: graph.constant(plain.weights, [filters, channelsPerGroup, size, size]),
    ...!kept && { bias },
    groups,
    stride: { height: stride, width: stride },
    dilation: { height: 1, width: 1 },
    padding: { top: padding, left: padding, bottom: padding, right: padding },
  });
  if (!kept) return result;
  return batchNorm(graph, result, {
    scale: graph.constant(kept.scales),
    shift: bias,
    mean: graph.constant(kept.means),
    variance: graph.constant(kept.variances),
    epsilon: DARKNET_EPSILON,
  });
}

/**
 * What a batch normalisation multiplies each channel by: `scale / sqrt(variance + epsilon)`.
 *
 * @param batchNorm The batch normalisation.
 * @returns A factor a channel.
 */
export function factorsOf({ scales, variances }: BatchNormWeights): Float64Array {
  return Float64Array.from(
    scales,
    (scale, i) => scale / Math.sqrt((variances[i] ?? NaN) + DARKNET_EPSILON),
  );
}

function folded({ weights, biases, batchNorm }: ConvWeights): ConvWeights {
  if (!batchNorm) return { weights, biases };
  const factors = factorsOf(batchNorm);
  const perFilter = weights.length / factors.length;
  const factorOf = (filter: number) => factors[filter] ?? NaN;
  return {
    weights: weights.map((weight, i) => weight * factorOf(Math.floor(i / perFilter))),
    biases: biases.map((bias, i) => bias - (batchNorm.means[i] ?? NaN) * factorOf(i)),
  };
}

function pooled(graph: Graph, value: Value, { size, stride, padding }: MaxpoolLayer): Value {
  const before = Math.floor(padding / 2);
  const behind = padding - before;
  return maxPool(graph, value, {
    kernel: { height: size, width: size },
    stride: { height: stride, width: stride },
    dilation: { height: 1, width: 1 },
    padding: { top: before, left: before, bottom: behind, right: behind },
  });
}

function routed(graph: Graph, sources: readonly Value[], { groups, groupId }: RouteLayer): Value {
  const parts = sources.map((source) => {
    const width = (source.dims[0] ?? 0) / groups;
    return groups === 1
      ? source
      : sliceChannels(graph, source, groupId * width, width + groupId * width);
  });
  const [only] = parts;
  return parts.length === 1 && only ? only : concat(graph, parts, 0);
}

function activated(graph: Graph, value: Value, activation: Activation): Value {
  const unary = (operator: string, input = value) =>
    graph.node(operator, { inputs: [input], dims: value.dims });
  const product = (a: Value, b: Value) => graph.node("Mul", { inputs: [a, b], dims: value.dims });
  switch (activation) {
    case "linear":
      return value;
    case "leaky":
      return graph.node("LeakyRelu", {
        inputs: [value],
        dims: value.dims,
        attributes: { alpha: { float: LEAKY_SLOPE } },
      });
    case "relu":
      return relu(graph, value);
    case "relu6":
      return relu(graph, value, 6);
    case "logistic":
      return unary("Sigmoid");
    case "mish": // x * tanh(ln(1 + e^x)), Misra, "Mish", 2019.
      return product(value, unary("Tanh", unary("Softplus")));
    case "swish": // x * logistic(x), Ramachandran et al., "Searching for Activation Functions", 2017.
      return product(value, unary("Sigmoid"));
  }
}
