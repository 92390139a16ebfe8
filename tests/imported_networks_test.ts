/**
 * The imported networks against TensorFlow Lite, whose results are in `tests/fixtures/models/`.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as ort from "onnxruntime-node";
import { importTflite } from "../models/importers/tflite.ts";
import { channelsFirst, MODEL_INPUT_COUNT, modelInput, sampled } from "./_model_inputs.ts";
import { TFLITE_NETWORKS } from "./_tflite_networks.ts";

/** What TensorFlow Lite makes of one picture, by output. */
type Expected = Record<string, {
  readonly shape: readonly number[];
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
  readonly sampled: string;
}>;

function expectedOf(name: string): readonly Expected[] {
  const url = new URL(`fixtures/models/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url));
}

function assertResult(output: Float32Array, expected: Expected[string], name: string): void {
  const tolerance = 1e-4 * (expected.greatest - expected.least);
  const kept = new Float32Array(Uint8Array.fromBase64(expected.sampled).buffer);
  const ours = sampled(output);
  assertEquals(ours.length, kept.length, name);
  for (const [i, value] of kept.entries()) {
    assertAlmostEquals(ours[i] ?? NaN, value, tolerance, `${name}: ${ours[i]} is not ${value}`);
  }
  const mean = output.reduce((sum, one) => sum + one, 0) / output.length;
  const least = output.reduce((least, one) => Math.min(least, one));
  const greatest = output.reduce((greatest, one) => Math.max(greatest, one));
  assertAlmostEquals(mean, expected.mean, tolerance, `${name}: mean ${mean}`);
  assertAlmostEquals(least, expected.least, tolerance, `${name}: least ${least}`);
  assertAlmostEquals(greatest, expected.greatest, tolerance, `${name}: greatest ${greatest}`);
}

/** The results for pictures that are run together. */
async function run(session: ort.InferenceSession, pictures: readonly Float32Array[], size: number) {
  const input = new Float32Array(pictures.length * 3 * size * size);
  for (const [i, picture] of pictures.entries()) {
    input.set(channelsFirst(picture), i * picture.length);
  }
  const dims = [pictures.length, 3, size, size];
  return await session.run({
    [session.inputNames[0] ?? ""]: new ort.Tensor("float32", input, dims),
  });
}

Deno.test.each(TFLITE_NETWORKS)(
  "importTflite() gives TensorFlow Lite's results for $name, alone and in a batch",
  async ({ name, size, read }) => {
    const network = importTflite(read());
    const session = await ort.InferenceSession.create(network, { logSeverityLevel: 3 });
    const pictures = Array.from({ length: MODEL_INPUT_COUNT }, (_, i) => modelInput(i, size));
    const expected = expectedOf(name);
    const batch = await run(session, pictures, size);
    for (const [i, picture] of pictures.entries()) {
      const alone = await run(session, [picture], size);
      assertEquals(Object.keys(alone).toSorted(), Object.keys(expected[i] ?? {}).toSorted());
      for (const [output, wanted] of Object.entries(expected[i] ?? {})) {
        const one = alone[output];
        const all = batch[output];
        assert(one?.data instanceof Float32Array && all?.data instanceof Float32Array);
        assertEquals(one.dims, wanted.shape);
        assertEquals(all.dims, wanted.shape.with(0, MODEL_INPUT_COUNT));
        const length = one.data.length;
        assertResult(one.data, wanted, `${output} of picture ${i}`);
        assertResult(
          all.data.subarray(i * length, (i + 1) * length),
          wanted,
          `${output} in a batch`,
        );
      }
    }
    await session.release();
  },
);
