import { ModelError } from "../../pipeline/errors.ts";
import { tinySsdNetwork } from "../tiny_ssd_network.ts";
import { readSafetensors, type Safetensors } from "./safetensors.ts";

/** A Tiny SSD that someone has trained. */
export interface ImportedTinySsd {
  /** The network, as the bytes of an ONNX file. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** The names of its classes, without the background. */
  readonly labels: readonly string[];
}

/** The filters of this layer are the background's and the classes', for 4 default boxes each. */
const COUNTING_LAYER = "conf.0.weight";

/** PyTorch counts how often a batch normalisation has learnt, which the network does not need. */
const COUNTER = ".norm.num_batches_tracked";

/**
 * Turns the weights of a Tiny SSD, of any number of classes, into its network. Their names are told
 * at {@linkcode tinySsdNetwork}. The classes' names are read from the file's metadata, `classes`,
 * with commas between them and the background first; without it they are `class 0` and so on.
 *
 * @param bytes The bytes of a `.safetensors` file.
 * @returns The network and the names of its classes.
 * @throws {ModelError} If the file is damaged, or holds too little or too much for a Tiny SSD.
 *
 * @example Another network's weights are refused
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * const empty = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode("{}"));
 * assertThrows(() => importTinySsd(empty), Error, "conf.0.weight");
 * ```
 */
export function importTinySsd(bytes: Uint8Array): ImportedTinySsd {
  const { tensors, metadata } = readSafetensors(bytes);
  const filters = tensors.get(COUNTING_LAYER)?.dims[0];
  if (filters === undefined) throw unfit(`"${COUNTING_LAYER}" is missing`);
  const classes = filters / 4 - 1;
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw unfit(`"${COUNTING_LAYER}" of ${filters} filters does not tell the number of classes`);
  }
  const labels = labelsFrom(metadata, classes);
  const left = new Set(tensors.keys().filter((name) => !name.endsWith(COUNTER)));
  const network = tinySsdNetwork({
    has: (name) => tensors.has(name),
    take(name, dims) {
      left.delete(name);
      return taken(tensors, name, dims);
    },
  }, classes);
  const [surplus] = left;
  if (surplus !== undefined) throw unfit(`there is no layer for ${JSON.stringify(surplus)}`);
  return { network, labels };
}

function taken(
  tensors: Safetensors["tensors"],
  name: string,
  dims: readonly number[],
): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw unfit(`"${name}" is missing`);
  if (tensor.dims.join() !== dims.join()) {
    throw unfit(`"${name}" has the dimensions [${tensor.dims}], not [${dims}]`);
  }
  return tensor.floats();
}

function labelsFrom(metadata: Safetensors["metadata"], classes: number): readonly string[] {
  if (metadata["classes"] === undefined) {
    return Array.from({ length: classes }, (_, classId) => `class ${classId}`);
  }
  const [, ...labels] = metadata["classes"].split(",").map((label) => label.trim());
  if (labels.length === classes && labels.every((label) => label !== "")) return labels;
  throw unfit(`it names ${labels.length} classes of ${classes}: ${JSON.stringify(labels)}`);
}

function unfit(why: string): ModelError {
  return new ModelError(`Cannot make a Tiny SSD of the safetensors file: ${why}`);
}
