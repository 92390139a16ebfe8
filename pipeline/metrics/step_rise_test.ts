import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seriesOf } from "../../tests/_made_series.ts";
import { stepRiseUs } from "./step_rise.ts";

Deno.test("stepRiseUs() of a mean of n is 0.8 n frames, up and down", () => {
  const up = seriesOf(Array.from({ length: 40 }, (_, i) => Math.min(Math.max((i - 4) / 10, 0), 1)));
  assertAlmostEquals(stepRiseUs(up, { from: 0, to: 1 })!, 0.8 * 10 * 40_000, 1e-3);
  const down = up.map(({ timestampUs, value }) => ({ timestampUs, value: 50 - 20 * value }));
  assertAlmostEquals(stepRiseUs(down, { from: 50, to: 30 })!, 0.8 * 10 * 40_000, 1e-3);
});

Deno.test("stepRiseUs() of a low pass of first order is ln 9 time constants", () => {
  const low = seriesOf(Array.from({ length: 1000 }, (_, i) => 1 - Math.exp(-i / 100)), 1000);
  assertAlmostEquals(stepRiseUs(low, { from: 0, to: 1 })!, Math.log(9) * 100_000, 10);
});

Deno.test("stepRiseUs() is 0 of a step that is passed on, and undefined of one that never ends", () => {
  const sharp = [0, 0, 1, 1].map((value, i) => ({ timestampUs: i, value }));
  assertAlmostEquals(stepRiseUs(sharp, { from: 0, to: 1 })!, 0.8);
  assertEquals(stepRiseUs(seriesOf([1, 1]), { from: 0, to: 1 }), 0);
  assertEquals(stepRiseUs(seriesOf([0, 0.5, 0.8]), { from: 0, to: 1 }), undefined);
  assertThrows(() => stepRiseUs(sharp, { from: 1, to: 1 }), RangeError, "height");
});
