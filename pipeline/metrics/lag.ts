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
  const stretches = stretchesOf(references, maxGapUs).filter(({ length }) => length >= 4);
  const counted = timesUs ? samples.filter((sample) => timesUs.has(sample.timestampUs)) : samples;
  const covered = stretches.map((stretch) => ({
    stretch,
    samples: counted.filter(({ timestampUs }) =>
      timestampUs - maxLagUs >= (stretch[0]?.timestampUs ?? Infinity) &&
      timestampUs + maxLagUs <= (stretch.at(-1)?.timestampUs ?? -Infinity)
    ),
  })).filter(({ samples }) => samples.length);
  const costAt = (lagUs: number) =>
    rmsOf(
      covered.flatMap(({ stretch, samples }) =>
        samples.map(({ timestampUs, value }) => value - valueAt(stretch, timestampUs - lagUs))
      ),
    ) ?? 0;
  const count = covered.reduce((sum, { samples }) => sum + samples.length, 0);
  if (!count) return undefined;
  return leastCost(costAt, { maxLagUs, stepUs: halfFrameOf(references), count, covered });
}

interface Search {
  readonly maxLagUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly covered: readonly { stretch: readonly Sample[]; samples: readonly Sample[] }[];
}

function leastCost(costAt: (lagUs: number) => number, search: Search): Lag | undefined {
  const { maxLagUs, count, covered } = search;
  const steps = Math.ceil(maxLagUs / search.stepUs);
  const stepUs = maxLagUs / steps;
  let best = 0;
  let bestCost = costAt(0);
  for (let step = 1; step <= steps; step++) {
    // From 0 outwards, so that of two equal lags the smaller one is told.
    for (const side of [step, -step]) {
      const cost = costAt(side * stepUs);
      if (cost < bestCost) [best, bestCost] = [side, cost];
    }
  }
  const lagUs = goldenSection(
    costAt,
    Math.max(-maxLagUs, (best - 1) * stepUs),
    Math.min(maxLagUs, (best + 1) * stepUs),
  );
  const speed = rmsOf(covered.flatMap(({ stretch, samples }) =>
    samples.map(({ timestampUs }) => {
      const there = timestampUs - lagUs;
      const before = Math.max(there - stepUs, stretch[0]?.timestampUs ?? there);
      const after = Math.min(there + stepUs, stretch.at(-1)?.timestampUs ?? there);
      return (valueAt(stretch, after) - valueAt(stretch, before)) / (after - before);
    })
  ));
  if (!speed) return undefined;
  const standardErrorUs = costAt(lagUs) / (speed * Math.sqrt(count));
  return { lagUs, standardErrorUs, isAtLimit: Math.abs(best) === steps };
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

function halfFrameOf(samples: readonly Sample[]): number {
  const lengthUs = (samples.at(-1)?.timestampUs ?? 0) - (samples[0]?.timestampUs ?? 0);
  return lengthUs / (samples.length - 1) / 2;
}

/** The value of a stretch at any time within it. */
function valueAt(stretch: readonly Sample[], timeUs: number): number {
  let low = 0;
  let high = stretch.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((stretch[middle]?.timestampUs ?? 0) <= timeUs) low = middle;
    else high = middle;
  }
  const start = Math.min(Math.max(low - 1, 0), stretch.length - 4);
  const four = stretch.slice(start, start + 4);
  return four.reduce((sum, { timestampUs, value }, i) => {
    let weight = value;
    four.forEach((other, k) => {
      if (k !== i) weight *= (timeUs - other.timestampUs) / (timestampUs - other.timestampUs);
    });
    return sum + weight;
  }, 0);
}

/**
 * How long a filter takes from 10 % to 90 % of a step: the time between the two first crossings,
 * linear between samples.
 *
 * @param samples The filter's answer to a step without noise, in the order of time.
 * @param step The values before and after the step.
 * @returns The time in microseconds; `undefined` if 90 % is never reached.
 * @throws {RangeError} If times do not increase, a value is not finite or the step has no height.
 */
export function stepRiseUs(
  samples: readonly Sample[],
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  if (!(Number.isFinite(to - from) && to !== from)) {
    throw new RangeError(
      `Cannot time a step as it must have a height: current value is ${to - from}`,
    );
  }
  checkSeries(samples);
  const crossingUs = (share: number): number | undefined => {
    const done = samples.map(({ value }) => (value - from) / (to - from));
    const after = done.findIndex((value) => value >= share);
    const [earlier, later] = [samples[after - 1], samples[after]];
    if (!later) return undefined;
    if (!earlier) return later.timestampUs;
    const [low = 0, high = 0] = [done[after - 1], done[after]];
    const part = (share - low) / (high - low);
    return earlier.timestampUs + part * (later.timestampUs - earlier.timestampUs);
  };
  const start = crossingUs(0.1);
  const end = crossingUs(0.9);
  return start === undefined || end === undefined ? undefined : end - start;
}
