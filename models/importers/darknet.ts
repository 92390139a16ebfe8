import { type DarknetNetwork, readArchitecture } from "../darknet/network.ts";
import { readWeights } from "../darknet/weights.ts";

/** The two files of a Darknet network. */
export interface DarknetFiles {
  /** The text of its `.cfg` file. */
  readonly cfg: string;
  /** The bytes of its `.weights` file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a Darknet network; `onnxFromDarknet` turns it into ONNX, `exportDarknet` writes it again.
 *
 * The layers `[convolutional]` (with groups, batch normalisation, and the activations linear, leaky,
 * relu, relu6, logistic, mish and swish), `[maxpool]`, `[route]` (with groups), `[shortcut]`,
 * `[upsample]` and `[yolo]` are understood: YOLOv3 and what descends from it.
 *
 * @param files The network's files.
 * @returns The network.
 * @throws {ModelError} If a file is damaged, the two do not fit each other, or a layer is not
 * supported: it names the line of the cfg.
 *
 * @example A convolution of a single weight
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const cfg = "[net]\nwidth=8\nheight=8\nchannels=1\n[convolutional]\nactivation=linear\n";
 * const head = [0, 2, 0, 0, 0]; // Version 0.2.0, no pictures seen.
 * const bytes = new Uint8Array([...new Uint8Array(Int32Array.from(head).buffer),
 *   ...new Uint8Array(Float32Array.of(0.5, 2).buffer)]);
 * const network = importDarknet({ cfg, weights: bytes });
 * assertEquals(network.weights.get(0)?.weights, Float32Array.of(2));
 * assertEquals(network.weights.get(0)?.biases, Float32Array.of(0.5));
 * ```
 */
export function importDarknet({ cfg, weights }: DarknetFiles): DarknetNetwork {
  return readWeights(readArchitecture(cfg), weights);
}
