import type { DarknetNetwork } from "../darknet/network.ts";
import { channelSetsOf } from "./channel_sets.ts";

/** Which channels of a network are kept. */
export interface ChannelMasks {
  /** For each layer, whether each channel of its result is kept. */
  readonly ofLayers: readonly (readonly boolean[])[];
  /** The same for the network's input: all are. */
  readonly ofInput: readonly boolean[];
}

/** Options of {@linkcode chooseChannels}. */
export interface ChooseChannelsOptions {
  /** Which share of all channels has a scale that is too small, from 0 to below 1. */
  readonly ratio: number;
  /** Which share of a layer's channels is kept whatever their scales, from 0 to 1. */
  readonly floor: number;
}

/**
 * Chooses the channels that a network keeps by the scales (gamma) of its batch normalisations, as
 * SlimYOLOv3 does (Zhang et al., 2019, section 3.4): one threshold for all layers, which `ratio` of
 * all scales do not exceed; in each layer the largest `floor` of them are kept all the same; and what
 * a residual sum joins is kept if any of the layers that are joined keeps it.
 *
 * Only convolutions with a batch normalisation lose channels, and never what is a result.
 *
 * @param network The network.
 * @param options How many are chosen.
 * @returns Which are kept.
 */
export function chooseChannels(
  network: DarknetNetwork,
  { ratio, floor }: ChooseChannelsOptions,
): ChannelMasks {
  const { ofLayers, ofInput, fixed } = channelSetsOf(network);
  const threshold = thresholdOf(network, ratio);
  const kept = new Set(fixed);
  for (const [index, { batchNorm }] of network.weights) {
    const sets = ofLayers[index];
    if (!batchNorm || !sets) continue;
    const sizes = batchNorm.scales.map(Math.abs);
    const least = Math.max(1, Math.floor(sizes.length * floor));
    const largest = [...sizes.keys()].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
    for (const [rank, channel] of largest.entries()) {
      if (rank >= least && !((sizes[channel] ?? 0) > threshold)) break;
      kept.add(sets[channel] ?? NaN);
    }
  }
  const masks = (sets: readonly number[]) => sets.map((set) => kept.has(set));
  return { ofLayers: ofLayers.map(masks), ofInput: masks(ofInput) };
}

/**
 * The sizes of the scales (gamma) of all batch normalisations of a network, the least first.
 *
 * @param network The network.
 * @returns The sizes.
 */
export function gammasOf({ weights }: DarknetNetwork): Float32Array {
  const all = [...weights.values()].flatMap(({ batchNorm }) => batchNorm ? [batchNorm.scales] : []);
  const sizes = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const scales of all) {
    sizes.set(scales.map(Math.abs), start);
    start += scales.length;
  }
  return sizes.sort();
}

/** What a scale has to exceed. */
function thresholdOf(network: DarknetNetwork, ratio: number): number {
  if (ratio === 0) return -Infinity;
  const sizes = gammasOf(network);
  return sizes[Math.floor(sizes.length * ratio)] ?? -Infinity;
}
