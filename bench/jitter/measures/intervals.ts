import {
  circularBlockInterval,
  type ConfidenceInterval,
  MIN_TRACKS,
  trackInterval,
} from "../../../pipeline/metrics/bootstrap.ts";
import type { Measured, MeasuredInterval } from "../report/report_types.ts";

/** How many samples a bootstrap draws. */
export const RESAMPLES = 2000;
/** How often an interval is to cover the true value. */
export const LEVEL = 0.95;
/** How long frames stay together where there are too few tracks, in seconds. */
export const BLOCK_S = 1;
/** How many bins make a block: blocks begin at one of them. */
const BINS_PER_BLOCK = 4;
/** How long a bin is, in microseconds. */
export const BIN_US: number = BLOCK_S * 1e6 / BINS_PER_BLOCK;

/** What is drawn of these tracks: clips if there are enough, else tracks, else blocks of frames. */
export function bootstrapUnit(
  tracks: readonly { readonly clip: string }[],
): "clip" | "track" | "block of frames" {
  if (new Set(tracks.map(({ clip }) => clip)).size >= MIN_TRACKS) return "clip";
  return tracks.length >= MIN_TRACKS ? "track" : "block of frames";
}

/** What a bootstrap over tracks needs. */
export interface OverTracksOptions {
  /** The seed. */
  readonly seed: number;
  /** Another interval, for where there are too few tracks. */
  readonly otherwise?: (estimate: number) => MeasuredInterval | undefined;
}

/**
 * A number over tracks, with its interval: tracks are drawn, or whole clips where there are 8.
 *
 * @param tracks What is known of the tracks that count.
 * @param statistic What to compute.
 * @param options See {@linkcode OverTracksOptions}.
 * @returns The number.
 */
export function overTracks<T extends { readonly clip: string }>(
  tracks: readonly T[],
  statistic: (tracks: readonly T[]) => number | undefined,
  { seed, otherwise }: OverTracksOptions,
): Measured {
  const estimate = statistic(tracks);
  const count = tracks.length;
  if (estimate === undefined) return { estimate: null, interval: null, count };
  const options = { seed, resamples: RESAMPLES, level: LEVEL };
  const interval = bootstrapUnit(tracks) === "clip"
    ? trackInterval(
      [...Map.groupBy(tracks, ({ clip }) => clip).values()],
      (clips) => statistic(clips.flat()),
      options,
    )
    : trackInterval(tracks, statistic, options);
  return { estimate, interval: reported(interval) ?? otherwise?.(estimate) ?? null, count };
}

function reported(interval: ConfidenceInterval | undefined): MeasuredInterval | undefined {
  if (!interval) return undefined;
  const { low, high, level, scope } = interval;
  return { low, high, level, scope };
}

/** Sums of squares in a bin of a track. */
export interface Sum {
  squares: number;
  count: number;
}

/**
 * The interval of a number over few tracks, by drawing blocks of a second within each: it speaks of
 * these clips only. The number is computed from sums of squares; where that is not quite how the
 * estimate is made, the interval is scaled to it.
 *
 * @param tracks For each track its bins in the order of time, each with some sums; tracks of less than
 * two blocks do not count.
 * @param statistic Computes the number from the total sums of each track.
 * @param options The seed, and the number that was estimated.
 * @returns The interval; nothing if there is too little.
 */
export function overBlocks(
  tracks: readonly (readonly (readonly Sum[])[])[],
  statistic: (totals: readonly (readonly Sum[])[]) => number | undefined,
  { seed, estimate }: { readonly seed: number; readonly estimate: number },
): MeasuredInterval | undefined {
  const long = tracks.filter(({ length }) => length >= 2 * BINS_PER_BLOCK);
  const interval = circularBlockInterval(long, (drawn) => statistic(drawn.map(totalOf)), {
    blockLength: BINS_PER_BLOCK,
    seed,
    resamples: RESAMPLES,
    level: LEVEL,
  });
  if (!interval || !(interval.estimate > 0)) return undefined;
  const scale = estimate / interval.estimate;
  const { low, high, level, scope } = interval;
  return { low: scale * low, high: scale * high, level, scope };
}

function totalOf(bins: readonly (readonly Sum[])[]): Sum[] {
  const totals = bins[0]!.map((): Sum => ({ squares: 0, count: 0 }));
  for (const bin of bins) {
    for (let k = 0; k < totals.length; k++) {
      totals[k]!.squares += bin[k]!.squares;
      totals[k]!.count += bin[k]!.count;
    }
  }
  return totals;
}
