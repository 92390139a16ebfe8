/**
 * The same networks on every device: cpu, wasm and webgpu say the same.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../models/registry.ts";
import { openSession } from "../models/session.ts";
import type { Device } from "../pipeline/inference_session.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { channelsFirst, MODEL_INPUT_COUNT, modelInput } from "./_model_inputs.ts";

const hasGpu = await navigator.gpu.requestAdapter() !== null;
const DEVICES: readonly Device[] = hasGpu ? ["cpu", "wasm", "webgpu"] : ["cpu", "wasm"];

/** All pictures in one batch, and the first one alone. */
async function outputsOn(
  device: Device,
  network: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<readonly Outputs[]> {
  await using session = await openSession(network, { device });
  const numbers = 3 * size * size;
  const batch = new Float32Array(MODEL_INPUT_COUNT * numbers);
  for (let index = 0; index < MODEL_INPUT_COUNT; index++) {
    batch.set(channelsFirst(modelInput(index, size)), index * numbers);
  }
  return await Promise.all([
    session.run({ dims: [1, 3, size, size], data: batch.slice(0, numbers) }),
    session.run({ dims: [MODEL_INPUT_COUNT, 3, size, size], data: batch }),
  ]);
}

/** The greatest difference, as a part of the range of the first one's numbers. */
function differenceOf(ours: Float32Array, theirs: Float32Array): number {
  assertEquals(ours.length, theirs.length);
  const range = ours.reduce((most, x) => Math.max(most, x)) -
    ours.reduce((least, x) => Math.min(least, x));
  return ours.reduce((most, x, index) => Math.max(most, Math.abs(x - theirs[index]!)), 0) / range;
}

Deno.test.each([
  { model: "blazeface-short", size: 128 },
  { model: "blazeface-full", size: 192 },
  { model: "tiny-ssd-sky", size: 300 },
  { model: "ssd-mobilenet-v2", size: 300 },
])("$model has the same outputs on all devices, alone and in a batch", async ({ model, size }) => {
  const { network } = await loadModel(model);
  const [cpu, ...others] = await Promise.all(
    DEVICES.map((device) => outputsOn(device, network, size)),
  );
  for (const [place, other] of others.entries()) {
    for (const [run, outputs] of cpu!.entries()) {
      assertEquals(Object.keys(other[run]!).sort(), Object.keys(outputs).sort());
      for (const [name, { dims, data }] of Object.entries(outputs)) {
        assertEquals(other[run]![name]!.dims, dims);
        const difference = differenceOf(data, other[run]![name]!.data);
        assert(difference <= 1e-4, `${name} differs by ${difference} on ${DEVICES[place + 1]}`);
      }
    }
  }
});
