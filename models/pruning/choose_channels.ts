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
  /** Of what the count of channels that a layer keeps is a multiple, where it has as many. */
  readonly multiple: number;
}

/** A layer whose channels can be removed. */
export interface ScaledLayer {
  /** The scales (gamma) of its batch normalisation. */
  readonly scales: Float32Array;
  /** The set that each of its channels belongs to. */
  readonly sets: readonly number[];
}

/**
 * Chooses the channels that a network keeps by the scales (gamma) of its batch normalisations:
 * {@linkcode chooseSets} for a Darknet network.
 *
 * Only convolutions with a batch normalisation lose channels, and never what is a result.
 *
 * @param network The network.
 * @param options How many are chosen.
 * @returns Which are kept.
 */
export function chooseChannels(
  network: DarknetNetwork,
  options: ChooseChannelsOptions,
): ChannelMasks {
  const { ofLayers, ofInput, fixed } = channelSetsOf(network);
  const layers = [...network.weights].flatMap(([index, { batchNorm }]): ScaledLayer[] =>
    batchNorm ? [{ scales: batchNorm.scales, sets: ofLayers[index] ?? [] }] : []
  );
  const kept = chooseSets(layers, fixed, options);
  const masks = (sets: readonly number[]) => sets.map((set) => kept.has(set));
  return { ofLayers: ofLayers.map(masks), ofInput: masks(ofInput) };
}

/**
 * Chooses the sets of channels that a network keeps, as SlimYOLOv3 does (Zhang et al., 2019, section
 * 3.4): one threshold for all layers, which `ratio` of all scales do not exceed; in each layer the
 * largest `floor` of them are kept all the same; and a set, such as what a residual sum joins, is kept
 * if any of the layers that share it keeps it.
 *
 * Then each layer keeps the next largest until their count is a multiple of `multiple`, 1 in the paper.
 *
 * @param layers The layers.
 * @param fixed The sets that are kept whatever their scales.
 * @param options How many are chosen.
 * @returns The sets that are kept.
 */
export function chooseSets(
  layers: readonly ScaledLayer[],
  fixed: ReadonlySet<number>,
  { ratio, floor, multiple }: ChooseChannelsOptions,
): ReadonlySet<number> {
  const all = sizesOf(layers.map(({ scales }) => scales));
  const threshold = ratio === 0 ? -Infinity : all[Math.floor(all.length * ratio)] ?? -Infinity;
  const kept = new Set(fixed);
  const ranked = layers.map(({ scales, sets }) => rankedBy(scales, sets));
  for (const layer of ranked) {
    const least = Math.max(1, Math.floor(layer.length * floor));
    for (const [rank, { size, set }] of layer.entries()) {
      if (rank < least || size > threshold) kept.add(set);
    }
  }
  for (const layer of ranked) fillUp(layer, kept, multiple);
  return kept;
}

/** A channel: the size of its scale, and the set that it is kept or removed with. */
interface RankedChannel {
  readonly size: number;
  readonly set: number;
}

/** The channels of a layer, those with the largest scales first. */
function rankedBy(scales: Float32Array, sets: readonly number[]): RankedChannel[] {
  return sets.map((set, channel) => ({ set, size: Math.abs(scales[channel] ?? NaN) }))
    .sort((a, b) => b.size - a.size);
}

/** Keeps the next largest channels of a layer until their count is a multiple, or all are kept. */
function fillUp(layer: readonly RankedChannel[], kept: Set<number>, multiple: number): void {
  const count = () => layer.filter(({ set }) => kept.has(set)).length;
  for (const { set } of layer.filter(({ set }) => !kept.has(set))) {
    if (count() % multiple === 0) return;
    kept.add(set);
  }
}

/**
 * The sizes of scales, the least first.
 *
 * @param scales The scales of each layer.
 * @returns The sizes of all.
 */
export function sizesOf(scales: readonly Float32Array[]): Float32Array {
  const sizes = new Float32Array(scales.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const list of scales) {
    sizes.set(list.map(Math.abs), start);
    start += list.length;
  }
  return sizes.sort();
}
