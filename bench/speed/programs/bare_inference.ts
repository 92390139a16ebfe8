/**
 * Runs a network and does nothing else: the least that inference can take.
 *
 * @example deno run -A bare_inference.ts NETWORK.onnx RUNS WIDTH HEIGHT
 *
 * @module
 */

import * as ort from "onnxruntime-node";

const [path = "", runs = "0", width = "0", height = "0"] = Deno.args;
const startedAtMs = performance.now();
const session = await ort.InferenceSession.create(Deno.readFileSync(path), {
  executionProviders: ["cpu"],
  executionMode: "sequential",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const createMs = performance.now() - startedAtMs;
const values = new Float32Array(3 * Number(width) * Number(height)).fill(0.5);
const input = new ort.Tensor("float32", values, [1, 3, Number(height), Number(width)]);
for (let run = 0; run < Number(runs); run++) await session.run({ [session.inputNames[0]!]: input });
// deno-lint-ignore no-console -- A program of its own: this is its output.
console.log(JSON.stringify({ createMs }));
