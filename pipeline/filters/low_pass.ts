import { checkPositive } from "./_checks.ts";

/** Options of {@linkcode lowPass}. */
export interface LowPassOptions {
  /** The frequency at which half of the amplitude is left, in Hz, below half the frame rate. */
  readonly cutoffHz: number;
  /** How many values there are a second, above 0. */
  readonly fps: number;
}

/** By how many values each end is continued: three times the filter's length, as in scipy. */
const PADDING = 9;

/** `y_n = b0 x_n + b1 x_{n-1} + b2 x_{n-2} - a1 y_{n-1} - a2 y_{n-2}`. */
interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/**
 * Smooths evenly spaced values with a second-order Butterworth low pass that runs forwards and then
 * backwards, so that nothing lags: what slow motion is left of a track when fast motion and noise are
 * gone. It knows nothing of the smoothers that are measured against it.
 *
 * The filter by the bilinear transform with its cut-off frequency kept (Oppenheim and Schafer,
 * Discrete-Time Signal Processing, section 7.1); the ends are continued by reflection through the
 * outermost value, and each pass starts as if its first value had always been (Gustafsson, IEEE
 * Transactions on Signal Processing 44(4), 1996, names the problem). Equal to scipy's `filtfilt`.
 *
 * @param values The values, more than 9.
 * @param options The cut-off frequency.
 * @returns The smoothed values, as many.
 * @throws {RangeError} If there are too few values, or an option is out of range.
 *
 * @example A line passes unchanged
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const line = Array.from({ length: 30 }, (_, i) => 5 + 2 * i);
 * const smoothed = lowPass(line, { cutoffHz: 3, fps: 30 });
 * assertAlmostEquals(smoothed[15]!, 35, 1e-2);
 * ```
 */
export function lowPass(
  values: ArrayLike<number>,
  { cutoffHz, fps }: LowPassOptions,
): Float64Array<ArrayBuffer> {
  checkPositive("smooth", "fps", fps);
  if (!(cutoffHz > 0 && cutoffHz < fps / 2)) {
    throw new RangeError(
      `Cannot smooth as cutoffHz must be between 0 and ${fps / 2}: current value is ${cutoffHz}`,
    );
  }
  const length = values.length;
  if (length <= PADDING) {
    throw new RangeError(`Cannot smooth ${length} values as it takes more than ${PADDING}`);
  }
  const [first, last] = [values[0]!, values[length - 1]!];
  const padded = Float64Array.from({ length: length + 2 * PADDING }, (_, j) => {
    const i = j - PADDING;
    if (i < 0) return 2 * first - values[-i]!;
    return i < length ? values[i]! : 2 * last - values[2 * (length - 1) - i]!;
  });
  const biquad = butterworth(cutoffHz / fps);
  pass(padded, biquad);
  padded.reverse();
  pass(padded, biquad);
  return padded.reverse().slice(PADDING, PADDING + length);
}

/** The low pass with a cut-off frequency in cycles a value. */
function butterworth(cutoff: number): Biquad {
  const k = Math.tan(Math.PI * cutoff);
  const divisor = 1 + Math.SQRT2 * k + k * k;
  const b0 = k * k / divisor;
  return {
    b0,
    b1: 2 * b0,
    b2: b0,
    a1: 2 * (k * k - 1) / divisor,
    a2: (1 - Math.SQRT2 * k + k * k) / divisor,
  };
}

/** Filters in place, from the state that the first value would lead to in the long run. */
function pass(values: Float64Array, { b0, b1, b2, a1, a2 }: Biquad): void {
  let second = (b2 - a2) * values[0]!;
  let first = (b1 - a1) * values[0]! + second;
  values.forEach((value, i) => {
    const result = b0 * value + first;
    first = b1 * value - a1 * result + second;
    second = b2 * value - a2 * result;
    values[i] = result;
  });
}
