import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { measuredFor, resultOf } from "../../tests/_measured.ts";
import { madeClip } from "./controls/made_clip.ts";
import type { ObservedClip } from "./observe/observed_clip.ts";
import { jitterReportSchema } from "./report/report_schema.ts";

const CLIP = madeClip({ seed: 11, tracks: 10, frames: 300, sigmaPercent: 0.4, correlation: 0 });
const MADE = await measuredFor([CLIP], ["one-euro", "kalman", "fixed-lag", "offline"]);

Deno.test("measured() reads white noise of a known size back, within its interval", () => {
  const { temporal } = resultOf(MADE, "made");
  for (const { estimate, interval } of Object.values(temporal.sigma3Percent)) {
    // Of four intervals of 95 %, each half as wide again, hardly one misses.
    const reach = 0.75 * (interval.high - interval.low);
    assert(Math.abs(estimate - 0.4) < reach, `${estimate}, ${interval.low} to ${interval.high}`);
    assertEquals(interval.scope, "tracks");
  }
  for (const value of Object.values(temporal.robustSigma3Percent)) {
    assertAlmostEquals(value, 0.4, 0.03);
  }
  // White noise has the same density everywhere: 2 σ² / fps, one-sided.
  const { frequenciesHz, densitiesPercent2PerHz } = temporal.spectrum;
  const high = densitiesPercent2PerHz.filter((_: number, k: number) => frequenciesHz[k]! > 5);
  const mean = high.reduce((sum: number, density: number) => sum + density, 0) / high.length;
  assertAlmostEquals(mean, 2 * 0.4 ** 2 / 30, 0.05 * 2 * 0.4 ** 2 / 30);
  // From 6 to 15 Hz lie three fifths of its power.
  assertAlmostEquals(temporal.spectrum.bandsPercent.from6Hz!, 0.4 * Math.sqrt(0.6), 0.02);
});

Deno.test("measured() reads what short filters do to white noise, and when they come", () => {
  // A mean of n white values leaves, of the power at f, (sin(π f n / fps) / (n sin(π f / fps)))².
  const left = (n: number) => {
    const gains = Array.from({ length: 90 }, (_, k) => Math.PI * (6.05 + k / 10) / 30)
      .map((half) => (Math.sin(n * half) / (n * Math.sin(half))) ** 2);
    return Math.sqrt(gains.reduce((sum, gain) => sum + gain, 0) / gains.length);
  };
  for (const n of [3, 5]) {
    const { overBaseline, lag } = resultOf(MADE, `made+mean of ${n}`);
    assertAlmostEquals(overBaseline!.flicker.estimate!, left(n), 0.03);
    assertAlmostEquals(lag.frames.estimate!, (n - 1) / 2, 0.03);
    assertAlmostEquals(lag.lagMs.estimate!, (n - 1) / 2 * 1000 / 30, 1);
  }
  const { overBaseline, lag } = resultOf(MADE, "made+exponential");
  assertAlmostEquals(lag.frames.estimate!, 0.3 / 0.7, 0.03);
  assert(overBaseline!.flicker.interval!.low < overBaseline!.flicker.estimate!);
});

Deno.test("measured() names the methods, and which of them the guard lets pass", () => {
  const { methods, verdict } = MADE.report;
  const ids = methods.map(({ id }) => id);
  assertEquals(ids.slice(0, 5), [
    "made",
    ...["one-euro", "kalman", "fixed-lag", "offline"].map((name) => `made+${name}`),
  ]);
  assertEquals(methods.map(({ role }) => role), [
    "baseline",
    ...new Array(4).fill("method"),
    ...new Array(5).fill("reference"),
  ]);
  for (const id of ["made+mean of 3", "made+mean of 5", "made+binomial of 5"]) {
    const { guard } = resultOf(MADE, id);
    assertEquals([guard.isValid, guard.failed.some(({ part }) => part === "L")], [false, true]);
  }
  assertEquals(verdict.method, "made+fixed-lag");
  assert(verdict.areControlsRight);
  for (const { guard } of methods) assertEquals([guard.ghostBoxes, guard.lostBoxes], [0, 0]);
});

Deno.test("measured() gives a report as the schema has it, and traces that go with it", () => {
  assertEquals(jitterReportSchema.safeParse(MADE.report).error, undefined);
  const [clip] = MADE.traces.clips;
  assertEquals(clip!.tracks.length, 10);
  const { segments: [segment], confidences } = clip!.tracks[0]!;
  assertEquals(confidences.length, 300);
  assertEquals([...segment!.methods.keys()], MADE.report.methods.map(({ id }) => id));
  for (const boxes of segment!.methods.values()) assertEquals(boxes.length, 300);
});

Deno.test("measured() gives the same numbers for the same seed, but for times", async () => {
  const withoutTimes = (report: typeof MADE.report) => ({
    ...report,
    cost: {},
    methods: report.methods.map((method) => ({ ...method, smoothingUsPerFrame: 0 })),
  });
  const small = madeClip({ seed: 7, tracks: 8, frames: 90, sigmaPercent: 0.4, correlation: 0 });
  const run = (seed: number) => measuredFor([small], ["kalman"], { seed });
  const [first, again, other] = [await run(1), await run(1), await run(2)];
  assertEquals(withoutTimes(again.report), withoutTimes(first.report));
  const [a, b] = [again, other].map((run) => resultOf(run, "made+kalman").overBaseline!.flicker);
  assertEquals(a!.estimate, b!.estimate);
  assert(a!.interval!.low !== b!.interval!.low);
});

Deno.test("measured() draws blocks of frames of few tracks, and says of what they speak", async () => {
  const few = madeClip({ seed: 3, tracks: 2, frames: 300, sigmaPercent: 0.4, correlation: 0 });
  const run = await measuredFor([few], ["kalman"]);
  assertEquals(run.report.settings.bootstrap.unit, "block of frames");
  const { temporal } = resultOf(run, "made");
  const { interval, estimate } = temporal.sigma3Percent.centreX;
  assertEquals(interval!.scope, "within these clips only");
  assert(interval!.low < estimate! && estimate! < interval!.high);
  assert(interval!.high - interval!.low < 0.2 * estimate!);
  const { flicker } = resultOf(run, "made+kalman").overBaseline!;
  assertEquals(flicker.interval!.scope, "within these clips only");
});

Deno.test("measured() draws clips where there are eight", async () => {
  const clips = Array.from({ length: 8 }, (_, i) => {
    const noise = { sigmaPercent: 0.4, correlation: 0 };
    return { ...madeClip({ seed: i + 1, tracks: 1, frames: 120, ...noise }), name: `clip ${i}` };
  });
  const { report } = await measuredFor(clips, []);
  assertEquals(report.settings.bootstrap.unit, "clip");
  assertEquals(report.verdict.method, null);
});

/** The made clip as another way sees it: some boxes are missed, the others are moved. */
function otherWay(isMissed: (frame: number) => boolean): ObservedClip {
  const [first] = CLIP.observations;
  const frames = first.frames.map((frame, i) => ({
    ...frame,
    tracks: isMissed(i) ? frame.tracks.slice(1) : frame.tracks,
  }));
  return { ...CLIP, observations: [first, { id: "other", frames }] };
}

Deno.test("measured() finds boxes that another way of detecting loses, and fails it", async () => {
  const run = await measuredFor([otherWay((frame) => frame % 10 === 0)], []);
  const { guard, flicker } = resultOf(run, "other");
  assertEquals(guard.lostBoxes, 30);
  assertEquals(guard.failed.map(({ part }) => part), ["A", "F"]);
  // The first frame is before its life there; each of the 29 others is a gap of one of 2999 frames.
  assertAlmostEquals(flicker.gapsPer100!, 100 * 29 / 2999, 1e-9);
  assertAlmostEquals(flicker.existenceTogglesPer100!, 100 * 58 / 2999, 1e-9);
});

Deno.test("measured() has no numbers of bands below 18 frames a second, and says so", async () => {
  const [first] = CLIP.observations;
  const slow = first.frames.map((frame) => ({ ...frame, timestampUs: 3 * frame.timestampUs }));
  const run = await measuredFor([{ ...CLIP, observations: [{ ...first, frames: slow }] }], [
    "kalman",
  ]);
  const { temporal, lag, overBaseline } = resultOf(run, "made+kalman");
  assertEquals(temporal.flickerPercent.centreX.estimate, null);
  assertEquals([lag.frames.estimate, overBaseline!.flicker.estimate], [null, null]);
  assert(temporal.sigma3Percent.centreX.estimate! > 0);
  assertEquals(run.report.data.excluded.map(({ tracks }) => tracks), [10]);
  assert(jitterReportSchema.safeParse(run.report).success);
});
