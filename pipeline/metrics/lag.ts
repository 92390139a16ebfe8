import { checkSeries, DEFAULT_MAX_GAP_US, rmsOf, stretchesOf } from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** How far a series lags behind its reference. */
export interface Lag {
  /** The lag, in microseconds: below 0 if the series runs ahead. */
  readonly lagUs: number;
  /** The standard error of the lag, in microseconds, as if the differences were independent. */
  readonly standardErrorUs: number;
  /** Whether the best lag lies at the end of the range: the true one is beyond. */
  readonly isAtLimit: boolean;
}

/** Options of {@linkcode lagBehind}. */
export interface LagOptions extends GapOptions {
  /**
   * The largest lag that is tried, to both sides, in microseconds. As much is not measured at both
   * ends of a stretch.
   *
   * @default {1_000_000}
   */
  readonly maxLagUs?: number;
  /** The times that count, such as those of the fastest motion; all where absent. */
  readonly timesUs?: ReadonlySet<number>;
}

/**
 * How far a series lags behind its reference: the `d` that minimises the mean square of
 * `value(t) - reference(t - d)`, to a fraction of a frame. The reference is read between its samples
 * by a polynomial of third degree through four of them.
 *
 * @param samples The series, in the order of time.
 * @param references Where the object truly was: the truth, or a smoother without delay.
 * @param options See {@linkcode LagOptions}.
 * @returns The lag; `undefined` if the reference stands still, or is nowhere as long as twice the
 * largest lag.
 * @throws {RangeError} If times do not increase, a value is not finite or the limit is out of range.
 *
 * @example A series that comes a frame late
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const truth = Array.from({ length: 90 }, (_, i) => ({ timestampUs: i * 40_000, value: Math.sin(i / 5) }));
 * const late = truth.map(({ timestampUs, value }) => ({ timestampUs: timestampUs + 40_000, value }));
 * assertAlmostEquals(lagBehind(late, truth)?.lagUs ?? 0, 40_000, 10);
 * ```
 */
export function lagBehind(
  samples: readonly Sample[],
  references: readonly Sample[],
  { maxLagUs = 1_000_000, timesUs, maxGapUs = DEFAULT_MAX_GAP_US }: LagOptions = {},
): Lag | undefined {
  if (!(maxLagUs > 0)) {
    throw new RangeError(
      `Cannot find a lag as maxLagUs must be above 0: current value is ${maxLagUs}`,
    );
  }
  checkSeries(samples);
  checkSeries(references);
  const counted = timesUs ? samples.filter((sample) => timesUs.has(sample.timestampUs)) : samples;
  const parts = stretchesOf(references, maxGapUs)
    .filter(({ length }) => length >= 4)
    .map((stretch) => ({ stretch, samples: coveredBy(stretch, counted, maxLagUs) }));
  const count = parts.reduce((sum, part) => sum + part.samples.length, 0);
  if (!count) return undefined;
  const { lagUs, isAtLimit } = leastCost((lag) => errorAt(parts, lag), {
    maxLagUs,
    stepUs: frameTimeOf(references) / 2,
  });
  const speed = speedAt(parts, lagUs);
  if (!speed) return undefined;
  return { lagUs, standardErrorUs: errorAt(parts, lagUs) / (speed * Math.sqrt(count)), isAtLimit };
}

/** A stretch of the reference, and the samples that it covers at every lag. */
interface Part {
  readonly stretch: readonly Sample[];
  readonly samples: readonly Sample[];
}

function coveredBy(
  stretch: readonly Sample[],
  samples: readonly Sample[],
  maxLagUs: number,
): Sample[] {
  const firstUs = stretch[0]!.timestampUs + maxLagUs;
  const lastUs = stretch.at(-1)!.timestampUs - maxLagUs;
  return samples.filter(({ timestampUs }) => timestampUs >= firstUs && timestampUs <= lastUs);
}

/** The root mean square of what is left at a lag. */
function errorAt(parts: readonly Part[], lagUs: number): number {
  let squares = 0;
  let count = 0;
  for (const { stretch, samples } of parts) {
    for (const { timestampUs, value } of samples) {
      squares += (value - valueAt(stretch, timestampUs - lagUs)) ** 2;
    }
    count += samples.length;
  }
  return Math.sqrt(squares / count);
}

/** The root mean square of the reference's speed at a lag, in values a microsecond. */
function speedAt(parts: readonly Part[], lagUs: number): number {
  return rmsOf(parts.flatMap(({ stretch, samples }) =>
    samples.map(({ timestampUs }) => {
      const at = Math.min(startOf(stretch, timestampUs - lagUs) + 1, stretch.length - 2);
      const [before, after] = [stretch[at]!, stretch[at + 1]!];
      return (after.value - before.value) / (after.timestampUs - before.timestampUs);
    })
  )) ?? 0;
}

function leastCost(
  costAt: (lagUs: number) => number,
  { maxLagUs, stepUs }: { readonly maxLagUs: number; readonly stepUs: number },
): { lagUs: number; isAtLimit: boolean } {
  const steps = Math.ceil(maxLagUs / stepUs);
  const evenUs = maxLagUs / steps;
  let best = 0;
  let bestCost = costAt(0);
  for (let step = 1; step <= steps; step++) {
    // From 0 outwards, so that of two equal lags the smaller one is told.
    for (const side of [step, -step]) {
      const cost = costAt(side * evenUs);
      if (cost < bestCost) [best, bestCost] = [side, cost];
    }
  }
  const low = Math.max(-maxLagUs, (best - 1) * evenUs);
  const high = Math.min(maxLagUs, (best + 1) * evenUs);
  return { lagUs: goldenSection(costAt, low, high), isAtLimit: Math.abs(best) === steps };
}

/** The place of the least value between two places (Kiefer 1953), to a microsecond. */
function goldenSection(costAt: (place: number) => number, low: number, high: number): number {
  const share = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1) {
    const left = high - share * (high - low);
    const right = low + share * (high - low);
    if (costAt(left) <= costAt(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

/** The mean interval, in microseconds. */
function frameTimeOf(samples: readonly Sample[]): number {
  const lengthUs = samples.at(-1)!.timestampUs - samples[0]!.timestampUs;
  return lengthUs / (samples.length - 1);
}

/** The place of the first of the four samples nearest to a time. */
function startOf(stretch: readonly Sample[], timeUs: number): number {
  let low = 0;
  let high = stretch.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (stretch[middle]!.timestampUs <= timeUs) low = middle;
    else high = middle;
  }
  return Math.min(Math.max(low - 1, 0), stretch.length - 4);
}

/** The value of a stretch at any time within it, by Lagrange's polynomial of third degree. */
function valueAt(stretch: readonly Sample[], timeUs: number): number {
  const start = startOf(stretch, timeUs);
  let sum = 0;
  for (let i = start; i < start + 4; i++) {
    const { timestampUs, value } = stretch[i]!;
    let term = value;
    for (let k = start; k < start + 4; k++) {
      const other = stretch[k]!.timestampUs;
      if (k !== i) term *= (timeUs - other) / (timestampUs - other);
    }
    sum += term;
  }
  return sum;
}
