/** A fraction of whole numbers, such as a time base in seconds a tick or a frame rate in fps. */
export interface Rational {
  /** The numerator, a whole number. */
  readonly num: number;
  /** The denominator, a whole number above 0. */
  readonly den: number;
}

/** How long a tick of a stream's clock lasts: `num / den` seconds. */
export type TimeBase = Rational;

/**
 * The time of a tick count, in whole microseconds (rounded half up).
 *
 * @param pts The presentation time in ticks, a whole number.
 * @param timeBase The length of a tick.
 * @returns The time in microseconds.
 *
 * @example Times of a stream at 29.97 fps
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(microsecondsFrom(30000, { num: 1001, den: 30000 }), 1001000000);
 * ```
 */
export function microsecondsFrom(pts: number, timeBase: TimeBase): number {
  return Number(rescaled(pts, timeBase, 1_000_000n));
}

/**
 * The time of a tick count, in whole nanoseconds (rounded half up).
 *
 * A `bigint`, as nanoseconds since 1970 do not fit in a number.
 *
 * @param pts The presentation time in ticks, a whole number.
 * @param timeBase The length of a tick.
 * @returns The time in nanoseconds.
 */
export function nanosecondsFrom(pts: number, timeBase: TimeBase): bigint {
  return rescaled(pts, timeBase, 1_000_000_000n);
}

function rescaled(pts: number, { num, den }: TimeBase, unitsPerSecond: bigint): bigint {
  const divisor = BigInt(den);
  const doubled = 2n * BigInt(pts) * BigInt(num) * unitsPerSecond + divisor;
  const quotient = doubled / (2n * divisor);
  // BigInt division rounds towards zero; the floor is wanted.
  return doubled < 0n && doubled % (2n * divisor) !== 0n ? quotient - 1n : quotient;
}
