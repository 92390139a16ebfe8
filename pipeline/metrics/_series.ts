import type { Sample } from "./sample.ts";

/** The longest interval that does not part a series, unless the caller says otherwise. */
export const DEFAULT_MAX_GAP_US = 500_000;

/** Refuses what no metric can be told of: times that do not increase, values that are no numbers. */
export function checkSeries(samples: readonly Sample[]): void {
  let last = -Infinity;
  for (const { timestampUs, value } of samples) {
    if (!(timestampUs > last && timestampUs < Infinity)) {
      throw new RangeError(
        `Cannot measure samples as timestampUs must increase: current value is ${timestampUs} after ${last}`,
      );
    }
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `Cannot measure samples as value must be finite: current value is ${value}`,
      );
    }
    last = timestampUs;
  }
}

/** The parts of a series between its gaps, each in its order. */
export function stretchesOf<T extends { readonly timestampUs: number }>(
  samples: readonly T[],
  maxGapUs: number,
): T[][] {
  if (!(maxGapUs > 0)) {
    throw new RangeError(
      `Cannot part samples as maxGapUs must be above 0: current value is ${maxGapUs}`,
    );
  }
  const stretches: T[][] = [];
  let last: T | undefined;
  for (const sample of samples) {
    if (!last || sample.timestampUs - last.timestampUs > maxGapUs) stretches.push([]);
    stretches.at(-1)?.push(sample);
    last = sample;
  }
  return stretches;
}

/** What two series have at one time. */
export interface Pair {
  readonly timestampUs: number;
  readonly value: number;
  readonly reference: number;
}

/** The values of two series at the times that both have. */
export function joined(samples: readonly Sample[], references: readonly Sample[]): Pair[] {
  checkSeries(samples);
  checkSeries(references);
  const byTime = new Map(references.map(({ timestampUs, value }) => [timestampUs, value]));
  return samples.flatMap(({ timestampUs, value }) => {
    const reference = byTime.get(timestampUs);
    return reference === undefined ? [] : [{ timestampUs, value, reference }];
  });
}

/** The deviations of points from the straight line that fits them best (least squares). */
export function withoutLine(times: readonly number[], values: readonly number[]): number[] {
  const meanTime = meanOf(times) ?? 0;
  const meanValue = meanOf(values) ?? 0;
  let covariance = 0;
  let variance = 0;
  times.forEach((time, i) => {
    covariance += (time - meanTime) * (values[i]! - meanValue);
    variance += (time - meanTime) ** 2;
  });
  const slope = variance > 0 ? covariance / variance : 0;
  return values.map((value, i) => value - meanValue - slope * (times[i]! - meanTime));
}

/** The mean; `undefined` of nothing. */
export function meanOf(values: readonly number[]): number | undefined {
  if (!values.length) return undefined;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The root of the mean square; `undefined` of nothing. */
export function rmsOf(values: readonly number[]): number | undefined {
  if (!values.length) return undefined;
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** The standard deviation of a whole population (divided by n); `undefined` of nothing. */
export function populationDeviationOf(values: readonly number[]): number | undefined {
  const mean = meanOf(values);
  return mean === undefined ? undefined : rmsOf(values.map((value) => value - mean));
}

/** A quantile by linear interpolation between order statistics; `undefined` of nothing. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  if (!values.length) return undefined;
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
