import { assert, assertEquals } from "@std/assert";
import { controlResults } from "./control_results.ts";
import { madeClip } from "./made_clip.ts";
import { measuredClip } from "../measures/measured_track.ts";
import { methodReading } from "../measures/method_result.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";
import { NONE } from "../methods/smoothing_methods.ts";

function baselineOf(clip: ObservedClip) {
  const method = { id: "raw", role: "baseline", observation: 0, smoothing: NONE } as const;
  return methodReading(method, [measuredClip(clip)], { minConfidence: 0.5 });
}

const MOVING = madeClip({ seed: 2, tracks: 1, frames: 200, sigmaPercent: 0.4, correlation: 0.5 });

Deno.test.each([1, 2, 3, 4])("every control comes out, drawn from seed %s", (seed) => {
  const controls = controlResults(baselineOf(MOVING), { seed, minConfidence: 0.5 });
  assertEquals(controls.length, 9);
  assertEquals(controls.filter(({ isRight }) => !isRight), []);
});

Deno.test("a frozen box fails A, a mean of 30 fails L, dealt numbers fail F alone", () => {
  const controls = controlResults(baselineOf(MOVING), { seed: 1, minConfidence: 0.5 });
  const gotBy = (name: string) =>
    controls.filter(({ id }) => id.startsWith(name)).map(({ got }) => got);
  for (const got of gotBy("freeze")) assert(/^fails A/.test(got), got);
  for (const got of gotBy("mean-of-30")) assert(/L$/.test(got), got);
  assertEquals(gotBy("shuffle"), ["fails F", "fails F"]);
});

Deno.test("on clips whose boxes do not change, no control asks for a frozen box", () => {
  const [{ frames, id }] = MOVING.observations;
  const box = { x1: 0, y1: 0, x2: 100, y2: 100 };
  const thing = { trackId: 1, classId: 0, label: "thing", confidence: 1 };
  const same = frames.map(({ timestampUs }) => ({
    timestampUs,
    tracks: [{ ...thing, box, rawBox: box }],
  }));
  const clip = { ...MOVING, observations: [{ id, frames: same }] as const };
  const controls = controlResults(baselineOf(clip), { seed: 1, minConfidence: 0.5 });
  assert(!controls.some((control) => control.id === "freeze-first-box (these clips)"));
  assertEquals(controls.filter(({ isRight }) => !isRight), []);
});

Deno.test("on clips where nothing moves, no control asks for lag", () => {
  const [{ frames, id }] = MOVING.observations;
  const still = frames.map(({ timestampUs }, i) => {
    const box = { x1: 0, y1: 0, x2: 100 + i % 2, y2: 100 };
    const thing = { trackId: 1, classId: 0, label: "thing", confidence: 1 };
    return { timestampUs, tracks: [{ ...thing, box, rawBox: box }] };
  });
  const clip = { ...MOVING, observations: [{ id, frames: still }] as const };
  const controls = controlResults(baselineOf(clip), { seed: 1, minConfidence: 0.5 });
  const ids = controls.map((control) => control.id);
  assert(!ids.includes("mean-of-30 (these clips)"));
  assert(ids.includes("mean-of-30 (made tracks)"));
  assertEquals(controls.filter(({ isRight }) => !isRight), []);
});
