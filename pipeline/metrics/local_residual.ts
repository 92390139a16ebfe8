import { checkSeries, DEFAULT_MAX_GAP_US, quantileOf, stretchesOf } from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** Options of {@linkcode localResidual}. */
export interface LocalResidualOptions extends GapOptions {
  /**
   * How many samples a polynomial is fitted to: odd. Longer windows take motion for trembling.
   *
   * @default {7}
   */
  readonly window?: number;
  /**
   * The degree of the polynomial.
   *
   * @default {2}
   */
  readonly degree?: number;
}

/** What {@linkcode localResidual} finds, in the unit of the values. */
export interface LocalResidual {
  /** The deviation of white noise that leaves such a residual. */
  readonly sigma: number;
  /** The median of the residual's absolute value. */
  readonly p50: number;
  /** The 95th percentile of the residual's absolute value. */
  readonly p95: number;
  /** The largest absolute value. */
  readonly max: number;
  /** The residual itself, for plots: none where half a window is missing. */
  readonly series: readonly Sample[];
}

/**
 * What a local polynomial leaves of a series: the residual of a Savitzky-Golay filter, fitted at the
 * true times, so that unequal intervals do no harm (Savitzky & Golay, Analytical Chemistry 36, 1964).
 *
 * With `h` for the weight of a window's centre in its own fit, `sigma² = Σ r² / Σ (1 - h)`, which is
 * unbiased for white noise.
 *
 * @param samples The series, in the order of time.
 * @param options See {@linkcode LocalResidualOptions}.
 * @returns The residual; `undefined` if no stretch without a gap is as long as the window.
 * @throws {RangeError} If times do not increase, a value is not finite, the window is not odd or not
 * longer than the degree plus 1.
 */
export function localResidual(
  samples: readonly Sample[],
  { window = 7, degree = 2, maxGapUs = DEFAULT_MAX_GAP_US }: LocalResidualOptions = {},
): LocalResidual | undefined {
  checkSeries(samples);
  checkFit(window, degree);
  const half = (window - 1) / 2;
  const series: Sample[] = [];
  let squares = 0;
  let freedom = 0;
  for (const stretch of stretchesOf(samples, maxGapUs)) {
    stretch.slice(half, stretch.length - half).forEach((centre, i) => {
      const around = stretch.slice(i, i + window);
      const weights = centreWeights(around.map(({ timestampUs }) => timestampUs), degree);
      let value = centre.value;
      around.forEach((sample, k) => value -= weights[k]! * sample.value);
      series.push({ timestampUs: centre.timestampUs, value });
      squares += value * value;
      freedom += 1 - weights[half]!;
    });
  }
  if (!series.length) return undefined;
  const sizes = series.map(({ value }) => Math.abs(value));
  const quantile = (share: number) => quantileOf(sizes, share) ?? 0;
  return {
    sigma: Math.sqrt(squares / freedom),
    p50: quantile(0.5),
    p95: quantile(0.95),
    max: quantile(1),
    series,
  };
}

function checkFit(window: number, degree: number): void {
  if (!(Number.isInteger(degree) && degree >= 0)) {
    throw new RangeError(
      `Cannot fit as degree must be a whole number from 0: current value is ${degree}`,
    );
  }
  if (!(Number.isInteger(window) && window % 2 === 1 && window > degree + 1)) {
    throw new RangeError(
      `Cannot fit as window must be odd and above degree + 1: current value is ${window}`,
    );
  }
}

/** What each sample of a window counts in the value of the fitted polynomial at the centre. */
function centreWeights(times: readonly number[], degree: number): number[] {
  const half = (times.length - 1) / 2;
  const centreUs = times[half]!;
  const reachUs = times.at(-1)! - times[0]!;
  const u = times.map((time) => (time - centreUs) / reachUs);
  const weights = times.map(() => 0);
  // Polynomials that are orthogonal on these very times, by Forsythe's recurrence (1957).
  let before = u.map(() => 0);
  let current = u.map(() => 1);
  let sizeBefore = 1;
  for (let k = 0; k <= degree; k++) {
    const size = current.reduce((sum, value) => sum + value * value, 0);
    const atCentre = current[half]!;
    current.forEach((value, i) => weights[i]! += value * atCentre / size);
    const shift = current.reduce((sum, value, i) => sum + u[i]! * value * value, 0) / size;
    const back = k ? size / sizeBefore : 0;
    const next = current.map((value, i) => (u[i]! - shift) * value - back * before[i]!);
    [before, current, sizeBefore] = [current, next, size];
  }
  return weights;
}
