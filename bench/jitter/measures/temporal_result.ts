import { welch } from "../../../pipeline/filters/spectrum.ts";
import { localResidual } from "../../../pipeline/metrics/local_residual.ts";
import { thirdDifferences, thirdDifferenceSigma } from "../../../pipeline/metrics/temporal.ts";
import { binned, type Summable } from "./binned.ts";
import { overBlocks, overTracks } from "./intervals.ts";
import type { SegmentRun } from "../methods/method_run.ts";
import type { Measured, PerCoordinate, TemporalResult } from "../report/report_types.ts";
import { type Series, seriesOf } from "./segment.ts";
import { meanOf } from "./segment_reading.ts";
import { type Deviation, perCoordinate, type TrackReading, weightedMean } from "./track_reading.ts";

/** The polynomial of the local residual. */
export const LOCAL_RESIDUAL = { window: 7, degree: 2 } as const;
/** How long a window of the spectrum is, in seconds. */
const SPECTRUM_WINDOW_S = 2;

/**
 * How a method's boxes tremble (T of the protocol): means over tracks, each weighing as many frames as it
 * has.
 *
 * @param readings The method's readings.
 * @param seed What intervals are drawn from.
 * @returns The result.
 */
export function temporalResult(readings: readonly TrackReading[], seed: number): TemporalResult {
  const segments = readings.flatMap(({ run }) =>
    run.segments.map((segment) => ({
      ...segment,
      series: seriesOf(segment.boxes, segment.segment.sizePx),
    }))
  );
  const plain = (deviation: Deviation): PerCoordinate<number | null> =>
    perCoordinate((c) => mean(readings, (reading) => reading[deviation][c]) ?? null);
  const leak = weightedMean(
    segments.flatMap(({ segment }) => segment.reference.map((samples) => ({ samples }))),
    ({ samples }) => (thirdDifferenceSigma(samples) ?? 0) ** 2,
    ({ samples }) => samples.length,
  );
  return {
    sigma3Percent: certain(readings, "sigma3", seed),
    sigma3Px: perCoordinate((c) => {
      const inPx = readings.flatMap(({ sigma3, run }) =>
        sigma3[c] === undefined ? [] : [sigma3[c] * run.track.sizePx / 100]
      );
      return quantile(inPx, 0.5);
    }),
    robustSigma3Percent: plain("robustSigma3"),
    localResidualPercent: localResiduals(segments),
    staticDeviationPercent: plain("staticDeviation"),
    wobblePercent: certain(readings, "wobble", seed),
    flickerPercent: certain(readings, "flicker", seed),
    spectrum: spectrumOf(segments),
    jerkPxPerS3: jerkOf(segments),
    motionLeakPercent: leak === undefined ? null : Math.sqrt(leak),
  };
}

interface Measurable extends SegmentRun {
  readonly series: Series;
}

function mean(
  readings: readonly TrackReading[],
  valueOf: (reading: TrackReading) => number | undefined,
): number | undefined {
  return weightedMean(readings, valueOf, ({ frames }) => frames);
}

/** A deviation of each coordinate, with intervals. */
function certain(
  readings: readonly TrackReading[],
  kind: Summable,
  seed: number,
): PerCoordinate<Measured> {
  return perCoordinate((c) => {
    const counted = readings.filter((reading) => reading[kind][c] !== undefined);
    return overTracks(counted, (some) => mean(some, (reading) => reading[kind][c]), {
      seed,
      otherwise: (estimate) =>
        overBlocks(
          counted.map(({ run }) => binned(kind, run).map((bin) => [bin[c]!])),
          (totals) =>
            weightedMean(
              totals,
              ([sum]) => Math.sqrt(sum!.squares / sum!.count),
              ([sum]) => sum!.count,
            ),
          { seed, estimate },
        ),
    });
  });
}

function localResiduals(segments: readonly Measurable[]): TemporalResult["localResidualPercent"] {
  const sizes = segments.flatMap(({ series }) =>
    series.flatMap((samples) =>
      localResidual(samples, LOCAL_RESIDUAL)?.series.map(({ value }) => Math.abs(value)) ?? []
    )
  );
  return { p50: quantile(sizes, 0.5), p95: quantile(sizes, 0.95), max: quantile(sizes, 1) };
}

/** A quantile, linear between values; nothing of nothing. */
function quantile(values: readonly number[], share: number): number | null {
  if (!values.length) return null;
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

/** The mean spectrum of all coordinates of segments that are long enough; each as it fills its frames. */
function spectrumOf(segments: readonly Measurable[]): TemporalResult["spectrum"] {
  const sums: { density: number; weight: number }[] = [];
  for (const { series, segment: { fps, length } } of segments) {
    const segmentLength = Math.round(SPECTRUM_WINDOW_S * fps);
    if (segmentLength < 8 || length < segmentLength) continue;
    for (const samples of series) {
      const { densities } = welch(samples.map(({ value }) => value), { fps, segmentLength });
      densities.forEach((density, k) => {
        const sum = sums[k] ??= { density: 0, weight: 0 };
        sum.density += length * density;
        sum.weight += length;
      });
    }
  }
  const stepHz = 1 / SPECTRUM_WINDOW_S;
  const densities = sums.map(({ density, weight }) => density / weight);
  const band = (fromHz: number, toHz: number) => {
    const inside = densities.filter((_, k) => k * stepHz >= fromHz && k * stepHz < toHz);
    if (!inside.length) return null;
    return Math.sqrt(inside.reduce((sum, density) => sum + density * stepHz, 0));
  };
  return {
    frequenciesHz: densities.map((_, k) => k * stepHz),
    densitiesPercent2PerHz: densities,
    bandsPercent: {
      below1Hz: band(0, 1),
      from1To3Hz: band(1, 3),
      from3To6Hz: band(3, 6),
      from6Hz: band(6, Infinity),
    },
  };
}

/** The mean third derivative of the centre, in pixels a second³. */
function jerkOf(segments: readonly Measurable[]): number | null {
  const sizes = segments.flatMap(({ series: [x, y], segment: { fps, sizePx } }) => {
    const [inX, inY] = [thirdDifferences(x!), thirdDifferences(y!)];
    // Third differences are scaled so that white noise keeps its deviation.
    const scale = Math.sqrt(20) * fps ** 3 * sizePx / 100;
    return inX.map(({ value }, i) => scale * Math.hypot(value, inY[i]!.value));
  });
  return sizes.length ? meanOf(sizes) : null;
}
