import { cfgError, type CfgSection, parseCfg } from "./cfg.ts";
import type { ConvolutionalLayer, DarknetLayer, PictureDims } from "./layer.ts";
import { Options } from "./options.ts";
import { readLayers } from "./read_layers.ts";

/** A Darknet network without what it has learnt: a `.cfg` file, understood. */
export interface DarknetArchitecture {
  /** The sections of the `.cfg` file: `[net]`, then a layer each. */
  readonly sections: readonly CfgSection[];
  /** The channels, height and width of its input. */
  readonly input: PictureDims;
  /** Its layers, in order. */
  readonly layers: readonly DarknetLayer[];
}

/** What a batch normalisation has learnt, one number a channel each. */
export interface BatchNormWeights {
  /** What the normalised number is multiplied by: gamma. */
  readonly scales: Float32Array<ArrayBuffer>;
  /** The means that were seen. */
  readonly means: Float32Array<ArrayBuffer>;
  /** The variances that were seen. */
  readonly variances: Float32Array<ArrayBuffer>;
}

/** What a convolution has learnt. */
export interface ConvWeights {
  /** `[filters, channels in / groups, height, width]`. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** What is added, one number a filter: behind the batch normalisation where there is one (beta). */
  readonly biases: Float32Array<ArrayBuffer>;
  /** The batch normalisation, where there is one. */
  readonly batchNorm?: BatchNormWeights;
}

/** A Darknet network with what it has learnt. */
export interface DarknetNetwork extends DarknetArchitecture {
  /** The weights of its convolutions, by the number of the layer. */
  readonly weights: ReadonlyMap<number, ConvWeights>;
}

/** How large a network is. */
export interface DarknetCounts {
  /** How many numbers training moves: weights, biases and the scales of batch normalisations. */
  readonly parameters: number;
  /** How many numbers its `.weights` file holds: the means and variances that were seen as well. */
  readonly storedNumbers: number;
  /** How many multiplications with addition its convolutions take for one picture. */
  readonly multiplyAccumulates: number;
}

/**
 * Understands the sections of a `.cfg` file.
 *
 * @param sections The sections.
 * @returns The network.
 * @throws {ModelError} If a layer is not supported or does not fit the others; it names the line.
 */
export function architectureFrom(sections: readonly CfgSection[]): DarknetArchitecture {
  const [net] = sections;
  if (net?.name !== "net" && net?.name !== "network") {
    throw cfgError(net?.line ?? 1, "it must begin with [net]");
  }
  const options = new Options(net);
  const side = { min: 1, max: 16384 };
  const input: PictureDims = [
    options.whole("channels", { ...side, otherwise: 3 }),
    options.whole("height", side),
    options.whole("width", side),
  ];
  const layers = readLayers(sections, input);
  if (!layers.some(({ kind }) => kind === "convolutional")) {
    throw cfgError(net.line, "there is no convolution in it");
  }
  return { sections, input, layers };
}

/**
 * Understands the text of a `.cfg` file.
 *
 * @param cfg The text.
 * @returns The network.
 * @throws {ModelError} If it is damaged, or a layer is not supported; it names the line.
 *
 * @example One convolution
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { layers } = readArchitecture(
 *   "[net]\nwidth=8\nheight=6\n[convolutional]\nfilters=4\nsize=3\nstride=2\npad=1\nactivation=leaky",
 * );
 * assertEquals(layers[0]?.dims, [4, 3, 4]);
 * ```
 */
export function readArchitecture(cfg: string): DarknetArchitecture {
  return architectureFrom(parseCfg(cfg));
}

/** How many numbers of each kind a convolution has learnt. */
export function weightCountOf({ filters, channelsPerGroup, size }: ConvolutionalLayer): number {
  return filters * channelsPerGroup * size * size;
}

/**
 * Counts what a network has learnt and what it takes to run it.
 *
 * @param architecture The network.
 * @returns The counts.
 */
export function countsOf({ layers }: DarknetArchitecture): DarknetCounts {
  let parameters = 0;
  let storedNumbers = 0;
  let multiplyAccumulates = 0;
  for (const layer of layers) {
    if (layer.kind !== "convolutional") continue;
    const weights = weightCountOf(layer);
    parameters += weights + layer.filters * (layer.hasBatchNorm ? 2 : 1);
    storedNumbers += weights + layer.filters * (layer.hasBatchNorm ? 4 : 1);
    multiplyAccumulates += weights * layer.dims[1] * layer.dims[2];
  }
  return { parameters, storedNumbers, multiplyAccumulates };
}
