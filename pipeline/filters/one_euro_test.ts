import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OneEuroFilter } from "./one_euro.ts";

const FIXTURES = new URL("../../tests/fixtures/oneeuro/", import.meta.url);

interface PortedCase {
  readonly minCutoffHz: number;
  readonly beta: number;
  readonly derivativeCutoffHz: number;
  readonly timestampsUs: readonly number[];
  readonly scales: readonly number[];
  readonly values: readonly number[];
  readonly filtered: readonly number[];
}

/** The largest error of a variant on the ground truth that the filter's authors publish. */
async function errorOnGroundTruth(variant: "casiez" | "mediapipe"): Promise<number> {
  const rows = (await Deno.readTextFile(new URL("groundTruth.csv", FIXTURES))).trim().split("\n");
  const oneEuro = new OneEuroFilter({ variant, minCutoffHz: 1, beta: 0.1, fps: 120 });
  let error = 0;
  assertEquals(rows.length, 1201);
  for (const row of rows.slice(1)) {
    const [timestampS, , noisy, filtered] = row.split(",").map(Number);
    const actual = oneEuro.filter(noisy!, timestampS! * 1e6);
    error = Math.max(error, Math.abs(actual - filtered!));
  }
  return error;
}

Deno.test("OneEuroFilter as casiez gives the authors' ground truth", async () => {
  assert(await errorOnGroundTruth("casiez") <= 1e-4);
});

Deno.test("OneEuroFilter as mediapipe is another filter than the authors'", async () => {
  const error = await errorOnGroundTruth("mediapipe");
  assert(error > 0.05 && error < 0.1, `It is off by ${error}`);
});

Deno.test("OneEuroFilter as mediapipe equals its port to JavaScript, at any time and scale", async () => {
  const { fps, cases }: { fps: number; cases: PortedCase[] } = JSON.parse(
    await Deno.readTextFile(new URL("tfjs_pose_detection.json", FIXTURES)),
  );
  for (const { timestampsUs, scales, values, filtered, ...options } of cases) {
    const oneEuro = new OneEuroFilter({ variant: "mediapipe", fps, ...options });
    values.forEach((value, i) => {
      const actual = oneEuro.filter(value, timestampsUs[i]!, { scale: scales[i]! });
      assertAlmostEquals(actual, filtered[i]!, 1e-9 * Math.abs(filtered[i]!));
    });
  }
});

Deno.test("OneEuroFilter as mediapipe gives what MediaPipe's own test expects", () => {
  // mediapipe/util/filtering/one_euro_filter_test.cc, at 1 Hz.
  const quick = new OneEuroFilter({
    variant: "mediapipe",
    minCutoffHz: 0.001,
    beta: 1,
    derivativeCutoffHz: 0.001,
  });
  assertEquals(quick.filter(2, 1e6), 2);
  assertAlmostEquals(quick.filter(100, 2e6), 79.8, 0.2);
  const slow = new OneEuroFilter({
    variant: "mediapipe",
    minCutoffHz: 0.1,
    beta: 0,
    derivativeCutoffHz: 0.1,
  });
  assertEquals(slow.filter(2, 1e6), 2);
  assertAlmostEquals(slow.filter(3, 2e6), 2.4, 0.1);
  assertAlmostEquals(slow.filter(4, 3e6), 3, 0.1);
});

Deno.test.each(["casiez", "mediapipe"] as const)(
  "OneEuroFilter as %s lags behind a ramp by fps / (2 π cut-off) frames when beta is 0",
  (variant) => {
    const oneEuro = new OneEuroFilter({ variant, minCutoffHz: 1, beta: 0 });
    let lag = 0;
    for (let i = 0; i < 300; i++) lag = i - oneEuro.filter(i, i * 20_000);
    assertAlmostEquals(lag, 50 / (2 * Math.PI), 1e-9);
  },
);

Deno.test.each(["casiez", "mediapipe"] as const)(
  "OneEuroFilter as %s keeps a constant, and its noise gain at rest is √(a / (2 - a))",
  (variant) => {
    const oneEuro = new OneEuroFilter({ variant, minCutoffHz: 2 });
    for (let i = 0; i < 9; i++) assertEquals(oneEuro.filter(7, i * 33_333), 7);
    // The response to an impulse holds the gain.
    oneEuro.reset();
    const weight = 1 / (1 + 25 / (4 * Math.PI));
    oneEuro.filter(0, 0);
    const first = oneEuro.filter(1, 40_000);
    assertAlmostEquals(first, weight, 1e-12);
    let power = first ** 2;
    for (let i = 2; i < 200; i++) power += oneEuro.filter(0, i * 40_000) ** 2;
    assertAlmostEquals(power, weight / (2 - weight), 1e-9);
  },
);

Deno.test("OneEuroFilter gives scaled values for scaled input when it knows the scale", () => {
  const one = new OneEuroFilter({ beta: 5 });
  const large = new OneEuroFilter({ beta: 5 });
  for (let i = 0; i < 50; i++) {
    const value = Math.sin(i) + i / 10;
    const timestampUs = i * 33_333;
    const expected = 300 * one.filter(value, timestampUs);
    assertAlmostEquals(large.filter(300 * value, timestampUs, { scale: 300 }), expected, 1e-9);
  }
});

Deno.test("OneEuroFilter as casiez filters a repeated time as if the last interval had passed", () => {
  const repeated = new OneEuroFilter({ beta: 0.1 });
  const even = new OneEuroFilter({ beta: 0.1 });
  const values = [1, 4, 2, 9];
  for (const [i, value] of values.entries()) {
    const expected = even.filter(value, i * 40_000);
    assertAlmostEquals(repeated.filter(value, Math.min(i, 1) * 40_000), expected, 1e-12);
  }
});

Deno.test("OneEuroFilter forgets all by reset()", () => {
  const used = new OneEuroFilter({ beta: 1 });
  for (let i = 0; i < 9; i++) used.filter(i * i, i * 50_000);
  used.reset();
  const fresh = new OneEuroFilter({ beta: 1 });
  for (const [timestampUs, value] of [[5, 1], [5, 2], [30_000, -4], [90_000, 8]] as const) {
    assertEquals(used.filter(value, timestampUs), fresh.filter(value, timestampUs));
  }
});

Deno.test("OneEuroFilter refuses what it cannot filter", () => {
  for (
    const options of [{ minCutoffHz: 0 }, { beta: -1 }, { derivativeCutoffHz: NaN }, { fps: 0 }]
  ) {
    const name = Object.keys(options)[0]!;
    assertThrows(() => new OneEuroFilter(options), RangeError, `Cannot filter as ${name} must be`);
  }
  // @ts-expect-error: There is no such variant.
  assertThrows(() => new OneEuroFilter({ variant: "other" }), TypeError, `"other"`);
  const oneEuro = new OneEuroFilter();
  assertThrows(() => oneEuro.filter(NaN, 0), RangeError, "a value must be finite");
  assertThrows(() => oneEuro.filter(0, Infinity), RangeError, "a timestamp must be finite");
  assertThrows(() => oneEuro.filter(0, 0, { scale: 0 }), RangeError, "scale must be above 0");
  assertEquals(oneEuro.filter(3, 0), 3);
});
