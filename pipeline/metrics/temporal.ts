import { checkSeries, DEFAULT_MAX_GAP_US, quantileOf, rmsOf, stretchesOf } from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** Turns a median absolute deviation into the standard deviation of a normal distribution. */
const SIGMA_PER_MAD = 1.482602218505602;

/** Options of {@linkcode thirdDifferenceSigma}. */
export interface ThirdDifferenceOptions extends GapOptions {
  /**
   * Whether to take the median absolute deviation instead of the root mean square, so that a few
   * jumps (a switched id, a cut) do not count.
   *
   * @default {false}
   */
  readonly isRobust?: boolean;
}

/**
 * The third differences of a series, each scaled so that white noise keeps its deviation.
 *
 * Of four samples, the divided difference of third order is taken at their true times, which is 0
 * for every parabola, and is divided by the root of the sum of its squared weights. At equal
 * intervals that is `(x3 - 3 x2 + 3 x1 - x0) / √20`.
 *
 * @param samples The series, in the order of time.
 * @param options See {@linkcode GapOptions}.
 * @returns The differences, each at the time of the second of its four samples; none across a gap.
 * @throws {RangeError} If times do not increase or a value is not finite.
 */
export function thirdDifferences(
  samples: readonly Sample[],
  { maxGapUs = DEFAULT_MAX_GAP_US }: GapOptions = {},
): Sample[] {
  checkSeries(samples);
  return stretchesOf(samples, maxGapUs).flatMap((stretch) =>
    stretch.slice(0, -3).map((first, i) => differenceOf(stretch.slice(i, i + 4), first))
  );
}

function differenceOf(window: readonly Sample[], first: Sample): Sample {
  const [, second = first, third = first, fourth = first] = window;
  // In units of the first interval, equal intervals are exactly 1 and the weights whole numbers.
  const unitUs = second.timestampUs - first.timestampUs;
  const b = (third.timestampUs - second.timestampUs) / unitUs;
  const c = (fourth.timestampUs - third.timestampUs) / unitUs;
  // The divided difference, times the product of all distances between the four times.
  const weights = [
    -b * c * (b + c),
    (1 + b) * c * (1 + b + c),
    -(b + c) * (1 + b + c),
    b * (1 + b),
  ];
  let sum = 0;
  let squares = 0;
  weights.forEach((weight, i) => {
    sum += weight * (window[i]!.value - first.value); // So that a constant gives exactly 0.
    squares += weight * weight;
  });
  return { timestampUs: second.timestampUs, value: sum / Math.sqrt(squares) };
}

/**
 * How much a series trembles: the standard deviation of white noise that gives such third
 * differences (sigma3). Motion up to a parabola does not count; {@linkcode motionLeak} tells how much
 * a faster one does.
 *
 * It reads white noise. What is correlated from frame to frame reads too little (0.46 of its
 * deviation where neighbours correlate by 0.7), so the output of a smoother must not be judged by it.
 *
 * @param samples The series, in the order of time.
 * @param options See {@linkcode ThirdDifferenceOptions}.
 * @returns The deviation, in the unit of the values; `undefined` without four samples in a row.
 * @throws {RangeError} If times do not increase or a value is not finite.
 *
 * @example A parabola does not tremble
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const falling = [0, 1, 4, 9, 16].map((value, i) => ({ timestampUs: i * 33_333, value }));
 * assertEquals(thirdDifferenceSigma(falling), 0);
 * ```
 */
export function thirdDifferenceSigma(
  samples: readonly Sample[],
  { isRobust = false, ...gaps }: ThirdDifferenceOptions = {},
): number | undefined {
  const differences = thirdDifferences(samples, gaps).map(({ value }) => value);
  if (!isRobust) return rmsOf(differences);
  const median = quantileOf(differences, 0.5);
  if (median === undefined) return undefined;
  const spread = quantileOf(differences.map((value) => Math.abs(value - median)), 0.5);
  return spread === undefined ? undefined : SIGMA_PER_MAD * spread;
}

/** A swinging motion, for {@linkcode motionLeak}. */
export interface Swing {
  /** How far it swings to each side. */
  readonly amplitude: number;
  /** How often it swings, in hertz. */
  readonly frequencyHz: number;
  /** How many frames a second are measured. */
  readonly fps: number;
}

/**
 * What {@linkcode thirdDifferenceSigma} reads of a true motion without any trembling:
 * `amplitude · (2 sin(π f / fps))³ / √40`, the gain of the third difference on a sine.
 *
 * @param swing The motion.
 * @returns The deviation, in the unit of the amplitude.
 * @throws {RangeError} If the frequency is not from 0 to half of the frame rate.
 */
export function motionLeak({ amplitude, frequencyHz, fps }: Swing): number {
  if (!(frequencyHz >= 0 && frequencyHz <= fps / 2)) {
    throw new RangeError(
      `Cannot tell the leak as frequencyHz must be from 0 to fps / 2: current value is ${frequencyHz}`,
    );
  }
  return Math.abs(amplitude) * (2 * Math.sin(Math.PI * frequencyHz / fps)) ** 3 / Math.sqrt(40);
}
