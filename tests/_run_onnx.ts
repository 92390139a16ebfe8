import { assert } from "@std/assert";
import * as ort from "onnxruntime-node";
import type { Outputs } from "../pipeline/tensor.ts";

/** Runs a network with one input on the processor, straight in the native runtime. */
export async function runOnnx(
  network: Uint8Array,
  input: Float32Array,
  dims: readonly number[],
): Promise<Outputs> {
  const session = await ort.InferenceSession.create(network, { logSeverityLevel: 3 });
  try {
    const tensor = new ort.Tensor("float32", input, dims);
    const results = await session.run({ [session.inputNames[0] ?? ""]: tensor });
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => {
        assert(data instanceof Float32Array);
        return [name, { dims, data: new Float32Array(data) }];
      }),
    );
  } finally {
    await session.release();
  }
}
