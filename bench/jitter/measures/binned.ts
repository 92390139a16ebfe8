import { lowPass } from "../../../pipeline/filters/low_pass.ts";
import type { Sample } from "../../../pipeline/metrics/sample.ts";
import { thirdDifferences } from "../../../pipeline/metrics/temporal.ts";
import { BIN_US, type Sum } from "./intervals.ts";
import type { SegmentRun, TrackRun } from "../methods/method_run.ts";
import { MIN_FPS, type Series, seriesOf } from "./segment.ts";

/** What can be summed up frame by frame. */
export type Summable = "sigma3" | "wobble" | "flicker" | "error";

/** Where the bands of a residual begin, in Hz. */
export const WOBBLE_FROM_HZ = 1;
export const FLICKER_FROM_HZ = 6;

/** More bins of a track make no interval better, and drawing them slower. */
const MAX_BINS = 400;

/**
 * What each frame adds to a deviation, summed up in bins of a quarter of a second, longer ones of tracks
 * of minutes: for a bootstrap by blocks.
 *
 * @param kind The deviation.
 * @param run What a method made of a track.
 * @returns The bins in the order of time, each with a sum for every coordinate.
 */
export function binned(kind: Summable, { segments }: TrackRun): Sum[][] {
  const framesUs = segments.reduce((sum, { segment: { length, fps } }) => sum + length / fps, 0) *
    1e6;
  const binUs = Math.max(BIN_US, framesUs / MAX_BINS);
  return segments.flatMap((segment) => {
    const series = seriesOf(segment.boxes, segment.segment.sizePx);
    const firstUs = segment.boxes[0]!.timestampUs;
    const lastUs = segment.boxes.at(-1)!.timestampUs;
    const bins = Array.from(
      { length: Math.floor((lastUs - firstUs) / binUs) + 1 },
      () => series.map((): Sum => ({ squares: 0, count: 0 })),
    );
    contributions(kind, segment, series).forEach((samples, c) => {
      for (const { timestampUs, value } of samples) {
        const sum = bins[Math.floor((timestampUs - firstUs) / binUs)]![c]!;
        sum.squares += value * value;
        sum.count++;
      }
    });
    return bins;
  });
}

function contributions(
  kind: Summable,
  { segment: { reference, fastUs, fps } }: SegmentRun,
  series: Series,
): Series {
  if (kind === "sigma3") return series.map((samples) => thirdDifferences(samples));
  if (fps < MIN_FPS) return series.map(() => []);
  const residuals = series.map((samples, c) =>
    samples.map(({ timestampUs, value }, i): Sample => (
      { timestampUs, value: value - reference[c]![i]!.value }
    ))
  );
  if (kind === "error") {
    return residuals.map((samples) => samples.filter(({ timestampUs }) => fastUs.has(timestampUs)));
  }
  return residuals.map((samples) => {
    const values = samples.map(({ value }) => value);
    const below = (cutoffHz: number) => lowPass(values, { cutoffHz, fps });
    const slow = below(kind === "flicker" ? FLICKER_FROM_HZ : WOBBLE_FROM_HZ);
    const upper = kind === "flicker" ? values : below(FLICKER_FROM_HZ);
    return samples.map(({ timestampUs }, i) => ({ timestampUs, value: upper[i]! - slow[i]! }));
  });
}
