import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Meter } from "./meter.ts";

Deno.test("Meter knows the quantiles of what it counted within 1 %, in any order", () => {
  for (const scale of [0.001, 1, 700]) {
    const meter = new Meter();
    // 617 and 1000 have no common divisor, so each value comes once.
    for (let i = 0; i < 1000; i++) meter.record((i * 617 % 1000 + 1) * scale);
    const { count, mean, p50, p95, p99, max } = meter.distribution();
    assertEquals([count, max], [1000, 1000 * scale]);
    assertAlmostEquals(mean, 500.5 * scale, 1e-6);
    assertAlmostEquals(p50 / scale, 500, 5.01);
    assertAlmostEquals(p95 / scale, 950, 9.51);
    assertAlmostEquals(p99 / scale, 990, 9.91);
  }
});

Deno.test("Meter is all zeros before anything was counted", () => {
  const zeros = { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  assertEquals(new Meter().distribution(), zeros);
});

Deno.test("Meter gives no quantile above the largest value", () => {
  const meter = new Meter();
  meter.record(3.7);
  const { mean, p50, p99, max } = meter.distribution();
  assertEquals([mean, max], [3.7, 3.7]);
  assert(p50 <= 3.7 && p99 <= 3.7);
  assertAlmostEquals(p50, 3.7, 0.04);
});

Deno.test("Meter counts durations of 0", () => {
  const meter = new Meter();
  for (const durationMs of [0, 0, 5]) meter.record(durationMs);
  const { count, p50, max } = meter.distribution();
  assertEquals([count, max], [3, 5]);
  assertAlmostEquals(p50, 0, 1e-5);
});

Deno.test("Meter counts what is not above each bound, within 2 %", () => {
  const meter = new Meter();
  for (let durationMs = 1; durationMs <= 1000; durationMs++) meter.record(durationMs);
  const counts = meter.countsUpTo([0.5, 10, 100, 500, 2000]);
  assertEquals([counts[0], counts[4]], [0, 1000]);
  for (const [at, boundMs] of [[1, 10], [2, 100], [3, 500]] as const) {
    assertAlmostEquals(counts[at]!, boundMs, 0.021 * boundMs);
  }
});
