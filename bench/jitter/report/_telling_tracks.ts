import type { JitterReport, MethodResult, TrackResult } from "./report_types.ts";
import type { ClipTraces, JitterTraces, SegmentTraces, TrackTraces } from "./traces.ts";
import { COORDINATES } from "./_words.ts";

/**
 * The method that the plots show beside the raw boxes.
 *
 * @param report The report.
 * @returns The one that the verdict is about, else the first that is no baseline; `undefined` if
 * there is only one.
 */
export function shownMethod({ methods, verdict }: JitterReport): MethodResult | undefined {
  return methods.find(({ id, role }) => id === verdict.method && role !== "baseline") ??
    methods.find(({ role, smoothing }) => role === "method" && smoothing.method !== "none") ??
    methods.find(({ role }) => role !== "baseline");
}

/**
 * What a method leaves of a track's flicker.
 *
 * @param after The track by the method.
 * @param before The same by the baseline.
 * @returns The geometric mean over the coordinates; `null` where none has a ratio.
 */
export function flickerLeft(after: TrackResult, before: TrackResult): number | null {
  const logs = COORDINATES.flatMap((name) => {
    const [left, all] = [after.flickerPercent[name], before.flickerPercent[name]];
    return left !== null && all !== null && left > 0 && all > 0 ? [Math.log(left / all)] : [];
  });
  if (logs.length === 0) return null;
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/**
 * The row of the same track in another method.
 *
 * @param track The track.
 * @param method The other method.
 * @returns Its row, if it has one.
 */
export function sameTrack(track: TrackResult, method: MethodResult): TrackResult | undefined {
  return method.perTrack.find(({ clip, trackId }) =>
    clip === track.clip && trackId === track.trackId
  );
}

/** A track by which a method can be judged by eye. */
export interface TellingTrack {
  /** Where it stands among all tracks. */
  readonly rank: "best" | "median" | "worst" | "only";
  /** What the method leaves of its flicker. */
  readonly left: number;
  /** The track. */
  readonly result: TrackResult;
  /** Its clip. */
  readonly clip: ClipTraces;
  /** Where it was. */
  readonly traces: TrackTraces;
}

/**
 * The tracks on which a method does best, worst and in between, of those that are traced.
 *
 * @param method The method.
 * @param baseline What it is compared with.
 * @param traces Where the tracks were.
 * @returns Up to three tracks.
 */
export function tellingTracks(
  method: MethodResult,
  baseline: MethodResult,
  traces: JitterTraces,
): TellingTrack[] {
  const ranked = method.perTrack.flatMap((result) => {
    const before = sameTrack(result, baseline);
    const left = before ? flickerLeft(result, before) : null;
    const clip = traces.clips.find(({ name }) => name === result.clip);
    const track = clip?.tracks.find(({ trackId }) => trackId === result.trackId);
    const isTraced = track?.segments.some(({ methods }) => methods.has(method.id));
    return clip && track && isTraced && left !== null
      ? [{ left, result, clip, traces: track }]
      : [];
  }).toSorted((a, b) => a.left - b.left);
  if (ranked.length === 1) return [{ ...ranked[0]!, rank: "only" }];
  const at = { best: 0, median: (ranked.length - 1) >> 1, worst: ranked.length - 1 };
  const places = (["best", "median", "worst"] as const).filter((rank) =>
    rank === "best" || at[rank] > at.best && (rank === "worst" || at.median < at.worst)
  );
  return ranked.length === 0 ? [] : places.map((rank) => ({ ...ranked[at[rank]]!, rank }));
}

/** Some frames of a segment that follow each other. */
export interface Stretch {
  /** The segment. */
  readonly segment: SegmentTraces;
  /** The first frame's place in it. */
  readonly from: number;
  /** The place behind the last frame. */
  readonly to: number;
}

/**
 * The part of a track in which it moves most.
 *
 * @param track The track.
 * @param durationS How long the part may be, in seconds.
 * @returns The part; the whole of the longest segment if none is as long.
 */
export function liveliestStretch({ segments }: TrackTraces, durationS: number): Stretch {
  const candidates = segments.flatMap((segment) => stretchesOf(segment, durationS * 1e6));
  return candidates.reduce((best, candidate) => candidate.travel > best.travel ? candidate : best);
}

/** For each frame the stretch that begins there, with how far the reference travels in it. */
function stretchesOf(segment: SegmentTraces, durationUs: number): (Stretch & { travel: number })[] {
  const { timesUs, reference } = segment;
  const travelled = [0]; // From the first frame to each.
  for (let at = 1; at < timesUs.length; at++) {
    const [a, b] = [reference[at - 1]!, reference[at]!];
    const x = (b.x1 + b.x2 - a.x1 - a.x2) / 2;
    const y = (b.y1 + b.y2 - a.y1 - a.y2) / 2;
    travelled.push(travelled[at - 1]! + Math.hypot(x, y));
  }
  const stretches = [];
  for (let from = 0, to = 0; from < timesUs.length; from++) {
    while (to < timesUs.length && timesUs[to]! - timesUs[from]! <= durationUs) to++;
    stretches.push({ segment, from, to, travel: travelled[to - 1]! - travelled[from]! });
    if (to === timesUs.length) break;
  }
  return stretches;
}
