import type { CfgSection } from "../darknet/cfg.ts";
import type { ConvolutionalLayer } from "../darknet/layer.ts";
import { architectureFrom, type ConvWeights, type DarknetNetwork } from "../darknet/network.ts";
import { weightsOf } from "../darknet/weights.ts";
import type { ChannelMasks } from "./choose_channels.ts";
import { countOf, type Kept, keptWeights, windowsOf } from "./cut_weights.ts";
import { constantsOf } from "./constants.ts";

/** Options of {@linkcode removeChannels}. */
export interface RemoveChannelsOptions {
  /** Whether what removed channels added all the time is added by what reads them instead. */
  readonly compensate: boolean;
}

/**
 * Removes channels from a network. What is left computes what the whole network does with those
 * channels set to 0 behind their activations.
 *
 * @param network The network.
 * @param masks Which channels are kept: those that belong together alike.
 * @param options What becomes of what they added.
 * @returns The smaller network.
 */
export function removeChannels(
  network: DarknetNetwork,
  masks: ChannelMasks,
  { compensate }: RemoveChannelsOptions,
): DarknetNetwork {
  const maskOf = (index: number) => masks.ofLayers[index] ?? masks.ofInput;
  const constants = compensate ? constantsOf(network, masks) : undefined;
  const weights = new Map<number, ConvWeights>();
  const sections = network.sections.map((section, i) => {
    const layer = network.layers[i - 1];
    if (layer?.kind !== "convolutional") return section;
    const [index, source] = [i - 1, layer.sources[0] ?? -1];
    const [inputs, outputs] = [maskOf(source), maskOf(index)];
    const added = constants?.[source];
    const learnt = weightsOf(network, index);
    const whole = added ? compensated(layer, learnt, added) : learnt;
    weights.set(index, cut(layer, whole, { inputs, outputs }));
    return resized(section, layer, { inputs, outputs });
  });
  return { ...architectureFrom(sections), weights };
}

/** A section with as many filters, and with as many groups where each channel is one, as are kept. */
function resized(section: CfgSection, layer: ConvolutionalLayer, kept: Kept): CfgSection {
  const changed: Record<string, string> = { filters: String(countOf(kept.outputs)) };
  if (layer.groups > 1 && layer.channelsPerGroup === 1) {
    changed.groups = String(countOf(kept.inputs));
  }
  const options = section.options.map((option) => ({
    ...option,
    value: changed[option.key] ?? option.value,
  }));
  return { ...section, options };
}

function cut(layer: ConvolutionalLayer, { weights, biases, batchNorm }: ConvWeights, kept: Kept) {
  const ofFilters = (numbers: Float32Array<ArrayBuffer>) =>
    numbers.filter((_, filter) => kept.outputs[filter]);
  return {
    weights: keptWeights(layer, weights, kept),
    biases: ofFilters(biases),
    ...batchNorm && {
      batchNorm: {
        scales: ofFilters(batchNorm.scales),
        means: ofFilters(batchNorm.means),
        variances: ofFilters(batchNorm.variances),
      },
    },
  };
}

/**
 * Weights that add what removed channels added: before a batch normalisation it is taken from the
 * mean that was seen, else it goes into the bias.
 */
function compensated(
  layer: ConvolutionalLayer,
  { weights, biases, batchNorm }: ConvWeights,
  constants: Float64Array,
): ConvWeights {
  const area = layer.size * layer.size;
  const added = new Float64Array(layer.filters);
  for (const { filter, channel, window } of windowsOf(layer)) {
    const constant = constants[channel] ?? 0;
    if (constant === 0) continue; // It is kept.
    const sum = weights.subarray(window * area, (window + 1) * area)
      .reduce((sum, weight) => sum + weight, 0);
    added[filter] = (added[filter] ?? 0) + sum * constant;
  }
  if (!batchNorm) {
    return { weights, biases: biases.map((bias, filter) => bias + (added[filter] ?? 0)) };
  }
  const means = batchNorm.means.map((mean, filter) => mean - (added[filter] ?? 0));
  return { weights, biases, batchNorm: { ...batchNorm, means } };
}
