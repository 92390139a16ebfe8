import { ModelError } from "../pipeline/errors.ts";
import { countsOf, type DarknetCounts, type DarknetNetwork } from "./darknet/network.ts";
import { chooseChannels } from "./pruning/choose_channels.ts";
import { removeChannels } from "./pruning/remove_channels.ts";

/** Options of {@linkcode prune}. */
export interface PruneOptions {
  /** Which share of all channels has a scale that is too small, from 0 to below 1. */
  readonly ratio: number;
  /**
   * Which share of a layer's channels is kept whatever their scales, from 0 to 1; one channel at
   * least is.
   *
   * @default {0.1}
   */
  readonly floor?: number;
  /**
   * How often that share is pruned, each time of what is left.
   *
   * @default {1}
   */
  readonly iterations?: number;
  /**
   * Of what the count of channels that each layer keeps is a multiple, a whole number from 1. Native
   * runtimes on processors compute 8 or 16 channels at a time, and are slower with a count in between
   * than with all channels; the paper does not round.
   *
   * @default {1}
   */
  readonly multiple?: number;
  /**
   * Whether what removed channels added all the time is added by the layers that read them: nearer to
   * the whole network before any training. The paper drops it.
   *
   * @default {false}
   */
  readonly compensate?: boolean;
}

/** What pruning left of a convolution. */
export interface PrunedLayer {
  /** The number of the layer, from 0. */
  readonly index: number;
  /** How many filters are left. */
  readonly kept: number;
  /** How many there were. */
  readonly total: number;
}

/** A pruned network. */
export interface Pruned {
  /** What is left: to be trained on, as pruning costs accuracy that training brings back. */
  readonly network: DarknetNetwork;
  /** Its convolutions. */
  readonly layers: readonly PrunedLayer[];
  /** How large the network was. */
  readonly before: DarknetCounts;
  /** How large it is. */
  readonly after: DarknetCounts;
}

/**
 * Prunes the channels of a network that matter least, as SlimYOLOv3 does (Zhang et al., "SlimYOLOv3",
 * 2019, section 3.4, after Liu et al., "Learning Efficient Convolutional Networks through Network
 * Slimming", 2017).
 *
 * How much a channel matters is told by the scale (gamma) of its batch normalisation, which must have
 * been trained for it: with a penalty on the sum of all |gamma|. One threshold holds for all layers.
 * Residual sums, joined layers and depthwise convolutions keep a channel if any layer that shares it
 * does; convolutions without batch normalisation, which detect, keep all. So fewer channels go than
 * `ratio` says.
 *
 * @param network The network, such as `importDarknet` reads it.
 * @param options How much is pruned.
 * @returns The pruned network, and what became of each layer.
 * @throws {RangeError} If an option makes no sense.
 * @throws {ModelError} If the network has no batch normalisation to go by.
 *
 * @example Half of four channels
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readArchitecture } from "./darknet/network.ts";
 *
 * const conv = "[convolutional]\nactivation=leaky\n";
 * const cfg = `[net]\nwidth=8\nheight=8\n${conv}batch_normalize=1\nfilters=4\n${conv}filters=1\n`;
 * const zeros = (length: number) => new Float32Array(length);
 * const batchNorm = { scales: Float32Array.of(1, 2, 3, 4), means: zeros(4), variances: zeros(4) };
 * const { layers, network } = prune({
 *   ...readArchitecture(cfg),
 *   weights: new Map([[0, { weights: zeros(12), biases: zeros(4), batchNorm }], [
 *     1,
 *     { weights: zeros(4), biases: zeros(1) },
 *   ]]),
 * }, { ratio: 0.25 });
 * assertEquals(layers[0], { index: 0, kept: 2, total: 4 });
 * assertEquals(network.weights.get(0)?.batchNorm?.scales, Float32Array.of(3, 4));
 * ```
 */
export function prune(
  network: DarknetNetwork,
  { ratio, floor = 0.1, iterations = 1, multiple = 1, compensate = false }: PruneOptions,
): Pruned {
  checkPruneOptions({ ratio, floor, iterations, multiple });
  if (!network.weights.values().some(({ batchNorm }) => batchNorm)) {
    throw new ModelError("Cannot prune the network: it has no batch normalisation to go by");
  }
  let left = network;
  for (let i = 0; i < iterations; i++) {
    left = removeChannels(left, chooseChannels(left, { ratio, floor, multiple }), { compensate });
  }
  const layers = left.layers.flatMap((layer, index): PrunedLayer[] => {
    const whole = network.layers[index];
    return layer.kind === "convolutional" && whole?.kind === "convolutional"
      ? [{ index, kept: layer.filters, total: whole.filters }]
      : [];
  });
  return { network: left, layers, before: countsOf(network), after: countsOf(left) };
}

/**
 * Refuses options for pruning that make no sense.
 *
 * @param options The options.
 * @throws {RangeError} If one makes no sense.
 */
export function checkPruneOptions(
  { ratio, floor, ...counts }: Required<Omit<PruneOptions, "compensate">>,
): void {
  if (!(ratio >= 0 && ratio < 1)) {
    throw new RangeError(
      `Cannot prune as ratio must be from 0 to below 1: current value is ${ratio}`,
    );
  }
  if (!(floor >= 0 && floor <= 1)) {
    throw new RangeError(`Cannot prune as floor must be from 0 to 1: current value is ${floor}`);
  }
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count > 0) continue;
    throw new RangeError(
      `Cannot prune as ${name} must be a whole number from 1: current value is ${count}`,
    );
  }
}
