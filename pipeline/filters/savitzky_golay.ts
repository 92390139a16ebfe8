import { checkCount, checkPositive } from "./_checks.ts";

/** How the values go on beyond the ends, as scipy names it. */
export type EndMode = "interp" | "mirror" | "nearest" | "constant" | "wrap";

/** The polynomial that is fitted. */
export interface LocalFit {
  /** How many values it is fitted to, an odd number. */
  readonly window: number;
  /** The degree of the polynomial, below the window. */
  readonly order: number;
}

/** Options of {@linkcode savitzkyGolay}. */
export interface SavitzkyGolayOptions extends LocalFit {
  /**
   * Which derivative to return, up to the order; 0 for the smoothed values themselves.
   *
   * @default {0}
   */
  readonly derivative?: number;
  /**
   * What happens at the ends: the outermost window's polynomial counts for its whole half (`interp`),
   * or values are added: mirrored about the outermost one (`mirror`), repeated (`nearest`), zeros
   * (`constant`), or those of the other end (`wrap`).
   *
   * @default {"interp"}
   */
  readonly mode?: EndMode;
  /**
   * The time between two values in seconds, in which derivatives are counted.
   *
   * @default {1}
   */
  readonly intervalS?: number;
}

/** The place of the value that stands for one at a place beyond the ends; `undefined` for a zero. */
const PLACES: Record<Exclude<EndMode, "interp">, (i: number, n: number) => number | undefined> = {
  mirror: (i, n) => i < 0 ? -i : 2 * (n - 1) - i,
  nearest: (i, n) => i < 0 ? 0 : n - 1,
  constant: () => undefined,
  wrap: (i, n) => i < 0 ? i + n : i - n,
};

/**
 * Smooths evenly spaced values by fitting a polynomial to the window around each one, or takes the
 * derivative of that polynomial.
 *
 * Savitzky and Golay, Analytical Chemistry 36(8), 1964; the weights by Gram polynomials after Gorry,
 * Analytical Chemistry 62(6), 1990, also for the places off the centre of the window.
 *
 * @param values The values, at least as many as the window.
 * @param options The fit.
 * @returns The smoothed values or derivatives, as many as the values.
 * @throws {RangeError} If the window is even or longer than the values, or an option is out of range.
 *
 * @example A parabola passes unchanged, up to its ends
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const values = [9, 4, 1, 0, 1, 4, 9];
 * const smoothed = savitzkyGolay(values, { window: 5, order: 2 });
 * smoothed.forEach((value, i) => assertAlmostEquals(value, values[i]!));
 * ```
 */
export function savitzkyGolay(
  values: ArrayLike<number>,
  { window, order, derivative = 0, mode = "interp", intervalS = 1 }: SavitzkyGolayOptions,
): Float64Array<ArrayBuffer> {
  checkFit(values, { window, order });
  checkCount("smooth", "derivative", derivative, 0);
  checkPositive("smooth", "intervalS", intervalS);
  const half = (window - 1) / 2;
  const last = values.length - 1;
  const unit = intervalS ** derivative;
  const weightsAt = (place: number) =>
    savitzkyGolayWeights({ window, order }, { place, derivative });
  const centred = weightsAt(0);
  return Float64Array.from(values, (_, i) => {
    const inside = Math.min(Math.max(i, half), last - half);
    if (mode === "interp" && i !== inside) {
      return weighted(values, inside, weightsAt(i - inside)) / unit;
    }
    return weighted(values, i, centred, mode) / unit;
  });
}

/**
 * The standard deviation of white noise in evenly spaced values, from what a Savitzky-Golay filter
 * takes away: `rms(x - SG(x)) / √(1 - c₀)` over the places with a full window, where `c₀` is the centre's
 * own weight. Motion that the polynomial follows does not count.
 *
 * @param values The values, at least as many as the window.
 * @param fit The fit; its order must be below the window less 1, or nothing is taken away.
 * @returns The standard deviation.
 * @throws {RangeError} If the window is even or longer than the values, or the order too high.
 */
export function residualSigma(values: ArrayLike<number>, fit: LocalFit): number {
  checkFit(values, fit);
  const half = (fit.window - 1) / 2;
  const weights = savitzkyGolayWeights(fit);
  const freedom = 1 - weights[half]!;
  checkPositive("measure noise", "the weight of the residual", Math.max(freedom - 1e-9, 0));
  let sum = 0;
  for (let i = half; i < values.length - half; i++) {
    sum += (values[i]! - weighted(values, i, weights)) ** 2;
  }
  return Math.sqrt(sum / (values.length - 2 * half) / freedom);
}

/**
 * By what the values of a window are multiplied and summed for the fitted polynomial, or one of its
 * derivatives, at one place of the window.
 *
 * @param fit The fit.
 * @param at The place, from the centre (0 by default), and the derivative (0 by default).
 * @returns The weights, from the first value to the last.
 */
export function savitzkyGolayWeights(
  { window, order }: LocalFit,
  { place = 0, derivative = 0 }: { readonly place?: number; readonly derivative?: number } = {},
): Float64Array<ArrayBuffer> {
  const half = (window - 1) / 2;
  const there = gramPolynomials(place, half, order, derivative);
  const weights = new Float64Array(window);
  for (let i = -half; i <= half; i++) {
    const here = gramPolynomials(i, half, order, 0);
    let ratio = 1 / window; // Of falling factorials: (2 half)_k / (2 half + k + 1)_{k + 1}.
    for (let k = 0; k <= order; k++) {
      weights[i + half]! += (2 * k + 1) * ratio * here[k]! * there[k]!;
      ratio *= (2 * half - k) / (2 * half + k + 2);
    }
  }
  return weights;
}

/** A derivative of the Gram polynomials of degrees 0 to `order` over `2 half + 1` places, at a place. */
function gramPolynomials(place: number, half: number, order: number, derivative: number) {
  let lower = new Float64Array(order + 1);
  let values = new Float64Array(order + 1);
  for (let s = 0; s <= derivative; s++) {
    values = new Float64Array(order + 1);
    if (s === 0) values[0] = 1;
    for (let k = 1; k <= order; k++) {
      const divisor = k * (2 * half - k + 1);
      values[k] = (4 * k - 2) / divisor * (place * values[k - 1]! + s * lower[k - 1]!) -
        (k - 1) * (2 * half + k) / divisor * (values[k - 2] ?? 0);
    }
    lower = values;
  }
  return values;
}

/** The weighted sum of the values around a place. */
function weighted(
  values: ArrayLike<number>,
  centre: number,
  weights: Float64Array,
  mode: EndMode = "interp",
): number {
  const half = (weights.length - 1) / 2;
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    let place: number | undefined = centre + j - half;
    if (mode !== "interp" && (place < 0 || place >= values.length)) {
      place = PLACES[mode](place, values.length);
    }
    if (place !== undefined) sum += weights[j]! * values[place]!;
  }
  return sum;
}

function checkFit(values: ArrayLike<number>, { window, order }: LocalFit): void {
  checkCount("smooth", "window", window, 1);
  checkCount("smooth", "order", order, 0);
  if (window % 2 === 0 || window > values.length) {
    throw new RangeError(
      `Cannot smooth ${values.length} values as window must be odd and no longer: current value is ${window}`,
    );
  }
  if (order >= window) {
    throw new RangeError(
      `Cannot smooth as order must be below ${window}: current value is ${order}`,
    );
  }
}
