import { assertEquals } from "@std/assert";
import { AgeBound } from "./age_bound.ts";

/** Which of the frames are admitted, each by its age and the time at which it comes. */
function admitted(
  frames: readonly (readonly [ageMs: number, nowMs: number])[],
  lateSinceMs?: number,
) {
  const bound = new AgeBound(500, lateSinceMs);
  return frames.map(([ageMs, nowMs]) => bound.admits(ageMs, nowMs));
}

Deno.test("AgeBound leaves out what a pipeline that stumbled gives late, all at once", () => {
  assertEquals(
    admitted([[300, 0], [500, 30], [5000, 5000], [4970, 5001], [4000, 5002], [100, 5100]]),
    [true, true, false, false, false, true],
  );
});

Deno.test("AgeBound admits late frames once all have been late for three times the bound", () => {
  const pace = (count: number) =>
    Array.from({ length: count }, (_, i) => [1400, 1400 * i] as const);
  assertEquals(admitted(pace(5)), [false, false, true, true, true]);
});

Deno.test("AgeBound holds the bound again once a frame is in time", () => {
  assertEquals(
    admitted([[900, 0], [900, 1500], [400, 2000], [900, 2900], [900, 4399], [900, 4400]]),
    [false, true, true, false, false, true],
  );
});

Deno.test("AgeBound admits the first frames if all were late before, until one is in time", () => {
  assertEquals(admitted([[900, 0], [900, 1], [10, 2], [900, 3]], -Infinity), [
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("AgeBound leaves out what was held up, even where all are late", () => {
  assertEquals(
    admitted([[900, 0], [900, 1500], [31_000, 33_000], [30_000, 33_010], [900, 33_900], [
      3000,
      34_000,
    ]]),
    [false, true, false, false, true, true],
  );
});

Deno.test("AgeBound admits what seemed to be held up once all are as late as that", () => {
  assertEquals(
    admitted([[900, 0], [900, 1500], [5000, 6000], [5000, 11_000], [5000, 16_000]]),
    [false, true, false, true, true],
  );
});
