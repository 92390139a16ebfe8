import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf, scipySeries, seriesOf, unevenTimesUs } from "../../tests/_made_series.ts";
import { motionLeak, thirdDifferences, thirdDifferenceSigma } from "./temporal.ts";

Deno.test("thirdDifferenceSigma() equals scipy's and numpy's, plain and robust", () => {
  const { regular } = scipySeries();
  const samples = seriesOf(regular.values, regular.fps);
  assertAlmostEquals(thirdDifferenceSigma(samples)!, regular.sigma3, 1e-12);
  assertAlmostEquals(thirdDifferenceSigma(samples, { isRobust: true })!, regular.robust, 1e-12);
});

Deno.test("thirdDifferences() equals numpy's at uneven times", () => {
  const { timestampsUs, values, thirdDifferences: expected } = scipySeries().irregular;
  const samples = values.map((value, i) => ({ timestampUs: timestampsUs[i]!, value }));
  const differences = thirdDifferences(samples);
  assertEquals(differences.length, expected.length);
  differences.forEach(({ value, timestampUs }, i) => {
    assertAlmostEquals(value, expected[i]!, 1e-9);
    assertEquals(timestampUs, timestampsUs[i + 1]);
  });
});

Deno.test("thirdDifferenceSigma() is exactly 0 for constants and parabolas", () => {
  const parabola = Array.from({ length: 50 }, (_, i) => 3 * i * i - 40 * i + 7);
  assertEquals(thirdDifferenceSigma(seriesOf(parabola)), 0);
  assertEquals(thirdDifferenceSigma(seriesOf(parabola.map(() => 123.456))), 0);
});

Deno.test("thirdDifferenceSigma() is 0 for a parabola at uneven times", () => {
  const samples = unevenTimesUs(50, 3).map((timestampUs) => ({
    timestampUs,
    value: 20 * (timestampUs / 1e6) ** 2 - 9 * timestampUs / 1e6,
  }));
  assertAlmostEquals(thirdDifferenceSigma(samples)!, 0, 1e-9);
});

Deno.test("thirdDifferenceSigma() moves with nothing, and scales with the values", () => {
  const values = noiseOf(120, 5);
  const sigma = thirdDifferenceSigma(seriesOf(values))!;
  const moved = seriesOf(values.map((value, i) => value + 1000 + 3 * i));
  assertAlmostEquals(thirdDifferenceSigma(moved)!, sigma, 1e-9);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(values.map((value) => -4 * value)))!, 4 * sigma);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(values.toReversed()))!, sigma);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(values, 60))!, sigma, 1e-3);
});

Deno.test("thirdDifferenceSigma() reads white noise within three standard errors", () => {
  const count = 300;
  for (const seed of [1, 2, 3, 4, 5]) {
    const samples = seriesOf(noiseOf(count, seed).map((value) => 2 * value));
    const error = 3 * Math.sqrt(2.31 / (2 * count));
    assertAlmostEquals(thirdDifferenceSigma(samples)! / 2, 1, error);
    // The median is less efficient: its variance is 2.7 times as large.
    assertAlmostEquals(thirdDifferenceSigma(samples, { isRobust: true })! / 2, 1, 1.65 * error);
  }
});

Deno.test("thirdDifferenceSigma() reads white noise at uneven times as well", () => {
  const noise = noiseOf(3000, 8);
  const samples = unevenTimesUs(3000, 9).map((timestampUs, i) => ({
    timestampUs,
    value: noise[i]!,
  }));
  assertAlmostEquals(thirdDifferenceSigma(samples)!, 1, 3 * Math.sqrt(2.31 / 6000));
});

Deno.test("thirdDifferenceSigma() of a sine is what motionLeak() says", () => {
  // 20 frames a swing, and differences over exactly ten swings.
  const sine = Array.from({ length: 203 }, (_, i) => 30 * Math.sin(2 * Math.PI * i / 20 + 0.3));
  const leak = motionLeak({ amplitude: 30, frequencyHz: 1.5, fps: 30 });
  assertAlmostEquals(leak, 0.145, 5e-4);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(sine, 25))!, leak, 1e-9);
});

Deno.test("thirdDifferenceSigma() reads too little of correlated noise, as it must", () => {
  const rho = 0.7;
  const expected = Math.sqrt((20 - 30 * rho + 12 * rho ** 2 - 2 * rho ** 3) / 20);
  assertAlmostEquals(expected, 0.46, 0.005);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(noiseOf(20_000, 6, rho)))!, expected, 0.02);
});

Deno.test("thirdDifferenceSigma() is taken in by a mean of three taps, as its docs warn", () => {
  const noise = noiseOf(20_002, 7);
  const smooth = noise.slice(2).map((value, i) => (noise[i]! + 2 * noise[i + 1]! + value) / 4);
  // The third difference of [1, 2, 1] is [-1, 1, 2, -2, -1, 1].
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(smooth))!, Math.sqrt(12 / 16 / 20), 0.01);
});

Deno.test("thirdDifferenceSigma() measures nothing across a gap", () => {
  const early = noiseOf(40, 1).map((value, i) => ({ timestampUs: i * 40_000, value }));
  const late = noiseOf(40, 2).map((value, i) => ({
    timestampUs: 5e6 + i * 40_000,
    value: 1e6 + value,
  }));
  const squares = [early, late].map((part) => thirdDifferenceSigma(part)! ** 2);
  const expected = Math.sqrt((squares[0]! + squares[1]!) / 2);
  assertAlmostEquals(thirdDifferenceSigma([...early, ...late])!, expected, 1e-9);
  assert(thirdDifferenceSigma([...early, ...late], { maxGapUs: 1e7 })! > 1e3);
});

Deno.test("thirdDifferenceSigma() takes half a second for no gap, and more for one", () => {
  const at = (times: readonly number[]) =>
    times.map((timestampUs, i) => ({ timestampUs, value: i % 2 }));
  assert(thirdDifferenceSigma(at([0, 40_000, 540_000, 580_000]))! > 0);
  assertEquals(thirdDifferenceSigma(at([0, 40_000, 540_001, 580_001])), undefined);
});

Deno.test("thirdDifferenceSigma() is not moved by a jump if it is to be robust", () => {
  const values = noiseOf(300, 4).map((value, i) => i < 150 ? value : value + 500);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(values), { isRobust: true })!, 1, 0.25);
  // The jump's differences are 1, -2 and 1 times its height.
  const jump = Math.sqrt(500 ** 2 * 6 / 20 / 297);
  assertAlmostEquals(thirdDifferenceSigma(seriesOf(values))!, Math.hypot(jump, 1), 0.5);
});

Deno.test("thirdDifferenceSigma() is undefined of three samples, and refuses nonsense", () => {
  assertEquals(thirdDifferenceSigma(seriesOf([1, 2, 4])), undefined);
  assertEquals(thirdDifferenceSigma(seriesOf([1, 2, 4]), { isRobust: true }), undefined);
  const still = [0, 0, 0, 0].map((timestampUs) => ({ timestampUs, value: 1 }));
  assertThrows(() => thirdDifferenceSigma(still), RangeError, "current value is 0 after 0");
  assertThrows(() => thirdDifferenceSigma(seriesOf([1, NaN])), RangeError, "value must be finite");
  assertThrows(() => thirdDifferenceSigma([], { maxGapUs: 0 }), RangeError, "maxGapUs");
  assertThrows(() => motionLeak({ amplitude: 1, frequencyHz: 20, fps: 30 }), RangeError);
});
