import { checkSeries, DEFAULT_MAX_GAP_US, joined, rmsOf, stretchesOf } from "./_series.ts";
import type { GapOptions, Sample } from "./sample.ts";

/** Options of {@linkcode fastestTimes}. */
export interface FastestTimesOptions extends GapOptions {
  /**
   * Which share of the frames to take, above 0 and up to 1.
   *
   * @default {0.25}
   */
  readonly share?: number;
}

/**
 * The times at which an object moves fastest.
 *
 * The speed at a frame is that between its two neighbours, over all coordinates together. Frames in
 * which nothing moves are never among them.
 *
 * @param references Where the object truly was, a series a coordinate, with the same times: the
 * truth, or a smoother without delay. The same for all methods that are to be compared.
 * @param options See {@linkcode FastestTimesOptions}.
 * @returns The times, in microseconds.
 * @throws {RangeError} If times do not increase, a value is not finite or the share is out of range.
 */
export function fastestTimes(
  references: readonly (readonly Sample[])[],
  { share = 0.25, maxGapUs = DEFAULT_MAX_GAP_US }: FastestTimesOptions = {},
): ReadonlySet<number> {
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(
      `Cannot take the fastest frames as share must be above 0 and up to 1: current value is ${share}`,
    );
  }
  const squares = new Map<number, number>();
  for (const reference of references) {
    checkSeries(reference);
    for (const stretch of stretchesOf(reference, maxGapUs)) addSpeeds(stretch, squares);
  }
  const ordered = [...squares].sort(([timeA, a], [timeB, b]) => b - a || timeA - timeB);
  const count = Math.ceil(share * ordered.length);
  return new Set(
    ordered.slice(0, count).filter(([, square]) => square > 0).map(([timestampUs]) => timestampUs),
  );
}

function addSpeeds(stretch: readonly Sample[], squares: Map<number, number>): void {
  stretch.slice(1, -1).forEach(({ timestampUs }, i) => {
    const before = stretch[i];
    const after = stretch[i + 2];
    if (!before || !after) return;
    const speed = (after.value - before.value) / (after.timestampUs - before.timestampUs);
    squares.set(timestampUs, (squares.get(timestampUs) ?? 0) + speed * speed);
  });
}

/**
 * How far a series is from its reference: the root mean square of their differences.
 *
 * @param samples The series, in the order of time.
 * @param references Where the object truly was.
 * @param timesUs The times that count, such as {@linkcode fastestTimes}; all where absent.
 * @returns The error, in the unit of the values; `undefined` where the two share no time that counts.
 * @throws {RangeError} If times do not increase or a value is not finite.
 */
export function rmseAgainst(
  samples: readonly Sample[],
  references: readonly Sample[],
  timesUs?: ReadonlySet<number>,
): number | undefined {
  const pairs = joined(samples, references);
  const counted = timesUs ? pairs.filter(({ timestampUs }) => timesUs.has(timestampUs)) : pairs;
  return rmsOf(counted.map(({ value, reference }) => value - reference));
}
