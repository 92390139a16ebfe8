import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf, seriesOf } from "../../tests/_made_series.ts";
import { circularBlockInterval, trackInterval } from "./bootstrap.ts";
import { thirdDifferenceSigma } from "./temporal.ts";

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => value ** 2)));
}

function meanOfAll(clips: readonly (readonly number[])[]): number {
  return mean(clips.flat());
}

Deno.test("trackInterval() of a mean is as wide as theory says", () => {
  const values = noiseOf(60, 4);
  const deviation = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const { estimate, low, high, ...rest } = trackInterval(values, mean)!;
  assertEquals(estimate, mean(values));
  const half = 1.96 * deviation / Math.sqrt(60);
  assertAlmostEquals((high - low) / 2, half, 0.06 * half);
  assertAlmostEquals((high + low) / 2, estimate, 0.1 * half);
  assertEquals(rest, { level: 0.95, scope: "tracks", units: 60, resamples: 2000 });
});

Deno.test("trackInterval() covers the true value about as often as it says", () => {
  let covered = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const { low, high } = trackInterval(noiseOf(30, seed), mean, { resamples: 300, level: 0.9 })!;
    if (low <= 0 && high >= 0) covered++;
  }
  // 270 of 300 expected, with a deviation of 5.2, and a little fewer of only 30 tracks.
  assert(covered >= 250 && covered <= 285, `covered ${covered} times`);
});

Deno.test("trackInterval() reads tracks of known trembling back, nearly always", () => {
  const swing = (i: number) => 30 * Math.sin(2 * Math.PI * 0.5 * i / 25);
  const sigmaOf = (seed: number) => {
    const values = noiseOf(120, seed).map((value, i) => 1.5 * value + swing(i));
    return thirdDifferenceSigma(seriesOf(values))!;
  };
  let covered = 0;
  for (let clip = 0; clip < 300; clip++) {
    const sigmas = Array.from({ length: 12 }, (_, track) => sigmaOf(12 * clip + track));
    const { low, high } = trackInterval(sigmas, rootMeanSquare, { resamples: 300 })!;
    if (low < 1.5 && 1.5 < high) covered++;
  }
  // A percentile interval of 12 tracks is a little narrow: by Student's t it covers 91 %, which is 273
  // of 300, with a deviation of 5.
  assertAlmostEquals(covered, 273, 15);
});

Deno.test("trackInterval() is the same for a seed, and hardly another for others", () => {
  const values = noiseOf(40, 2);
  const seeded = (seed: number) => trackInterval(values, mean, { seed })!;
  assertEquals(seeded(5), seeded(5));
  assert(seeded(5).low !== seeded(6).low);
  assertAlmostEquals(seeded(5).low, seeded(6).low, 0.05);
});

Deno.test("trackInterval() says nothing of fewer than eight tracks, or without a statistic", () => {
  const values = noiseOf(8, 1);
  assert(trackInterval(values, mean));
  assertEquals(trackInterval(values.slice(1), mean), undefined);
  assertEquals(trackInterval(values, () => undefined), undefined);
  assertEquals(trackInterval(values, () => NaN), undefined);
});

Deno.test("trackInterval() tells how many samples had a value", () => {
  const values = noiseOf(8, 1);
  const first = values[0]!;
  const { resamples } = trackInterval(
    values,
    (drawn) => drawn.includes(first) ? mean(drawn) : undefined,
  )!;
  // A track is drawn at least once with a probability of 1 - (7 / 8)^8 = 0.656.
  assertAlmostEquals(resamples / 2000, 1 - (7 / 8) ** 8, 0.04);
});

Deno.test("circularBlockInterval() knows that neighbours resemble each other", () => {
  const rho = 0.8;
  const noise = noiseOf(2000, 7, rho);
  const widthOf = (blockLength: number) => {
    const { low, high } = circularBlockInterval([noise], meanOfAll, { blockLength })!;
    return high - low;
  };
  // The variance of the mean is (1 + rho) / (1 - rho) times that of white noise.
  const white = 2 * 1.96 / Math.sqrt(2000);
  assertAlmostEquals(widthOf(1) / white, 1, 0.15);
  assertAlmostEquals(widthOf(50) / white, Math.sqrt((1 + rho) / (1 - rho)), 0.5);
});

Deno.test("circularBlockInterval() says that it speaks of these clips only", () => {
  const clips = [noiseOf(100, 1), noiseOf(90, 2)];
  const interval = circularBlockInterval(clips, meanOfAll, { blockLength: 30, resamples: 50 })!;
  assertEquals([interval.scope, interval.units], ["within these clips only", 2]);
  assertEquals(circularBlockInterval(clips, meanOfAll, { blockLength: 46 }), undefined);
  assertEquals(circularBlockInterval([], meanOfAll, { blockLength: 1 }), undefined);
});

Deno.test("circularBlockInterval() keeps the clips apart and as long as they are", () => {
  const clips = [Array<number>(7).fill(1), Array<number>(11).fill(2)];
  const lengths = new Set<string>();
  circularBlockInterval(clips, (drawn) => {
    lengths.add(drawn.map((clip) => `${clip.length} of ${new Set(clip).size}`).join(", "));
    return 0;
  }, { blockLength: 3 });
  assertEquals([...lengths], ["7 of 1, 11 of 1"]);
});

Deno.test("circularBlockInterval() draws whole blocks, and the first frame behind the last", () => {
  const drawn = new Set<string>();
  circularBlockInterval([["a", "b", "c", "d", "e"]], ([clip]) => {
    drawn.add(clip!.slice(0, 2).join(""));
    return 0;
  }, { blockLength: 2 });
  assertEquals([...drawn].sort(), ["ab", "bc", "cd", "de", "ea"]);
});

Deno.test("circularBlockInterval() draws every frame equally often", () => {
  const length = 12;
  const clip = Array.from({ length }, (_, i) => i);
  const counts = new Array<number>(length).fill(0);
  circularBlockInterval([clip], ([drawn]) => {
    for (const frame of drawn!) counts[frame]!++;
    return 0;
  }, { blockLength: 5 });
  // Drawn some 2,000 times each, with a deviation below 100: blocks that stop at the ends would draw the
  // first and the last a third as often.
  for (const count of counts) assertAlmostEquals(count, 2000, 300);
});

Deno.test("circularBlockInterval() covers the deviation of a series whose ends differ", () => {
  const covered = Array.from({ length: 100 }, (_, run) => {
    const clip = noiseOf(200, 1000 + run).map((value, i) => i < 10 ? 3 * value : value);
    const interval = circularBlockInterval(
      [clip],
      ([drawn]) => Math.sqrt(mean(drawn!.map((value) => value * value))),
      { blockLength: 10, resamples: 300 },
    )!;
    const truth = Math.sqrt((10 * 9 + 190) / 200);
    return interval.low <= truth && truth <= interval.high;
  }).filter((isCovered) => isCovered).length;
  assert(covered >= 85, `an interval of 95 % covers ${covered} of 100`);
});

Deno.test("bootstraps refuse options out of range", () => {
  const values = noiseOf(10, 1);
  assertThrows(() => trackInterval(values, mean, { seed: -1 }), RangeError, "seed");
  assertThrows(() => trackInterval(values, mean, { resamples: 0 }), RangeError, "resamples");
  assertThrows(() => trackInterval(values, mean, { level: 1 }), RangeError, "level");
  assertThrows(() => circularBlockInterval([], meanOfAll, { blockLength: 0 }), RangeError, "block");
});
