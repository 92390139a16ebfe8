import { checkCount, checkPositive } from "./_checks.ts";
import { fourierTransform } from "./_fourier.ts";

/** Options of {@linkcode periodogram}. */
export interface SpectrumOptions {
  /** How many values there are a second, above 0. */
  readonly fps: number;
  /**
   * How the values are weighted: all alike (`boxcar`), or fading out towards both ends (`hann`, in its
   * periodic form).
   *
   * @default {"hann"}
   */
  readonly window?: "hann" | "boxcar";
  /**
   * What is taken away first: the mean (`constant`), or the line of least squares (`linear`).
   *
   * @default {"linear"}
   */
  readonly detrend?: "constant" | "linear";
}

/** Options of {@linkcode welch}. */
export interface WelchOptions extends SpectrumOptions {
  /** How many values a segment has, at most as many as there are. */
  readonly segmentLength: number;
  /**
   * How many values two neighbouring segments share, below the segment's length.
   *
   * @default {half of the segment, rounded down}
   */
  readonly overlap?: number;
}

/** How the power of a signal spreads over frequencies. */
export interface Spectrum {
  /** The frequencies in Hz, evenly spaced from 0, at most half the frame rate. */
  readonly frequenciesHz: Float64Array<ArrayBuffer>;
  /** The power density at each, in units²/Hz, of positive and negative frequencies together. */
  readonly densities: Float64Array<ArrayBuffer>;
}

/**
 * The power spectral density of evenly spaced values, by one Fourier transform of them all.
 *
 * `P(f) = 2 |Σ w_n x_n exp(-2πi f n / fps)|² / (fps Σ w_n²)`, without the 2 at 0 and at half the frame
 * rate; its sum times the distance of two frequencies is the mean square of the values (exactly with
 * `boxcar`). Welch, IEEE Transactions on Audio and Electroacoustics 15(2), 1967; the same scaling as
 * scipy's.
 *
 * @param values The values, at least one.
 * @param options How to weight them.
 * @returns The spectrum.
 * @throws {RangeError} If there are no values, or an option is out of range.
 *
 * @example A wave of 3 Hz
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const wave = Array.from({ length: 60 }, (_, i) => Math.sin(2 * Math.PI * 3 * i / 30));
 * const { densities } = periodogram(wave, { fps: 30, window: "boxcar", detrend: "constant" });
 * assertAlmostEquals(densities[6]! * 0.5, 0.5); // At 3 Hz, half of the amplitude's square.
 * ```
 */
export function periodogram(values: ArrayLike<number>, options: SpectrumOptions): Spectrum {
  return welch(values, { ...options, segmentLength: values.length, overlap: 0 });
}

/**
 * The power spectral density of evenly spaced values, as the mean of the periodograms of segments that
 * overlap: less detail, less chance (Welch 1967).
 *
 * @param values The values.
 * @param options How to cut and weight them.
 * @returns The spectrum; values that do not fill a last segment do not count.
 * @throws {RangeError} If the values do not fill one segment, or an option is out of range.
 */
export function welch(
  values: ArrayLike<number>,
  { fps, segmentLength, overlap = segmentLength >> 1, window = "hann", detrend = "linear" }:
    WelchOptions,
): Spectrum {
  checkPositive("compute a spectrum", "fps", fps);
  checkCount("compute a spectrum", "segmentLength", segmentLength, 1);
  checkCount("compute a spectrum", "overlap", overlap, 0);
  if (segmentLength > values.length || overlap >= segmentLength) {
    throw new RangeError(
      `Cannot compute a spectrum of ${values.length} values in segments of ${segmentLength} that share ${overlap}`,
    );
  }
  const weights = window === "hann" ? hannWindow(segmentLength) : ones(segmentLength);
  const power = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const densities = new Float64Array((segmentLength >> 1) + 1);
  const step = segmentLength - overlap;
  const count = Math.floor((values.length - overlap) / step);
  for (let s = 0; s < count; s++) {
    const segment = Float64Array.from(weights, (_, i) => values[s * step + i]!);
    removeTrend(segment, detrend);
    addPower(densities, segment.map((value, i) => value * weights[i]!));
  }
  return {
    frequenciesHz: densities.map((_, k) => k * fps / segmentLength),
    densities: densities.map((sum, k) => {
      const isSingle = k === 0 || 2 * k === segmentLength;
      return sum * (isSingle ? 1 : 2) / (fps * power * count);
    }),
  };
}

function ones(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(length).fill(1);
}

/** The window of Hann; of a single value it is 1, as it would leave nothing else. */
function hannWindow(length: number): Float64Array<ArrayBuffer> {
  if (length === 1) return ones(1);
  return ones(length).map((_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / length));
}

function removeTrend(values: Float64Array, detrend: "constant" | "linear"): void {
  const centre = (values.length - 1) / 2;
  let sum = 0, sloped = 0, spread = 0;
  values.forEach((value, i) => {
    sum += value;
    sloped += value * (i - centre);
    spread += (i - centre) ** 2;
  });
  const mean = sum / values.length;
  const slope = detrend === "linear" && spread > 0 ? sloped / spread : 0;
  values.forEach((value, i) => values[i] = value - mean - slope * (i - centre));
}

/** Adds the squared magnitudes at frequencies that are not negative. */
function addPower(sums: Float64Array, values: Float64Array<ArrayBuffer>): void {
  const { real, imaginary } = fourierTransform({
    real: values,
    imaginary: new Float64Array(values.length),
  });
  sums.forEach((sum, k) => sums[k] = sum + real[k]! ** 2 + imaginary[k]! ** 2);
}
