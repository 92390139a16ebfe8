import { type BootstrapOptions, type ConfidenceInterval, trackInterval } from "./bootstrap.ts";

/** What two methods read on one track. */
export interface PairedReading {
  /** The reading of the method that is judged. */
  readonly value: number;
  /** The reading of the method with which it is compared. */
  readonly reference: number;
  /** How much the track counts, such as its frames. */
  readonly weight: number;
}

/** How two methods compare over tracks. */
export interface Ratio {
  /** The geometric mean of `value / reference`: below 1 where the judged method reads less. */
  readonly ratio: number;
  /** The interval of the ratio; absent of too few tracks. */
  readonly interval?: ConfidenceInterval;
  /** How many tracks count. */
  readonly tracks: number;
  /** How many do not, as a reading of 0 has no ratio. */
  readonly excluded: number;
}

/**
 * Compares two methods on the same tracks: the weighted geometric mean of their ratios, with its
 * interval by resampling tracks. Both readings of a track stay together, so that what makes a track
 * hard for both methods does not blur the comparison.
 *
 * @param readings The readings, one a track.
 * @param options See {@linkcode BootstrapOptions}.
 * @returns The ratio; `undefined` if no track has one.
 * @throws {RangeError} If a reading is below 0, a weight is not above 0, or an option is out of range.
 *
 * @example A method that halves every reading
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const readings = [4, 2, 8].map((reference) => ({ value: reference / 2, reference, weight: 100 }));
 * assertAlmostEquals(pairedRatio(readings)!.ratio, 0.5);
 * ```
 */
export function pairedRatio(
  readings: readonly PairedReading[],
  options: BootstrapOptions = {},
): Ratio | undefined {
  readings.forEach(checkReading);
  const counted = readings.filter(({ value, reference }) => value > 0 && reference > 0);
  const ratio = geometricMean(counted);
  if (ratio === undefined) return undefined;
  const interval = trackInterval(counted, geometricMean, options);
  return {
    ratio,
    ...(interval && { interval }),
    tracks: counted.length,
    excluded: readings.length - counted.length,
  };
}

function checkReading({ value, reference, weight }: PairedReading): void {
  for (const reading of [value, reference]) {
    if (!(reading >= 0 && reading < Infinity)) {
      throw new RangeError(
        `Cannot compare readings as each must be 0 or more: current value is ${reading}`,
      );
    }
  }
  if (!(weight > 0 && weight < Infinity)) {
    throw new RangeError(
      `Cannot compare readings as weight must be above 0: current value is ${weight}`,
    );
  }
}

function geometricMean(readings: readonly PairedReading[]): number | undefined {
  if (!readings.length) return undefined;
  let sum = 0;
  let weights = 0;
  for (const { value, reference, weight } of readings) {
    sum += weight * Math.log(value / reference);
    weights += weight;
  }
  return Math.exp(sum / weights);
}
