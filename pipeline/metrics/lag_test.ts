import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf, seriesOf, unevenTimesUs } from "../../tests/_made_series.ts";
import { lagBehind } from "./lag.ts";

const FRAME_US = 40_000;
/** A motion that never repeats itself within the clip; time in microseconds. */
const motionAt = (timeUs: number) =>
  30 * Math.sin(timeUs / 4e5) + 11 * Math.sin(timeUs / 2.3e5 + 1) + 5 * timeUs / 1e6;
const TIMES = Array.from({ length: 250 }, (_, i) => i * FRAME_US);
const TRUTH = TIMES.map((timestampUs) => ({ timestampUs, value: motionAt(timestampUs) }));

function delayed(times: readonly number[], lagUs: number) {
  return times.map((timestampUs) => ({ timestampUs, value: motionAt(timestampUs - lagUs) }));
}

Deno.test.each([-2, -0.4, 0, 0.5, 1, 2.3, 14.5].map((frames) => ({ frames })))(
  "lagBehind() finds a lag of $frames frames to a hundredth of one",
  ({ frames }) => {
    const lag = lagBehind(delayed(TIMES, frames * FRAME_US), TRUTH)!;
    assertAlmostEquals(lag.lagUs / FRAME_US, frames, 0.01);
    assertEquals(lag.isAtLimit, false);
  },
);

Deno.test("lagBehind() finds a lag at uneven times", () => {
  const times = unevenTimesUs(300, 2);
  const truth = delayed(times, 0);
  assertAlmostEquals(lagBehind(delayed(times, 70_000), truth)!.lagUs, 70_000, 500);
});

Deno.test("lagBehind() says how certain it is of a noisy series", () => {
  const noise = noiseOf(250, 3);
  const noisy = delayed(TIMES, 60_000).map(({ timestampUs, value }, i) => ({
    timestampUs,
    value: value + 2 * noise[i]!,
  }));
  const { lagUs, standardErrorUs } = lagBehind(noisy, TRUTH)!;
  assertAlmostEquals(lagUs, 60_000, 3 * standardErrorUs);
  // Deviation of the noise, over the speed and the root of the 200 frames that count.
  const speeds = TIMES.slice(25, 225).map((time) =>
    motionAt(time + 0.5e4) - motionAt(time - 0.5e4)
  );
  const speed = Math.sqrt(speeds.reduce((sum, value) => sum + value ** 2, 0) / speeds.length) / 1e4;
  assertAlmostEquals(standardErrorUs, 2 / (speed * Math.sqrt(200)), 0.15 * standardErrorUs);
});

Deno.test("lagBehind() of a mean of n is half of n - 1 frames", () => {
  for (const n of [2, 3, 5, 30]) {
    const means = TRUTH.slice(n - 1).map(({ timestampUs }, i) => ({
      timestampUs,
      value: TRUTH.slice(i, i + n).reduce((sum, { value }) => sum + value, 0) / n,
    }));
    assertAlmostEquals(lagBehind(means, TRUTH)!.lagUs / FRAME_US, (n - 1) / 2, n < 30 ? 0.02 : 0.2);
  }
});

Deno.test("lagBehind() of an exponential average on a ramp is (1 - α) / α frames", () => {
  const ramp = seriesOf(Array.from({ length: 300 }, (_, i) => 3 * i));
  for (const alpha of [0.5, 0.2]) {
    let value = 0;
    const smooth = ramp.map((sample) => {
      value += alpha * (sample.value - value);
      return { timestampUs: sample.timestampUs, value };
    });
    // The start of the ramp is forgotten by then.
    const lag = lagBehind(smooth.slice(100), ramp)!;
    assertAlmostEquals(lag.lagUs / FRAME_US, (1 - alpha) / alpha, 1e-3);
  }
});

Deno.test("lagBehind() does not change when the picture is moved, stretched or mirrored", () => {
  const late = delayed(TIMES, 50_000);
  const map = (samples: readonly { timestampUs: number; value: number }[]) =>
    samples.map(({ timestampUs, value }) => ({ timestampUs, value: 640 - 3 * value }));
  assertAlmostEquals(lagBehind(map(late), map(TRUTH))!.lagUs, lagBehind(late, TRUTH)!.lagUs, 2);
});

Deno.test("lagBehind() counts only the times it is given", () => {
  const half = new Set(TIMES.slice(0, 125));
  const mixed = TIMES.map((timestampUs) => ({
    timestampUs,
    value: motionAt(timestampUs - (half.has(timestampUs) ? 80_000 : 0)),
  }));
  assertAlmostEquals(lagBehind(mixed, TRUTH, { timesUs: half })!.lagUs, 80_000, 400);
});

Deno.test("lagBehind() says when the lag lies beyond its range", () => {
  const { lagUs, isAtLimit } = lagBehind(delayed(TIMES, 300_000), TRUTH, { maxLagUs: 100_000 })!;
  assert(isAtLimit);
  assertAlmostEquals(lagUs, 100_000, 10);
});

Deno.test("lagBehind() is undefined of a standstill, and of what is too short", () => {
  const still = seriesOf(Array<number>(250).fill(3));
  assertEquals(lagBehind(seriesOf(noiseOf(250, 1)), still), undefined);
  assertEquals(lagBehind(TRUTH.slice(0, 40), TRUTH.slice(0, 40)), undefined);
  assertEquals(lagBehind([], []), undefined);
  const three = TRUTH.slice(0, 3);
  assertEquals(lagBehind(three, three, { maxLagUs: FRAME_US }), undefined);
  assertThrows(() => lagBehind(TRUTH, TRUTH, { maxLagUs: 0 }), RangeError, "maxLagUs");
});
