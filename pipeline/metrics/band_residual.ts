import { DEFAULT_MAX_GAP_US, joined, type Pair, stretchesOf, withoutLine } from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** A band of frequencies: `fromHz` belongs to it, `toHz` does not. */
export interface Band {
  /** Where it begins, in hertz. */
  readonly fromHz: number;
  /** Where it ends, in hertz: at half of the frame rate where absent. */
  readonly toHz?: number;
}

/** How much of a residual lies in a band, in the unit of the values. */
export interface BandResidual extends Band {
  /** The root mean square of the residual's part in the band. */
  readonly deviation: number;
  /** The deviation, over all frequencies, of the white noise that is as dense as this band. */
  readonly whiteDeviation: number;
}

/** Options of {@linkcode bandResiduals}. */
export interface BandResidualOptions extends GapOptions {
  /**
   * The bands.
   *
   * @default {[{ fromHz: 1, toHz: 6 }, { fromHz: 6 }]}
   */
  readonly bands?: readonly Band[];
  /**
   * How much of the series is looked at together, in microseconds: the resolution is its inverse.
   *
   * @default {4_000_000}
   */
  readonly windowUs?: number;
}

/**
 * How much a series differs from its reference, by frequency: slow wobble from 1 to 6 Hz, flicker
 * from 6 Hz on.
 *
 * Welch's method (IEEE Transactions on Audio and Electroacoustics 15, 1967) on `value - reference`:
 * windows that overlap by half, a straight line taken away, weighted by a Hann window, one-sided. The
 * transform is taken at the true times; every sample counts as one measurement, so white noise keeps
 * its deviation at unequal intervals too. A series that is shorter than a window is its own window.
 *
 * @param samples The series, in the order of time.
 * @param references Where the object truly was: the truth, or a smoother without delay.
 * @param options See {@linkcode BandResidualOptions}.
 * @returns The bands, each `undefined` where it holds no frequency that can be told: above half of
 * the frame rate, or between two that the window resolves, or without four samples in a row.
 * @throws {RangeError} If times do not increase, a value is not finite or an option is out of range.
 */
export function bandResiduals(
  samples: readonly Sample[],
  references: readonly Sample[],
  {
    bands = [{ fromHz: 1, toHz: 6 }, { fromHz: 6 }],
    windowUs = 4_000_000,
    maxGapUs = DEFAULT_MAX_GAP_US,
  }: BandResidualOptions = {},
): (BandResidual | undefined)[] {
  if (!(windowUs > 0)) {
    throw new RangeError(
      `Cannot part a residual as windowUs must be above 0: current value is ${windowUs}`,
    );
  }
  for (const { fromHz, toHz = Infinity } of bands) {
    if (!(fromHz >= 0 && toHz > fromHz)) {
      throw new RangeError(
        `Cannot part a residual as a band must be from 0 or more upwards: current value is ${fromHz} to ${toHz}`,
      );
    }
  }
  const windows = windowsOf(stretchesOf(joined(samples, references), maxGapUs), windowUs);
  const sums = bands.map(() => ({ power: 0, share: 0, windows: 0 }));
  for (const window of windows) addWindow(window, bands, sums);
  return bands.map((band, i) => {
    const { power, share, windows } = sums[i]!;
    if (!share) return undefined;
    const meanPower = power / windows;
    const whiteDeviation = Math.sqrt(power / share);
    return { ...band, deviation: Math.sqrt(meanPower), whiteDeviation };
  });
}

function windowsOf(stretches: readonly (readonly Pair[])[], windowUs: number): Pair[][] {
  const parted = stretches.filter(({ length }) => length >= 4).map((stretch) => {
    const frameUs = frameTimeOf(stretch);
    const size = Math.min(stretch.length, Math.round(windowUs / frameUs));
    return { stretch, size, lengthUs: size * frameUs };
  });
  const longestUs = Math.max(0, ...parted.map(({ lengthUs }) => lengthUs));
  return parted.flatMap(({ stretch, size, lengthUs }) => {
    // Beside full windows, short ones would blur the edges of the bands.
    if (size < 4 || lengthUs < 0.9 * longestUs) return [];
    const count = Math.floor((stretch.length - size) / Math.ceil(size / 2)) + 1;
    const starts = Array.from({ length: count }, (_, i) => i * Math.ceil(size / 2));
    return starts.map((start) => stretch.slice(start, start + size));
  });
}

/** The mean interval of a stretch, in microseconds. */
function frameTimeOf(stretch: readonly Pair[]): number {
  return (stretch.at(-1)!.timestampUs - stretch[0]!.timestampUs) / (stretch.length - 1);
}

function addWindow(
  window: readonly Pair[],
  bands: readonly Band[],
  sums: readonly { power: number; share: number; windows: number }[],
): void {
  const count = window.length;
  const startUs = window[0]!.timestampUs;
  const lengthUs = frameTimeOf(window) * count;
  const phases = window.map(({ timestampUs }) => 2 * Math.PI * (timestampUs - startUs) / lengthUs);
  const hann = phases.map((phase) => 0.5 - 0.5 * Math.cos(phase));
  const energy = hann.reduce((sum, weight) => sum + weight * weight, 0);
  const residual = withoutLine(phases, window.map(({ value, reference }) => value - reference));
  const weighted = residual.map((value, i) => value * hann[i]!);
  bands.forEach(({ fromHz, toHz = Infinity }, i) => {
    const sum = sums[i]!;
    let share = 0;
    for (let k = 0; k <= count / 2; k++) {
      const frequencyHz = k / lengthUs * 1e6;
      if (frequencyHz < fromHz || frequencyHz >= toHz) continue;
      // All but the two ends stand for a negative frequency as well.
      const weight = (k === 0 || k === count / 2 ? 1 : 2) / count;
      sum.power += weight * powerAt(k, phases, weighted) / energy;
      share += weight;
    }
    sum.share += share;
    if (share) sum.windows++;
  });
}

function powerAt(k: number, phases: readonly number[], weighted: readonly number[]): number {
  let real = 0;
  let imaginary = 0;
  weighted.forEach((value, i) => {
    const angle = k * phases[i]!;
    real += value * Math.cos(angle);
    imaginary -= value * Math.sin(angle);
  });
  return real * real + imaginary * imaginary;
}
