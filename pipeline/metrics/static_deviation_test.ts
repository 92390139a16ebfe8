import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf, seriesOf } from "../../tests/_made_series.ts";
import { staticDeviation, staticIntervals } from "./static_deviation.ts";

const STILL = seriesOf(Array<number>(250).fill(7));

Deno.test("staticIntervals() finds the seconds in which nothing moves", () => {
  // Three seconds at rest, three seconds on the way, four at rest.
  const x = Array.from({ length: 250 }, (_, i) => Math.min(Math.max(i - 75, 0), 75));
  const expected = [0, 1, 2, 6, 7, 8, 9].map((second) => ({
    startUs: second * 1e6,
    endUs: (second + 1) * 1e6,
  }));
  assertEquals(staticIntervals([seriesOf(x)], { maxTravel: 0.5 }), expected);
  assertEquals(staticIntervals([STILL, seriesOf(x)], { maxTravel: 0.5 }), expected);
});

Deno.test("staticIntervals() takes swinging in place for motion", () => {
  const swing = Array.from({ length: 250 }, (_, i) => 5 * Math.sin(2 * Math.PI * i / 25));
  assertEquals(staticIntervals([seriesOf(swing)], { maxTravel: 2 }), []);
});

Deno.test("staticIntervals() forgives a frame that strays, but no slow drift", () => {
  const stray = STILL.map((sample, i) => i === 30 ? { ...sample, value: 99 } : sample);
  assertEquals(staticIntervals([stray], { maxTravel: 0 }).length, 10);
  // A pixel a second: the middle 90 % of 25 frames span 0.9 times 24 / 25 of it.
  const drift = STILL.map(({ timestampUs }) => ({ timestampUs, value: timestampUs / 1e6 }));
  assertEquals(staticIntervals([drift], { maxTravel: 0.86 }), []);
  assertEquals(staticIntervals([drift], { maxTravel: 0.87 }).length, 10);
});

Deno.test("staticIntervals() does not know of a time at which a coordinate is missing", () => {
  const short = STILL.slice(0, 100);
  assertEquals(staticIntervals([STILL, short], { maxTravel: 1 }).length, 4);
  assertEquals(staticIntervals([], { maxTravel: 1 }), []);
  assertThrows(() => staticIntervals([STILL], { maxTravel: NaN }), RangeError, "maxTravel");
  assertThrows(
    () => staticIntervals([], { maxTravel: 1, intervalUs: 0 }),
    RangeError,
    "intervalUs",
  );
});

Deno.test("staticDeviation() is 0 for a constant and a line, and scales with the values", () => {
  const intervals = staticIntervals([STILL], { maxTravel: 0 });
  assertEquals(intervals.length, 10);
  assertEquals(staticDeviation(STILL, intervals), 0);
  const line = STILL.map(({ timestampUs }, i) => ({ timestampUs, value: 3 * i }));
  assertAlmostEquals(staticDeviation(line, intervals)!, 0, 1e-9);
  const noise = noiseOf(250, 2);
  const deviation = staticDeviation(seriesOf(noise), intervals)!;
  const scaled = seriesOf(noise.map((value) => 100 - 6 * value));
  assertAlmostEquals(staticDeviation(scaled, intervals)!, 6 * deviation, 1e-9);
});

/** What a line's least squares leave of a second of noise, by its covariance: `tr((I - H) C)`. */
function expectedDeviation(count: number, rho: number): number {
  const centre = (count - 1) / 2;
  const spread = (count ** 3 - count) / 12;
  let left = 0;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < count; k++) {
      const projection = 1 / count + (i - centre) * (k - centre) / spread;
      left += ((i === k ? 1 : 0) - projection) * rho ** Math.abs(i - k);
    }
  }
  return Math.sqrt(left / (count - 2));
}

Deno.test("staticDeviation() reads white and correlated noise as theory says", () => {
  const still = seriesOf(Array<number>(25_000).fill(0));
  const intervals = staticIntervals([still], { maxTravel: 0 });
  assertEquals(intervals.length, 1000);
  assertAlmostEquals(expectedDeviation(25, 0), 1, 1e-12);
  for (const [rho, tolerance] of [[0, 0.02], [0.7, 0.03]] as const) {
    const deviation = staticDeviation(seriesOf(noiseOf(25_000, 12, rho)), intervals)!;
    assertAlmostEquals(deviation, expectedDeviation(25, rho), tolerance);
  }
});

Deno.test("staticDeviation() is undefined without a static interval", () => {
  assertEquals(staticDeviation(STILL, []), undefined);
  assertEquals(staticDeviation(STILL.slice(0, 2), [{ startUs: 0, endUs: 1e6 }]), undefined);
});
