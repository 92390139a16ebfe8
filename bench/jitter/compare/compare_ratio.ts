import {
  type ConfidenceInterval,
  MIN_TRACKS,
  trackInterval,
} from "../../../pipeline/metrics/bootstrap.ts";
import type { MethodResult, PerCoordinate, TrackResult } from "../report/report_types.ts";

/** What is measured of each coordinate of a track. */
export type TrackMetric =
  | "flickerPercent"
  | "wobblePercent"
  | "sigma3Percent"
  | "staticDeviationPercent"
  | "fastErrorPercent";

/** Two readings of one track. */
export interface PairedTrack {
  /** By the first report. */
  readonly before: TrackResult;
  /** By the second. */
  readonly after: TrackResult;
}

/** The tracks of two reports, as far as they are the same. */
export interface PairedTracks {
  /** Whether most tracks of both are the same: if not, each report's tracks stand for themselves. */
  readonly isPaired: boolean;
  /** The tracks that are the same: clip, number, class and frames. */
  readonly pairs: readonly PairedTrack[];
  /** All of the first. */
  readonly before: readonly TrackResult[];
  /** All of the second. */
  readonly after: readonly TrackResult[];
}

/** A number over tracks that tells how the second report compares with the first. */
export interface Compared {
  /** The ratio, or the difference. */
  readonly value: number;
  /** Its interval; `null` of too few tracks. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** How many tracks it rests on: pairs, or the tracks of both. */
  readonly tracks: number;
}

/**
 * Pairs the tracks of a method in two reports.
 *
 * @param before The method in the first.
 * @param after The method in the second.
 * @returns The pairs, and whether they are enough to stand for all.
 */
export function pairedTracks(before: MethodResult, after: MethodResult): PairedTracks {
  const keyOf = ({ clip, trackId, label, frames, startS }: TrackResult) =>
    JSON.stringify([clip, trackId, label, frames, startS]);
  const others = new Map(after.perTrack.map((track) => [keyOf(track), track]));
  const pairs = before.perTrack.flatMap((track) => {
    const other = others.get(keyOf(track));
    return other ? [{ before: track, after: other }] : [];
  });
  const most = Math.max(before.perTrack.length, after.perTrack.length);
  return {
    isPaired: pairs.length > 0 && 2 * pairs.length >= most,
    pairs,
    before: before.perTrack,
    after: after.perTrack,
  };
}

/** A value of a track, and of which clip that is. */
interface OfClip {
  readonly clip: string;
  readonly value: number;
}

/** The interval of a statistic: tracks are drawn, or whole clips where there are enough. */
function intervalOf<T extends { readonly clip: string }>(
  tracks: readonly T[],
  statistic: (tracks: readonly T[]) => number | undefined,
  seed: number,
): ConfidenceInterval | undefined {
  const clips = [...Map.groupBy(tracks, ({ clip }) => clip).values()];
  return clips.length >= MIN_TRACKS
    ? trackInterval(clips, (some) => statistic(some.flat()), { seed })
    : trackInterval(tracks, statistic, { seed });
}

function meanValue(tracks: readonly OfClip[]): number | undefined {
  return meanOf(tracks.map(({ value }) => value));
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
}

const COORDINATES = ["centreX", "centreY", "width", "height"] as const;

/** The mean logarithm of what is above 0 in some coordinates. */
function logOf(
  values: PerCoordinate<number | null>,
  over?: PerCoordinate<number | null>,
): number | undefined {
  return meanOf(COORDINATES.flatMap((name) => {
    const [value, reference] = [values[name], over ? over[name] : 1];
    const isCounted = value !== null && value > 0 && reference !== null && reference > 0;
    return isCounted ? [Math.log(value / reference)] : [];
  }));
}

/**
 * The ratio of a metric, the second report's over the first's: the geometric mean over coordinates,
 * then over tracks, each track alike. Of the same tracks their ratios are averaged, and whole tracks
 * (or clips, of 8 and more) drawn for the interval. Of different ones the averages are divided, and the interval, drawn from the
 * tracks of both, is wider.
 *
 * @param tracks The tracks.
 * @param metric The metric.
 * @param seed What intervals are drawn from.
 * @returns The ratio; `undefined` where there is none, or too few tracks to compare different ones.
 */
export function ratioBetween(
  { isPaired, pairs, before, after }: PairedTracks,
  metric: TrackMetric,
  seed: number,
): Compared | undefined {
  if (isPaired) {
    const logs = pairs.flatMap(({ before, after }): OfClip[] => {
      const value = logOf(after[metric], before[metric]);
      return value === undefined ? [] : [{ clip: before.clip, value }];
    });
    return compared(meanValue(logs), intervalOf(logs, meanValue, seed), logs.length, Math.exp);
  }
  const tagged = [before, after].flatMap((tracks, side) =>
    tracks.flatMap((track) => {
      const log = logOf(track[metric]);
      return log === undefined ? [] : [{ side, log, clip: track.clip }];
    })
  );
  const counts = [0, 1].map((side) => tagged.filter((track) => track.side === side).length);
  if (Math.min(...counts) < MIN_TRACKS) return undefined;
  const difference = (some: readonly { side: number; log: number }[]) => {
    const [first, second] = [0, 1].map((side) =>
      meanOf(some.filter((track) => track.side === side).map(({ log }) => log))
    );
    return first === undefined || second === undefined ? undefined : second - first;
  };
  const interval = intervalOf(tagged, difference, seed);
  return compared(difference(tagged), interval, tagged.length, Math.exp);
}

/**
 * By how many frames the second report's boxes are later: the mean over the same tracks.
 *
 * @param tracks The tracks.
 * @param seed What intervals are drawn from.
 * @returns The difference; `undefined` where no track's lag is known in both, or tracks differ.
 */
export function lagBetween({ isPaired, pairs }: PairedTracks, seed: number): Compared | undefined {
  if (!isPaired) return undefined;
  const differences = pairs.flatMap(({ before, after }): OfClip[] =>
    before.lagFrames === null || after.lagFrames === null
      ? []
      : [{ clip: before.clip, value: after.lagFrames - before.lagFrames }]
  );
  const interval = intervalOf(differences, meanValue, seed);
  return compared(meanValue(differences), interval, differences.length, (value) => value);
}

function compared(
  value: number | undefined,
  interval: ConfidenceInterval | undefined,
  tracks: number,
  shown: (value: number) => number,
): Compared | undefined {
  if (value === undefined) return undefined;
  return {
    value: shown(value),
    interval: interval ? { low: shown(interval.low), high: shown(interval.high) } : null,
    tracks,
  };
}
