import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { FixedLagSmoother } from "./fixed_lag.ts";
import { InteractingModels } from "./interacting_models.ts";
import { KalmanFilter } from "./kalman.ts";
import { continuousNoise } from "./process_noise.ts";

const OPTIONS = {
  calmNoise: continuousNoise(10),
  agileNoise: continuousNoise(1e6),
  calmDurationS: 1,
  agileDurationS: 0.25,
  measurementSd: 1,
  initialVelocitySd: 100,
};

interface NumpyTrack {
  readonly lag: number;
  readonly calmDensity: number;
  readonly agileDensity: number;
  readonly calmDurationS: number;
  readonly agileDurationS: number;
  readonly measurementSd: number;
  readonly initialVelocitySd: number;
  readonly timestampsUs: readonly number[];
  readonly values: readonly (number | null)[];
  readonly measurementSds: readonly number[];
  readonly scales: readonly number[];
  readonly positions: readonly number[];
  readonly velocities: readonly number[];
  readonly agileProbabilities: readonly number[];
  readonly pastPositions: readonly (readonly number[])[];
}

/** A wave at uneven times with a missing value. */
const UNEVEN = Array.from({ length: 80 }, (_, i) => ({
  value: i === 31 ? undefined : 30 * Math.sin(i / 4) + (i * 29 % 11) / 5,
  timestampUs: i * 33_333 + (i * 37 % 13) * 1_500,
}));

/** The probabilities of agile motion while values are taken in at 25 fps. */
function agileProbabilities(values: readonly number[]): number[] {
  const models = new InteractingModels(OPTIONS);
  return values.map((value, i) => {
    models.filter(value, i * 40_000);
    return models.agileProbability;
  });
}

Deno.test("InteractingModels equals the textbook's equations with full matrices in numpy", async () => {
  const url = new URL(
    "../../tests/fixtures/kalman/interacting_models_numpy.json",
    import.meta.url,
  );
  const track: NumpyTrack = JSON.parse(await Deno.readTextFile(url));
  const models = new InteractingModels({
    ...track,
    calmNoise: continuousNoise(track.calmDensity),
    agileNoise: continuousNoise(track.agileDensity),
  });
  track.values.forEach((value, i) => {
    const result = models.filter(value ?? undefined, track.timestampsUs[i]!, {
      scale: track.scales[i]!,
      measurementSd: track.measurementSds[i]!,
    });
    assertAlmostEquals(models.positionAt(0), track.positions[i]!, 1e-8);
    assertAlmostEquals(models.velocity, track.velocities[i]!, 1e-7);
    assertAlmostEquals(models.agileProbability, track.agileProbabilities[i]!, 1e-9);
    const past = track.pastPositions[i]!.slice(0, i);
    past.forEach((position, k) => {
      assertAlmostEquals(models.positionAt(k + 1), position, 1e-8);
    });
    if (i >= track.lag) assertEquals(result, models.positionAt(track.lag));
    else assertEquals(result, undefined);
  });
});

Deno.test("InteractingModels of two equal models is one Kalman filter", () => {
  const options = { ...OPTIONS, agileNoise: OPTIONS.calmNoise };
  const models = new InteractingModels(options);
  const kalman = new KalmanFilter({ ...options, processNoise: options.calmNoise });
  for (const { value, timestampUs } of UNEVEN) {
    assertAlmostEquals(models.filter(value, timestampUs)!, kalman.filter(value, timestampUs), 1e-9);
    assertAlmostEquals(models.velocity, kalman.velocity, 1e-8);
    assertAlmostEquals(models.agileProbability, 0.2, 1e-12);
  }
});

Deno.test("InteractingModels of two equal models that look ahead is one fixed-lag smoother", () => {
  const options = { ...OPTIONS, agileNoise: OPTIONS.calmNoise, lag: 4 };
  const models = new InteractingModels(options);
  const smoother = new FixedLagSmoother({ ...options, processNoise: options.calmNoise });
  const [actual, expected]: (number | undefined)[][] = [models, smoother].map((filter) => [
    ...UNEVEN.map(({ value, timestampUs }) => filter.filter(value, timestampUs)),
    ...filter.finish(),
  ]);
  assertEquals(actual!.length, UNEVEN.length + 4);
  actual!.forEach((position, i) => {
    if (i < 4) assertEquals([position, expected![i]], [undefined, undefined]);
    else assertAlmostEquals(position!, expected![i]!, 1e-9);
  });
});

Deno.test("InteractingModels that never change stay what the likelihoods of two filters make of them", () => {
  const options = { ...OPTIONS, calmDurationS: 1e12, agileDurationS: 1e12 };
  const models = new InteractingModels(options);
  const [calm, agile] = [options.calmNoise, options.agileNoise].map((processNoise) =>
    new KalmanFilter({ ...options, processNoise })
  ) as [KalmanFilter, KalmanFilter];
  const density = ({ innovation, innovationVariance }: KalmanFilter) =>
    Math.exp(-(innovation ** 2) / innovationVariance / 2) / Math.sqrt(innovationVariance);
  let odds = 1;
  for (const { value, timestampUs } of UNEVEN.slice(0, 9)) {
    const position = models.filter(value, timestampUs)!;
    const [calmly, agilely] = [calm, agile].map((filter) => filter.filter(value!, timestampUs));
    if (timestampUs > 0) odds *= density(agile) / density(calm);
    const share = odds / (1 + odds);
    assertAlmostEquals(models.agileProbability, share, 1e-9);
    assertAlmostEquals(position, calmly! + share * (agilely! - calmly!), 1e-6);
  }
});

Deno.test("InteractingModels forgets which model holds at the rate of the two durations", () => {
  const models = new InteractingModels(OPTIONS);
  models.filter(0, 0);
  models.filter(0, 40_000);
  const start = models.agileProbability - 0.2;
  // Once in one go, once in three: the chances depend on the time alone.
  models.filter(undefined, 340_000);
  assertAlmostEquals(models.agileProbability - 0.2, start * Math.exp(-0.3 * 5), 1e-12);
  models.filter(undefined, 350_000);
  models.filter(undefined, 640_000);
  assertAlmostEquals(models.agileProbability - 0.2, start * Math.exp(-0.6 * 5), 1e-12);
});

Deno.test("InteractingModels finds a step agile, and rest and even motion calm", () => {
  const rest = agileProbabilities(Array.from({ length: 50 }, (_, i) => i % 2));
  assert(rest.at(-1)! < 0.05);
  const ramp = agileProbabilities(Array.from({ length: 50 }, (_, i) => 20 * i));
  assert(ramp.at(-1)! < 0.05);
  const step = agileProbabilities(Array.from({ length: 50 }, (_, i) => i < 40 ? 0 : 80));
  assert(step[39]! < 0.05 && step[40]! > 0.99);
});

Deno.test("InteractingModels is steadier at rest than its agile model, and quicker than its calm one", () => {
  const values = Array.from(
    { length: 90 },
    (_, i) => (i < 60 ? 0 : 12 * (i - 60)) + (i * 29 % 7 - 3) / 2,
  );
  const [calm, agile] = [OPTIONS.calmNoise, OPTIONS.agileNoise].map((processNoise) => {
    const kalman = new KalmanFilter({ ...OPTIONS, processNoise });
    return values.map((value, i) => kalman.filter(value, i * 40_000));
  });
  const models = new InteractingModels(OPTIONS);
  const both = values.map((value, i) => models.filter(value, i * 40_000)!);
  const trembling = (track: readonly number[]) =>
    track.slice(31, 60).reduce((sum, x, i) => sum + (x - track[30 + i]!) ** 2, 0);
  const worst = (track: readonly number[]) =>
    Math.max(...track.slice(60).map((x, i) => Math.abs(x - 12 * i)));
  assert(trembling(both) < 0.5 * trembling(agile!));
  assert(worst(both) < 0.1 * worst(calm!));
});

Deno.test("InteractingModels follows a ramp without lag", () => {
  const models = new InteractingModels({ ...OPTIONS, lag: 2 });
  const results = Array.from({ length: 80 }, (_, i) => models.filter(3 * i, i * 40_000));
  assertAlmostEquals(results.at(-1)!, 3 * 77, 1e-3);
  assertAlmostEquals(models.velocity, 75, 1e-2);
});

Deno.test("InteractingModels keeps probabilities within 0 and 1, whatever comes", () => {
  const models = new InteractingModels(OPTIONS);
  for (const [i, value] of [0, 1e9, -1e9, 1e9, 1e9, 1e-9, 0, 1e15, 1e15].entries()) {
    // Every second frame has the time of the one before.
    const position = models.filter(value, Math.floor(i / 2) * 40_000)!;
    assert(models.agileProbability >= 0 && models.agileProbability <= 1);
    assert(Number.isFinite(position));
  }
});

Deno.test("InteractingModels gives scaled positions for scaled values when it knows the scale", () => {
  const [one, large] = [new InteractingModels(OPTIONS), new InteractingModels(OPTIONS)];
  for (const { value, timestampUs } of UNEVEN) {
    const scaled = value === undefined ? undefined : 300 * value;
    const expected = 300 * one.filter(value, timestampUs)!;
    assertAlmostEquals(large.filter(scaled, timestampUs, { scale: 300 })!, expected, 1e-7);
  }
});

Deno.test("InteractingModels begins anew after finish() and reset()", () => {
  const models = new InteractingModels({ ...OPTIONS, lag: 3 });
  const run = () => UNEVEN.map(({ value, timestampUs }) => models.filter(value, timestampUs));
  const first = run();
  assertEquals(models.finish().length, 3);
  assertEquals(run(), first);
  models.reset();
  assertEquals(models.agileProbability, 0.2);
  assertEquals(run(), first);
});

Deno.test("InteractingModels refuses what it cannot filter", () => {
  for (const name of ["calmDurationS", "agileDurationS", "measurementSd", "initialVelocitySd"]) {
    const options = { ...OPTIONS, [name]: 0 };
    assertThrows(() => new InteractingModels(options), RangeError, `${name} must be above 0`);
  }
  assertThrows(() => new InteractingModels({ ...OPTIONS, lag: -1 }), RangeError, "lag must be");
  const models = new InteractingModels(OPTIONS);
  assertThrows(() => models.filter(undefined, 0), RangeError, "must be measured");
  models.filter(1, 5);
  assertThrows(() => models.filter(2, 4), RangeError, "time must not run backwards");
  assertThrows(() => models.filter(NaN, 6), RangeError, "a value must be finite");
  assertThrows(() => models.positionAt(1), RangeError, "Cannot look back");
});
