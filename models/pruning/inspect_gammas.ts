import { ModelError } from "../../pipeline/errors.ts";
import type { DarknetNetwork } from "../darknet/network.ts";
import { sizesOf } from "./choose_channels.ts";

/** The scales (gamma) of the batch normalisation of a layer. */
export interface LayerScales {
  /** The number or name of the layer. */
  readonly layer: number | string;
  /** The scales. */
  readonly scales: Float32Array;
}

/** How the scales of a layer are distributed. */
export interface LayerGammas {
  /** The number or name of the layer. */
  readonly layer: number | string;
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
 * @param scales The scales of each layer, such as `darknetScales` reads them.
 * @param options The share of a layer's channels that `prune` keeps whatever their scales.
 * @returns The distribution.
 * @throws {ModelError} If there are none: the network has no batch normalisation.
 */
export function inspectGammas(
  scales: readonly LayerScales[],
  { floor = 0.1 }: { readonly floor?: number } = {},
): GammaReport {
  const layers = scales.map(({ layer, scales }) => ({ layer, sizes: sizesOf([scales]) }));
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

/**
 * The scales of a Darknet network's batch normalisations.
 *
 * @param network The network.
 * @returns The scales of each layer that has some, by its number.
 */
export function darknetScales({ weights }: DarknetNetwork): LayerScales[] {
  return [...weights].flatMap(([layer, { batchNorm }]) =>
    batchNorm ? [{ layer, scales: batchNorm.scales }] : []
  );
}
