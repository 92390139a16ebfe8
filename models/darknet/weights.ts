import { ModelError } from "../../pipeline/errors.ts";
import type { ConvolutionalLayer } from "./layer.ts";
import {
  type ConvWeights,
  countsOf,
  type DarknetArchitecture,
  type DarknetNetwork,
  weightCountOf,
} from "./network.ts";

/** The version that is written: the first whose count of seen pictures takes 64 bits. */
const VERSION = { major: 0, minor: 2, revision: 0 };

/**
 * Reads a Darknet `.weights` file: a version of three 32-bit numbers, how many pictures were seen in
 * training (64 bits since version 0.2, else 32), and for each convolution its biases, then scales,
 * means and variances where it is normalised, then its filters, all 32-bit floats, little-endian
 * (Darknet, parser.c, `load_weights_upto` and `load_convolutional_weights`).
 *
 * @param architecture The network that the file is for.
 * @param bytes The file.
 * @returns The network with its weights.
 * @throws {ModelError} If the file does not hold exactly the numbers that the network takes.
 */
export function readWeights(architecture: DarknetArchitecture, bytes: Uint8Array): DarknetNetwork {
  const numbers = numbersIn(bytes);
  const { storedNumbers } = countsOf(architecture);
  if (numbers.length !== storedNumbers) {
    throw new ModelError(
      `Cannot read the Darknet network: its cfg takes ${storedNumbers} weights, and there are ` +
        `${numbers.length}: the file is ${
          numbers.length < storedNumbers ? "cut short or " : ""
        }of another network`,
    );
  }
  let start = 0;
  function next(count: number): Float32Array<ArrayBuffer> {
    start += count;
    return numbers.subarray(start - count, start);
  }
  const weights = new Map<number, ConvWeights>();
  for (const [index, layer] of architecture.layers.entries()) {
    if (layer.kind === "convolutional") weights.set(index, convWeights(layer, next));
  }
  return { ...architecture, weights };
}

function convWeights(
  layer: ConvolutionalLayer,
  next: (count: number) => Float32Array<ArrayBuffer>,
): ConvWeights {
  const biases = next(layer.filters);
  if (!layer.hasBatchNorm) return { biases, weights: next(weightCountOf(layer)) };
  const [scales, means, variances] = [layer.filters, layer.filters, layer.filters].map(next);
  if (!scales || !means || !variances) throw new TypeError("Cannot read fewer than three lists");
  return { biases, batchNorm: { scales, means, variances }, weights: next(weightCountOf(layer)) };
}

/** The numbers behind the head of a file. */
function numbersIn(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, minor] = bytes.length >= 12
    ? [view.getInt32(0, true), view.getInt32(4, true)]
    : [0, 0];
  if (major > 1000 || minor > 1000) {
    throw new ModelError("Cannot read the Darknet network: its weights are transposed or damaged");
  }
  const head = 12 + (major * 10 + minor >= 2 ? 8 : 4);
  const body = bytes.length - head;
  if (body < 0 || body % 4 !== 0) {
    throw new ModelError(
      `Cannot read the Darknet network: ${bytes.length} bytes of weights are cut short`,
    );
  }
  return new Float32Array(bytes.slice(head).buffer);
}

/**
 * Writes what a network has learnt as a Darknet `.weights` file: the inverse of
 * {@linkcode readWeights}, with no pictures seen, so that training begins anew.
 *
 * @param network The network.
 * @returns The bytes of the file.
 */
export function writeWeights(network: DarknetNetwork): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(20));
  head.setInt32(0, VERSION.major, true);
  head.setInt32(4, VERSION.minor, true);
  head.setInt32(8, VERSION.revision, true);
  const numbers = new Float32Array(countsOf(network).storedNumbers);
  let start = 0;
  for (const [index, layer] of network.layers.entries()) {
    if (layer.kind !== "convolutional") continue;
    const { biases, batchNorm, weights } = weightsOf(network, index);
    const normalised = batchNorm ? [batchNorm.scales, batchNorm.means, batchNorm.variances] : [];
    for (const list of [biases, ...normalised, weights]) {
      numbers.set(list, start);
      start += list.length;
    }
  }
  const bytes = new Uint8Array(head.byteLength + numbers.byteLength);
  bytes.set(new Uint8Array(head.buffer));
  bytes.set(new Uint8Array(numbers.buffer), head.byteLength);
  return bytes;
}

/**
 * What a convolution of a network has learnt.
 *
 * @param network The network.
 * @param index The number of the layer.
 * @returns The weights.
 * @throws {RangeError} If the layer is no convolution.
 */
export function weightsOf({ weights }: DarknetNetwork, index: number): ConvWeights {
  const found = weights.get(index);
  if (!found) throw new RangeError(`Cannot take the weights of layer ${index}: it has none`);
  return found;
}
