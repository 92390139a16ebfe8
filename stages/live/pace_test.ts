import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Pace, type Step } from "./pace.ts";

/** Steps of pictures 40 ms apart by the sender's clock, which are waited for; each tenth is a key frame. */
function steps(count: number, step: Partial<Step> & { readonly cameMs: number }): Step[] {
  return Array.from({ length: count }, (_, i) => ({
    shownMs: 40,
    encodedBytes: i % 10 === 5 ? 8000 : 1000,
    awaitedMs: 0.9 * step.cameMs,
    decodedMs: 2,
    ...step,
  }));
}

/** What is said of a sender behind each of its pictures. */
function slownessOver(all: readonly Step[]): number[] {
  const pace = new Pace();
  return all.map((step) => {
    pace.note(step);
    return pace.slowness;
  });
}

Deno.test("Pace tells by how much a sender is slower than its time stamps, after a second", () => {
  const slowness = slownessOver(steps(200, { cameMs: 50 }));
  assertEquals(slowness.slice(0, 19), Array(19).fill(0));
  for (const share of slowness.slice(19)) assertAlmostEquals(share, 0.25, 1e-9);
});

Deno.test("Pace takes a sender that hesitates for as slow as it is", () => {
  // Most pictures take 46 ms, each sixth 70: 50 on the average.
  const all = steps(240, { cameMs: 46 }).map((step, i) =>
    i % 6 === 5 ? { ...step, cameMs: 70, awaitedMs: 65 } : step
  );
  for (const share of slownessOver(all).slice(60)) assertAlmostEquals(share, 0.25, 0.03);
});

Deno.test("Pace takes none for slow that keeps its time", () => {
  const all = steps(500, { cameMs: 40 }).map((step, i) => ({ ...step, cameMs: i % 2 ? 25 : 55 }));
  assert(slownessOver(all).every((share) => share < 0.02));
});

Deno.test("Pace takes a network for none that was quick enough before", () => {
  const all = [...steps(500, { cameMs: 40 }), ...steps(200, { cameMs: 60 })];
  // 20 s at full pace outweigh the next ones.
  const slowness = slownessOver(all).slice(500);
  const missedMs = slowness.reduce((sum, share) => sum + (0.5 - share) * 40, 0);
  assert(missedMs > 2000, `${missedMs} ms of 4000 were taken for a delay`);
});

Deno.test("Pace takes an outage for a delay, and no pace", () => {
  const delays = steps(200, { cameMs: 50 }).map((step, i) =>
    i === 99 ? { ...step, cameMs: 4000, awaitedMs: 3990 } : step
  );
  for (const share of slownessOver(delays).slice(25)) assertAlmostEquals(share, 0.25, 0.001);
});

Deno.test("Pace takes no sender for slow where large pictures take longer", () => {
  const all = steps(200, { cameMs: 50 }).map((step) =>
    step.encodedBytes > 1000 ? { ...step, cameMs: 200, awaitedMs: 190 } : step
  );
  assert(slownessOver(all).every((share) => share === 0));
});

Deno.test("Pace takes no sender for slow before a large picture has come", () => {
  const pace = new Pace();
  const all = steps(100, { cameMs: 50, encodedBytes: 1000 });
  assert(all.every((step) => pace.note(step) === 0 && pace.isDoubtful));
  const [large, next] = steps(2, { cameMs: 50, encodedBytes: 8000 });
  assertEquals(pace.note(large!), 0);
  assertAlmostEquals(pace.note(next!), 10 * 102, 1e-6); // All that it was late by until now.
  assertAlmostEquals(pace.note(next!), 10, 1e-6);
});

Deno.test.each([
  { name: "decoding takes too long", decodedMs: 40 },
  { name: "decoded pictures are not fetched", awaitedMs: 20 },
])("Pace takes no sender for slow where $name", (ours) => {
  assert(slownessOver(steps(200, { cameMs: 50, ...ours })).every((share) => share === 0));
});

Deno.test("Pace tells of few pictures, too", () => {
  const slowness = slownessOver(steps(30, { cameMs: 1250, shownMs: 1000 }));
  assertEquals(slowness.slice(0, 9), Array(9).fill(0));
  for (const share of slowness.slice(9)) assertAlmostEquals(share, 0.25, 1e-9);
});
