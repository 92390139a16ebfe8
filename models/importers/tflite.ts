import { ModelError } from "../../pipeline/errors.ts";
import { Graph } from "../graph.ts";
import { Constants } from "./_tflite_constants.ts";
import { CONVERTERS } from "./_tflite_operators.ts";
import { readTflite, type TfliteModel } from "./_tflite_schema.ts";
import { Values } from "./_tflite_values.ts";

/** Changes whenever the same TFLite file becomes another ONNX file: caches are told apart by it. */
export const TFLITE_IMPORTER_VERSION = 1;

/**
 * Turns a TFLite network into an ONNX one that gives the same results.
 *
 * Pictures come in with their channels first, `[N, channels, height, width]`, under the name that
 * the file gives the input; the results keep their names and their order of dimensions, such as
 * `[N, 896, 16]`. The batch `N` is free. Weights become 32-bit floats: 16-bit ones are widened, and
 * sparse ones filled in with zeros.
 *
 * The operators CONV_2D, DEPTHWISE_CONV_2D, MAX_POOL_2D, ADD, PAD, CONCATENATION, RESHAPE,
 * RESIZE_BILINEAR, DEPTH_TO_SPACE, RELU, RELU6, DEQUANTIZE and DENSIFY are understood, with no, a
 * RELU or a RELU6 activation fused in: MediaPipe's face detectors and SSD MobileNetV2.
 *
 * @param bytes The bytes of a `.tflite` file.
 * @returns The bytes of an `.onnx` file.
 * @throws {ModelError} If the file is damaged, or needs what is not understood.
 *
 * @example What is no network is refused
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => importTflite(new TextEncoder().encode("Surely not a network.")), Error, "TFL3");
 * ```
 */
export function importTflite(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const model = readTflite(bytes);
  const graph = new Graph("tflite");
  const values = new Values(graph, model);
  told("inputs", () => addInputs(model, graph, values));
  const constants = new Constants(model);
  for (const [i, operator] of model.operators.entries()) {
    const convert = CONVERTERS.get(operator.name);
    if (!convert) {
      throw new ModelError(
        `Cannot import the TFLite file: operator ${i}, ${operator.name}, is not supported`,
      );
    }
    told(`operator ${i}, ${operator.name}`, () => convert(operator, { graph, values, constants }));
  }
  return told("outputs", () => {
    for (const output of model.outputs) {
      graph.output(nameOf(model, output), values.plain(output));
    }
    return graph.toOnnx();
  });
}

function nameOf({ tensors }: TfliteModel, tensor: number): string {
  return tensors[tensor]?.name ?? "";
}

function addInputs(model: TfliteModel, graph: Graph, values: Values): void {
  for (const input of model.inputs) {
    const name = nameOf(model, input);
    const dims = values.dimsOf(input);
    const [height, width, channels] = dims;
    if (dims.length === 3 && height && width && channels) {
      values.setPicture(input, graph.input(name, [channels, height, width]));
    } else values.setPlain(input, graph.input(name, dims));
  }
}

/** Says where in the file it was that something did not fit. */
function told<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ModelError(`Cannot import the TFLite file: ${where}: ${error.message}`, {
      cause: error,
    });
  }
}
