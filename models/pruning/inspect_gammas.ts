import { ModelError } from "../../pipeline/errors.ts";
import type { DarknetNetwork } from "../darknet/network.ts";
import { sizesOf } from "./choose_channels.ts";

/** The scales (gamma) of the batch normalisation of one layer. */
export interface LayerGammas {
  /** The number of the layer, from 0. */
  readonly index: number;
  /** Their sizes, the least first. */
  readonly sizes: Float32Array;
}

/** How the scales of a network are distributed. */
export interface GammaReport {
  /** Those of each layer that has some. */
  readonly layers: readonly LayerGammas[];
  /** The sizes of all, the least first. */
  readonly all: Float32Array;
  /** The share of scales below 0.01, where training with a penalty on them pushes most. */
  readonly shareNearZero: number;
  /**
   * The greatest ratio for `prune` at which each layer still keeps as much by the threshold as by its
   * floor: beyond it, whole layers have nothing but scales that are called too small.
   */
  readonly limitRatio: number;
  /** The greatest ratio up to that at which only scales below 0.01 are called too small. */
  readonly safeRatio: number;
}

/** Sizes below this are next to nothing, beside the 1 that scales start from. */
const NEAR_ZERO = 0.01;

/**
 * Tells how the scales of a network's batch normalisations are distributed, and how much can be
 * pruned by them.
 *
 * A network whose scales were not trained to be few has no safe ratio to speak of, as none of them is
 * near 0.
 *
 * @param network The network.
 * @param options The share of a layer's channels that `prune` keeps whatever their scales.
 * @returns The distribution.
 * @throws {ModelError} If the network has no batch normalisation.
 */
export function inspectGammas(
  network: DarknetNetwork,
  { floor = 0.1 }: { readonly floor?: number } = {},
): GammaReport {
  const layers = [...network.weights].flatMap(([index, { batchNorm }]): LayerGammas[] =>
    batchNorm ? [{ index, sizes: batchNorm.scales.map(Math.abs).sort() }] : []
  );
  if (layers.length === 0) {
    throw new ModelError("Cannot inspect the network: it has no batch normalisation");
  }
  const all = sizesOf(layers.map(({ sizes }) => sizes));
  const limit = layers.reduce((least, { sizes }) => {
    const kept = Math.max(1, Math.floor(sizes.length * floor));
    return Math.min(least, sizes[sizes.length - kept] ?? least);
  }, Infinity);
  // The scale at the ratio's place goes as well.
  const ratioBelow = (size: number) => Math.max(0, countBelow(all, size) - 1) / all.length;
  return {
    layers,
    all,
    shareNearZero: countBelow(all, NEAR_ZERO) / all.length,
    limitRatio: ratioBelow(limit),
    safeRatio: ratioBelow(Math.min(limit, NEAR_ZERO)),
  };
}

/** How many of the sizes, the least of which come first, are below a limit. */
function countBelow(sizes: Float32Array, limit: number): number {
  const count = sizes.findIndex((size) => size >= limit);
  return count < 0 ? sizes.length : count;
}
