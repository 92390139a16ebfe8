/**
 * Writes `tests/fixtures/models/`: what the networks that are imported from TFLite make of a few
 * pictures, computed by TensorFlow Lite itself.
 *
 * ```sh
 * npm install --prefix /some/folder --legacy-peer-deps @tensorflow/tfjs-tflite@0.0.1-alpha.10
 * deno run --allow-read --allow-write=tests/fixtures/models --allow-env=NODE_DEBUG \
 *   tests/reference/tflite_networks.ts /some/folder/node_modules/@tensorflow/tfjs-tflite/wasm
 * ```
 *
 * @module
 */

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { MODEL_INPUT_COUNT, modelInput, sampled } from "../_model_inputs.ts";
import { TFLITE_NETWORKS } from "../_tflite_networks.ts";

/** A tensor of the runtime. */
interface RuntimeTensor {
  readonly name: string;
  readonly shape: string;
  data(): Float32Array;
}

/** A list of the runtime. */
interface RuntimeList {
  size(): number;
  get(index: number): RuntimeTensor;
}

/** A network in the runtime. */
interface Runner {
  GetInputs(): RuntimeList;
  GetOutputs(): RuntimeList;
  Infer(): boolean;
}

/** The part of the runtime that is used. */
interface Runtime {
  readonly HEAPU8: Uint8Array;
  _malloc(sizeBytes: number): number;
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(place: number, sizeBytes: number, options: unknown): {
      ok(): boolean;
      errorMessage(): string;
      value(): Runner;
    };
  };
}

const OPTIONS = {
  numThreads: 1,
  enableWebNNDelegate: false,
  webNNDevicePreference: 0,
  enableProfiling: false,
  maxProfilingBufferEntries: 0,
  bufferIncrease: 0,
};

async function runnerFor(bytes: Uint8Array, directory: string): Promise<Runner> {
  const factory = createRequire(import.meta.url)(`${directory}/tflite_web_api_cc_simd.js`);
  const wasmBinary = Deno.readFileSync(`${directory}/tflite_web_api_cc_simd.wasm`);
  const runtime: Runtime = await factory({ wasmBinary });
  const place = runtime._malloc(bytes.length);
  runtime.HEAPU8.set(bytes, place);
  const { CreateFromBufferAndOptions: make } = runtime.TFLiteWebModelRunner;
  const made = make(place, bytes.length, OPTIONS);
  if (!made.ok()) throw new Error(made.errorMessage());
  return made.value();
}

function resultsOf(runner: Runner) {
  const results = runner.GetOutputs();
  return Object.fromEntries(Array.from({ length: results.size() }, (_, i) => {
    const { name, shape } = results.get(i);
    const data = Float32Array.from(results.get(i).data());
    return [name, {
      shape: shape.split(",").map(Number),
      least: data.reduce((least, one) => Math.min(least, one)),
      greatest: data.reduce((greatest, one) => Math.max(greatest, one)),
      mean: data.reduce((sum, one) => sum + one, 0) / data.length,
      sampled: new Uint8Array(sampled(data).buffer).toBase64(),
    }];
  }));
}

const directory = resolve(Deno.args[0] ?? ".");
for (const { name, read } of TFLITE_NETWORKS) {
  const runner = await runnerFor(read(), directory);
  const inputs = Array.from({ length: MODEL_INPUT_COUNT }, (_, index) => {
    modelInputInto(runner.GetInputs().get(0), index);
    runner.Infer();
    return resultsOf(runner);
  });
  const target = new URL(`../fixtures/models/${name}.json`, import.meta.url);
  Deno.writeTextFileSync(target, JSON.stringify(inputs, undefined, 1) + "\n");
}

function modelInputInto(input: RuntimeTensor, index: number): void {
  const [, size = 0] = input.shape.split(",").map(Number);
  input.data().set(modelInput(index, size));
}
