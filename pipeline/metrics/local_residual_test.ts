import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type ExpectedResidual,
  noiseOf,
  scipySeries,
  seriesOf,
  unevenTimesUs,
} from "../../tests/_made_series.ts";
import { localResidual } from "./local_residual.ts";
import type { Sample } from "./sample.ts";

function assertResidual(samples: readonly Sample[], expected: ExpectedResidual): void {
  const { window, degree } = expected;
  const residual = localResidual(samples, { window, degree })!;
  for (const key of ["sigma", "p50", "p95", "max"] as const) {
    assertAlmostEquals(residual[key], expected[key], 1e-9);
  }
  assertEquals(residual.series.length, samples.length - window + 1);
  assertEquals(residual.series[0]!.timestampUs, samples[(window - 1) / 2]!.timestampUs);
}

Deno.test("localResidual() equals what scipy's Savitzky-Golay filter leaves", () => {
  const { fps, values, residuals } = scipySeries().regular;
  for (const expected of residuals) assertResidual(seriesOf(values, fps), expected);
});

Deno.test("localResidual() equals a fit with numpy at uneven times", () => {
  const { timestampsUs, values, residuals } = scipySeries().irregular;
  const samples = values.map((value, i) => ({ timestampUs: timestampsUs[i]!, value }));
  for (const expected of residuals) assertResidual(samples, expected);
});

Deno.test("localResidual() leaves nothing of a parabola, and reads white noise", () => {
  const times = unevenTimesUs(2000, 3);
  const parabola = times.map((timestampUs) => ({ timestampUs, value: (timestampUs / 1e6) ** 2 }));
  assertAlmostEquals(localResidual(parabola)!.max, 0, 1e-7);
  const noise = noiseOf(2000, 4);
  const samples = times.map((timestampUs, i) => ({ timestampUs, value: 5 * noise[i]! }));
  assertAlmostEquals(localResidual(samples)!.sigma / 5, 1, 0.06);
});

Deno.test("localResidual() is undefined of what is shorter than its window", () => {
  assertEquals(localResidual(seriesOf(noiseOf(6, 1))), undefined);
  const parted = noiseOf(12, 1).map((value, i) => ({
    timestampUs: i * 40_000 + (i < 6 ? 0 : 1e6),
    value,
  }));
  assertEquals(localResidual(parted), undefined);
  assertEquals(localResidual(parted, { maxGapUs: 2e6 })!.series.length, 6);
});

Deno.test("localResidual() refuses windows that leave nothing, or have no centre", () => {
  const samples = seriesOf(noiseOf(30, 1));
  assertThrows(() => localResidual(samples, { window: 6 }), RangeError, "current value is 6");
  assertThrows(() => localResidual(samples, { window: 3 }), RangeError, "current value is 3");
  assertThrows(() => localResidual(samples, { degree: 0.5 }), RangeError, "current value is 0.5");
});
