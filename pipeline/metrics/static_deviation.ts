import {
  checkSeries,
  DEFAULT_MAX_GAP_US,
  quantileOf,
  stretchesOf,
  withoutLine,
} from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** A part of a clip: from `startUs` on, until just before `endUs`. */
export interface Interval {
  /** The time of its first frame, in microseconds. */
  readonly startUs: number;
  /** The time at which it is over, in microseconds. */
  readonly endUs: number;
}

/** Options of {@linkcode staticIntervals}. */
export interface StaticIntervalOptions extends GapOptions {
  /** How far an object may travel in an interval and still count as static, in the values' unit. */
  readonly maxTravel: number;
  /**
   * How long an interval lasts, in microseconds.
   *
   * @default {1_000_000}
   */
  readonly intervalUs?: number;
}

/**
 * The parts of a clip in which an object stands still.
 *
 * A reference series is parted into intervals of equal length; one is static where the middle 90 %
 * of its values lie within `maxTravel` of each other. The reference must be steady itself (the truth,
 * or a smoother without delay), else its own trembling would count as travel; and all methods must be
 * measured on the intervals of one reference, else a method would choose its own.
 *
 * @param references The reference series of an object's coordinates: all of them have to stand still.
 * @param options See {@linkcode StaticIntervalOptions}.
 * @returns The intervals, in the order of time.
 * @throws {RangeError} If times do not increase, a value is not finite or an option is out of range.
 */
export function staticIntervals(
  references: readonly (readonly Sample[])[],
  { maxTravel, intervalUs = 1_000_000, maxGapUs = DEFAULT_MAX_GAP_US }: StaticIntervalOptions,
): Interval[] {
  if (!(maxTravel >= 0)) {
    throw new RangeError(
      `Cannot find static intervals as maxTravel must be 0 or more: current value is ${maxTravel}`,
    );
  }
  if (!(intervalUs > 0)) {
    throw new RangeError(
      `Cannot find static intervals as intervalUs must be above 0: current value is ${intervalUs}`,
    );
  }
  references.forEach(checkSeries);
  const isStill = (interval: Interval) =>
    references.every((reference) => travelOf(valuesIn(reference, interval)) <= maxTravel);
  return stretchesOf(references[0] ?? [], maxGapUs)
    .flatMap((stretch) => intervalsOf(stretch, intervalUs))
    .filter(isStill);
}

function intervalsOf(stretch: readonly Sample[], intervalUs: number): Interval[] {
  const firstUs = stretch[0]!.timestampUs;
  const lastUs = stretch.at(-1)!.timestampUs;
  const frameUs = stretch.length > 1 ? (lastUs - firstUs) / (stretch.length - 1) : 0;
  // The last frame is shown for a while too; half a frame is allowed for rounded times.
  const count = Math.floor((lastUs - firstUs + 1.5 * frameUs) / intervalUs);
  return Array.from({ length: count }, (_, i) => ({
    startUs: firstUs + i * intervalUs,
    endUs: firstUs + (i + 1) * intervalUs,
  }));
}

function samplesIn(samples: readonly Sample[], { startUs, endUs }: Interval): Sample[] {
  return samples.slice(placeOf(samples, startUs), placeOf(samples, endUs));
}

/** The place of the first sample that is not before a time. */
function placeOf(samples: readonly Sample[], timeUs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.timestampUs < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valuesIn(samples: readonly Sample[], interval: Interval): number[] {
  return samplesIn(samples, interval).map(({ value }) => value);
}

function travelOf(values: readonly number[]): number {
  const low = quantileOf(values, 0.05);
  const high = quantileOf(values, 0.95);
  // Where a coordinate has no values it is not known to stand still.
  return low === undefined || high === undefined ? Infinity : high - low;
}

/**
 * How much a series moves about while its object stands still: the deviation from a straight line in
 * each interval, pooled as `√(Σ squares / Σ (n - 2))`. Alone among the measures of trembling it sees
 * slow wobble too, down to about the length of an interval.
 *
 * @param samples The series, in the order of time.
 * @param intervals When the object stands still, as {@linkcode staticIntervals} found.
 * @returns The deviation, in the unit of the values; `undefined` if no interval holds three samples.
 * @throws {RangeError} If times do not increase or a value is not finite.
 */
export function staticDeviation(
  samples: readonly Sample[],
  intervals: readonly Interval[],
): number | undefined {
  checkSeries(samples);
  let squares = 0;
  let freedom = 0;
  for (const interval of intervals) {
    const inside = samplesIn(samples, interval);
    if (inside.length < 3) continue;
    const times = inside.map(({ timestampUs }) => timestampUs - interval.startUs);
    for (const rest of withoutLine(times, inside.map(({ value }) => value))) {
      squares += rest * rest;
    }
    freedom += inside.length - 2;
  }
  return freedom ? Math.sqrt(squares / freedom) : undefined;
}
