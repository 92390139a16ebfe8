import { assert, assertEquals, assertMatch } from "@std/assert";
import { DeviceError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Tensor } from "../pipeline/tensor.ts";
import { tryHalf } from "./half_precision.ts";
import { openSession } from "./session.ts";
import { affineNetwork } from "../tests/_tiny_network.ts";

/** A session that makes its output of the input, number by number. */
function sessionOf(answer: (value: number, i: number) => number): InferenceSession {
  return {
    device: "webgpu",
    description: "made",
    fallbacks: [],
    run: ({ dims, data }: Tensor) => Promise.resolve({ y: { dims, data: data.map(answer) } }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Outputs from 0 to 1. */
const single = sessionOf((_, i) => i / 11);

Deno.test("tryHalf() tells by which share of their range outputs differ", async () => {
  const half = sessionOf((_, i) => i / 11 + (i === 5 ? 0.02 : 0.01));
  const trial = await tryHalf(single, half, ["N", 3, 4]);
  assert(trial.isSound);
  assertEquals(trial.difference.toFixed(4), "0.0200");
});

Deno.test.each([
  { what: "differs by more than rounding", change: 0.2, said: /differ by 20 % of their range/ },
  { what: "is no number", change: NaN, said: /differ by Infinity/ },
])("tryHalf() refuses what $what", async ({ change, said }) => {
  const half = sessionOf((_, i) => i / 11 + (i === 5 ? change : 0));
  const trial = await tryHalf(single, half, [1, 3, 4]);
  assert(!trial.isSound);
  assertMatch(trial.reason, said);
});

Deno.test("tryHalf() refuses what fails", async () => {
  const half = { ...single, run: () => Promise.reject(new DeviceError("no shader")) };
  assertEquals(await tryHalf(single, half, [1, 3, 4]), { isSound: false, reason: "no shader" });
});

Deno.test("openSession() says on the processor that half precision is left out", async () => {
  await using session = await openSession(affineNetwork(), { device: "cpu", precision: "half" });
  assertMatch(session.fallbacks.join(), /Half precision is left out: only a GPU gains by it/);
});

Deno.test("openSession() computes in half precision where the GPU knows it, or says why not", {
  ignore: await navigator.gpu.requestAdapter() === null,
}, async () => {
  await using session = await openSession(affineNetwork(), { device: "webgpu", precision: "half" });
  assertMatch(
    session.fallbacks.at(-1)!,
    /^Half precision(: on noise, outputs differ by up to| is left out: this GPU)/,
  );
  const { doubled } = await session.run({ dims: [1, 3], data: Float32Array.of(1, 2, 3) });
  assertEquals([...doubled!.data], [3, 5, 7]);
});
