import { SourceError } from "../../../pipeline/errors.ts";
import {
  type Compared,
  lagBetween,
  type PairedTracks,
  pairedTracks,
  ratioBetween,
  type TrackMetric,
} from "./compare_ratio.ts";
import { requireSameProtocol } from "./compare_protocol.ts";
import type { JitterReport, MethodResult } from "../report/report_types.ts";

/** How two reports are compared. */
export interface CompareOptions {
  /**
   * By which share a metric may grow before it counts as regressed, 0 or more; lag by this share of a
   * frame.
   *
   * @default {0.05}
   */
  readonly maxRegression?: number;
}

/** How a metric of a method compares. */
export interface ComparedMetric {
  /** The method's `id`. */
  readonly method: string;
  /** What is compared. */
  readonly metric: string;
  /** Whether `value` is a ratio (the second over the first) or a difference in frames. */
  readonly kind: "ratio" | "difference in frames";
  /** The ratio or difference: above 1 or 0 is worse. */
  readonly value: number;
  /** Its interval; `null` of fewer than 8 tracks, or where single tracks are not known. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Whether the same tracks were compared. */
  readonly isPaired: boolean;
  /** How many tracks it rests on. */
  readonly tracks: number;
  /** Whether it is worse by more than the limit. */
  readonly isRegressed: boolean;
}

/** How two reports compare. */
export interface Comparison {
  /** The name of this form. */
  readonly schema: "jitter-comparison/1";
  /** By which share a metric may grow. */
  readonly maxRegression: number;
  /** The metrics of the methods that both reports have. */
  readonly metrics: readonly ComparedMetric[];
  /** What is to be known, in words. */
  readonly notes: readonly string[];
  /** What regressed without being a number: such as a guard that is not passed any more. */
  readonly failures: readonly string[];
  /** Whether anything regressed. */
  readonly isRegressed: boolean;
  /** The result in a sentence. */
  readonly verdict: string;
}

/** The metrics of single tracks, and what they are called. */
const TRACK_METRICS: readonly (readonly [string, TrackMetric])[] = [
  ["flicker", "flickerPercent"],
  ["wobble", "wobblePercent"],
  ["third differences", "sigma3Percent"],
  ["still objects", "staticDeviationPercent"],
  ["error on fast motion", "fastErrorPercent"],
];

/**
 * Compares two reports: each metric of each method that both have, the second over the first. Methods
 * that are there only as a measure for others are left out.
 *
 * A metric is regressed if its ratio is beyond 1 and the limit: on the same footage the numbers are
 * the same from run to run, so no chance is in them. The interval tells whether it would be so on
 * other footage.
 *
 * @param first The report that is the measure.
 * @param second The report that is judged.
 * @param options The limit.
 * @returns The comparison.
 * @throws {RangeError} If the limit is out of range.
 * @throws {SourceError} If they were not measured in the same way on the same frames, or
 * have nothing in common.
 */
export function compareReports(
  first: JitterReport,
  second: JitterReport,
  { maxRegression = 0.05 }: CompareOptions = {},
): Comparison {
  if (!(maxRegression >= 0 && maxRegression < Infinity)) {
    throw new RangeError(
      `Cannot compare as maxRegression must be 0 or more: current value is ${maxRegression}`,
    );
  }
  requireSameProtocol(first, second);
  const compared = first.methods.filter(({ role }) => role !== "reference");
  const shared = compared.flatMap((before) => {
    const after = second.methods.find(({ id }) => id === before.id);
    return after ? [{ before, after, tracks: pairedTracks(before, after) }] : [];
  });
  const metrics = shared.flatMap((pair) => metricsOf(pair, maxRegression, first.seed));
  const failures = [
    ...shared.flatMap(({ before, after }) => guardFailures(before, after)),
    ...second.verdict.areControlsRight ? [] : ["the second report's controls came out wrong"],
  ];
  if (metrics.length === 0 && failures.length === 0) {
    throw new SourceError(
      "Cannot compare the reports as no method of both has tracks enough in common",
    );
  }
  const isRegressed = failures.length > 0 || metrics.some((metric) => metric.isRegressed);
  return {
    schema: "jitter-comparison/1",
    maxRegression,
    metrics,
    notes: notesOn(first, second, shared),
    failures,
    isRegressed,
    verdict: verdictOn(metrics, failures, maxRegression),
  };
}

/** A method in both reports. */
interface Shared {
  readonly before: MethodResult;
  readonly after: MethodResult;
  readonly tracks: PairedTracks;
}

function metricsOf(shared: Shared, maxRegression: number, seed: number): ComparedMetric[] {
  const { before, tracks } = shared;
  const row = (
    metric: string,
    kind: ComparedMetric["kind"],
    found: Compared | undefined,
    isPaired = tracks.isPaired,
  ): ComparedMetric[] => {
    if (!found) return [];
    const limit = kind === "ratio" ? 1 + maxRegression : maxRegression;
    const isRegressed = found.value > limit + 1e-12; // Rounding alone is no regression.
    return [{ method: before.id, metric, kind, ...found, isPaired, isRegressed }];
  };
  return [
    ...TRACK_METRICS.flatMap(([name, metric]) =>
      row(name, "ratio", ratioBetween(tracks, metric, seed))
    ),
    ...row("lag", "difference in frames", lagBetween(tracks, seed)),
    ...row("perturbation", "ratio", perturbationRatio(shared), false),
    ...row("comings and goings", "ratio", togglesRatio(shared), false),
  ];
}

/** The ratio of two numbers of which single tracks are not known: so it has no interval. */
function plainRatio(
  before: number | null | undefined,
  after: number | null | undefined,
  tracks: number,
): Compared | undefined {
  if (typeof before !== "number" || typeof after !== "number") return undefined;
  if (before === 0 && after === 0) return { value: 1, interval: null, tracks };
  return before > 0 ? { value: after / before, interval: null, tracks } : undefined;
}

function perturbationRatio({ before, after }: Shared): Compared | undefined {
  const [a, b] = [before.perturbation?.jitterPercent, after.perturbation?.jitterPercent];
  return plainRatio(a?.estimate, b?.estimate, Math.min(a?.count ?? 0, b?.count ?? 0));
}

function togglesRatio({ before, after }: Shared): Compared | undefined {
  return plainRatio(
    before.flicker.existenceTogglesPer100,
    after.flicker.existenceTogglesPer100,
    Math.min(before.perTrack.length, after.perTrack.length),
  );
}

/** What a method passed before and does not pass any more; and what began where there was none. */
function guardFailures(before: MethodResult, after: MethodResult): string[] {
  const toggles = [before, after].map(({ flicker }) => flicker.existenceTogglesPer100);
  const reasons = after.guard.failed.map(({ part, reason }) => `${part}: ${reason}`).join("; ");
  return [
    ...before.guard.isValid && !after.guard.isValid
      ? [`${before.id} does not pass the guard any more (${reasons})`]
      : [],
    ...toggles[0] === 0 && (toggles[1] ?? 0) > 0
      ? [`${before.id} comes and goes, which it did not`]
      : [],
  ];
}

function notesOn(
  first: JitterReport,
  second: JitterReport,
  shared: readonly Shared[],
): string[] {
  const missing = (one: JitterReport, other: JitterReport, which: string) => {
    const ids = one.methods.map(({ id }) => id)
      .filter((id) => !other.methods.some((method) => method.id === id));
    return ids.length > 0 ? [`Only the ${which} report has ${ids.join(", ")}.`] : [];
  };
  const isSameModel = first.model?.sha256 === second.model?.sha256;
  const names = [first, second].map(({ model }) => model?.name ?? "tracks from elsewhere");
  const unpaired = shared.filter(({ tracks }) => !tracks.isPaired);
  const partly = shared.find(({ tracks }) =>
    tracks.isPaired && tracks.pairs.length < Math.max(tracks.before.length, tracks.after.length)
  );
  return [
    ...isSameModel ? [] : [`The models differ: ${names[0]} and ${names[1]}.`],
    ...first.seed === second.seed ? [] : ["The seeds differ."],
    ...missing(first, second, "first"),
    ...missing(second, first, "second"),
    ...unpaired.length > 0 ? [unpairedNote(unpaired)] : [],
    ...partly ? [partlyNote(partly.tracks)] : [],
  ];
}

function unpairedNote(unpaired: readonly Shared[]): string {
  return `Most tracks differ (${
    unpaired.map(({ before }) => before.id).join(", ")
  }), so ratios are of averages over different objects, with wider intervals, and none of fewer than 8 tracks on each side.`;
}

function partlyNote({ pairs, before, after }: PairedTracks): string {
  return `${pairs.length} tracks are the same, of ${before.length} in the first report and ${after.length} in the second: only these are compared.`;
}

function verdictOn(
  metrics: readonly ComparedMetric[],
  failures: readonly string[],
  maxRegression: number,
): string {
  const limit = `${Number((100 * maxRegression).toPrecision(6))} %`;
  const worse = metrics.filter(({ isRegressed }) => isRegressed);
  if (worse.length === 0 && failures.length === 0) {
    return `No metric of ${metrics.length} is worse by more than ${limit}.`;
  }
  const worst = worse.toSorted((a, b) => excess(b) - excess(a))[0];
  return [
    ...worst
      ? [
        `${worse.length} of ${metrics.length} metrics are worse by more than ${limit}, most of all the ${worst.metric} of ${worst.method} (${
          worst.kind === "ratio"
            ? `× ${worst.value.toFixed(3)}`
            : `+${worst.value.toFixed(3)} frames`
        })`,
      ]
      : [],
    ...failures,
  ].join("; ") + ".";
}

/** How far beyond no change. */
function excess({ kind, value }: ComparedMetric): number {
  return kind === "ratio" ? Math.log(value) : value;
}
