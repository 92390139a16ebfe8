import { binned, type Summable } from "./binned.ts";
import { overBlocks, overTracks, type Sum } from "./intervals.ts";
import type { Measured, MeasuredInterval, Ratios } from "../report/report_types.ts";
import { geometricMeanOf } from "./segment_reading.ts";
import { type Deviation, MIN_CHANGE_PERCENT, ratioOf, type TrackReading } from "./track_reading.ts";

/** How a method and the baseline read on one track. */
interface Pair {
  readonly clip: string;
  readonly own: TrackReading;
  readonly base: TrackReading;
}

/**
 * How a method compares with the baseline on the same tracks and frames: geometric means of ratios, over
 * coordinates and then over tracks, each track alike. A track of which the method reads 0 has no ratio; one
 * whose third differences are exactly 0 is counted as frozen.
 *
 * @param own The method's readings.
 * @param base The baseline's, of the same tracks.
 * @param seed What intervals are drawn from.
 * @returns The ratios.
 */
export function ratiosOf(
  own: readonly TrackReading[],
  base: readonly TrackReading[],
  seed: number,
): Ratios {
  const pairs = own.map((reading, i): Pair => (
    { clip: reading.clip, own: reading, base: base[i]! }
  ));
  return {
    flicker: compared(pairs, "flicker", seed, "flicker"),
    wobble: compared(pairs, "wobble", seed, "wobble"),
    staticDeviation: compared(pairs, "staticDeviation", seed),
    fastError: compared(pairs, "error", seed, "error"),
    sigma3: compared(pairs, "sigma3", seed, "sigma3"),
    frozenTracks: pairs.filter(isFrozen).length,
  };
}

/** Whether boxes do not change at all, or change evenly, where the baseline's tremble. */
function isFrozen({ own, base }: Pair): boolean {
  return own.sigma3.some((value, c) => value === 0 && (base.sigma3[c] ?? 0) > 0);
}

function compared(
  pairs: readonly Pair[],
  deviation: Deviation,
  seed: number,
  summable?: Summable,
): Measured {
  const counted = pairs.flatMap((pair) => {
    const ratio = ratioOf(pair.own[deviation], pair.base[deviation]);
    return ratio === undefined ? [] : [{ ...pair, ratio }];
  });
  return overTracks(
    counted,
    (some) => some.length ? geometricMeanOf(some.map(({ ratio }) => ratio)) : undefined,
    {
      seed,
      ...summable && { otherwise: (estimate) => byBlocks(counted, summable, estimate, seed) },
    },
  );
}

function byBlocks(
  pairs: readonly Pair[],
  kind: Summable,
  estimate: number,
  seed: number,
): MeasuredInterval | undefined {
  const tracks = pairs.map(({ own, base }) => {
    const reference = binned(kind, base.run);
    return binned(kind, own.run).map((bin, i) => [...bin, ...reference[i]!]);
  });
  const rootOf = ({ squares, count }: Sum) => Math.sqrt(squares / count);
  return overBlocks(
    tracks,
    (totals) =>
      geometricMeanOf(totals.flatMap((sums) => {
        const coordinates = sums.length / 2;
        return sums.slice(0, coordinates).flatMap((sum, c) => {
          const reference = sums[c + coordinates]!;
          return rootOf(reference) > MIN_CHANGE_PERCENT ? [rootOf(sum) / rootOf(reference)] : [];
        });
      })),
    { seed, estimate },
  );
}
