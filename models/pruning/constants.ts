import { activate } from "../darknet/activate.ts";
import type { ConvolutionalLayer, DarknetLayer } from "../darknet/layer.ts";
import type { DarknetNetwork } from "../darknet/network.ts";
import { factorsOf } from "../darknet/to_onnx.ts";
import { weightsOf } from "../darknet/weights.ts";
import type { ChannelMasks } from "./choose_channels.ts";

/**
 * What removed channels give all the time, as their scales are next to 0: their shift (beta) behind
 * the activation, and what later layers make of it. Channels that are kept have 0 here.
 *
 * It is exact where a scale is 0, but for the border of a window that reads beyond the picture: there
 * the network added 0 instead.
 *
 * @param network The whole network.
 * @param masks Which of its channels are kept.
 * @returns For each layer, a number for each channel of its result.
 */
export function constantsOf(network: DarknetNetwork, masks: ChannelMasks): Float64Array[] {
  const constants: Float64Array[] = [];
  const none = new Float64Array(network.input[0]);
  for (const [index, layer] of network.layers.entries()) {
    const sources = layer.sources.map((source) => constants[source] ?? none);
    const mask = masks.ofLayers[index] ?? [];
    const given = givenBy(network, index, layer, sources);
    constants.push(given.map((value, channel) => mask[channel] ? 0 : value));
  }
  return constants;
}

function givenBy(
  network: DarknetNetwork,
  index: number,
  layer: DarknetLayer,
  sources: readonly Float64Array[],
): Float64Array {
  const [first = new Float64Array(), second] = sources;
  switch (layer.kind) {
    case "convolutional":
      return convolved(network, index, layer, first);
    case "route":
      return Float64Array.from(sources.flatMap((source) => {
        const length = source.length / layer.groups;
        return [...source.subarray(layer.groupId * length, (layer.groupId + 1) * length)];
      }));
    case "shortcut":
      return first.map((value, i) => activate(layer.activation, value + (second?.[i] ?? NaN)));
    default:
      return first;
  }
}

/** Its shifts; where each channel is turned by itself, with what is left of the one before. */
function convolved(
  network: DarknetNetwork,
  index: number,
  layer: ConvolutionalLayer,
  source: Float64Array,
): Float64Array {
  const { weights, biases, batchNorm } = weightsOf(network, index);
  if (!batchNorm) return new Float64Array(layer.filters);
  const isByChannel = layer.groups > 1 && layer.channelsPerGroup === 1;
  const factors = factorsOf(batchNorm);
  const area = layer.size * layer.size;
  return Float64Array.from(biases, (bias, filter) => {
    if (!isByChannel) return activate(layer.activation, bias);
    const window = weights.subarray(filter * area, (filter + 1) * area);
    const channel = Math.floor(filter * layer.groups / layer.filters);
    const sum = window.reduce((sum, weight) => sum + weight, 0) * (source[channel] ?? NaN);
    const normalised = (sum - (batchNorm.means[filter] ?? NaN)) * (factors[filter] ?? NaN);
    return activate(layer.activation, normalised + bias);
  });
}
