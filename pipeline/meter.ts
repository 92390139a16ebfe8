/** How a measured quantity is distributed. */
export interface Distribution {
  /** How many values there were. */
  readonly count: number;
  /** The mean. */
  readonly mean: number;
  /** The median, within 1 %. */
  readonly p50: number;
  /** The 95th percentile, within 1 %. */
  readonly p95: number;
  /** The 99th percentile, within 1 %. */
  readonly p99: number;
  /** The largest value. */
  readonly max: number;
}

/** The ratio between the ends of a bucket: a value is known to half of it. */
const BUCKET_RATIO = 1.02;
const LOG_BUCKET_RATIO = Math.log(BUCKET_RATIO);

/**
 * Measures durations, in milliseconds, in a bounded memory however many there are: values are
 * counted in buckets whose ends differ by 2 %.
 *
 * @example The median of three durations
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const meter = new Meter();
 * for (const durationMs of [1, 10, 100]) meter.record(durationMs);
 * assertAlmostEquals(meter.distribution().p50, 10, 0.1);
 * ```
 */
export class Meter {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #max = 0;

  /**
   * Counts a duration.
   *
   * @param durationMs The duration in milliseconds, 0 or more.
   */
  record(durationMs: number): void {
    const bucket = Math.floor(Math.log(Math.max(durationMs, 1e-6)) / LOG_BUCKET_RATIO);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#sum += durationMs;
    this.#max = Math.max(this.#max, durationMs);
  }

  /**
   * What was counted so far.
   *
   * @returns The distribution, in milliseconds; all zeros if nothing was counted.
   */
  distribution(): Distribution {
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    return {
      count: this.#count,
      mean: this.#count ? this.#sum / this.#count : 0,
      p50: this.#quantile(buckets, 0.5),
      p95: this.#quantile(buckets, 0.95),
      p99: this.#quantile(buckets, 0.99),
      max: this.#max,
    };
  }

  /**
   * How many of the values counted so far are not above each of some bounds.
   *
   * @param boundsMs The bounds, in milliseconds, by rising order; each is met within 2 %.
   * @returns As many counts.
   */
  countsUpTo(boundsMs: readonly number[]): number[] {
    return boundsMs.map((boundMs) => {
      const last = Math.floor(Math.log(Math.max(boundMs, 1e-6)) / LOG_BUCKET_RATIO);
      let count = 0;
      for (const [bucket, values] of this.#buckets) if (bucket <= last) count += values;
      return count;
    });
  }

  #quantile(buckets: readonly (readonly [number, number])[], share: number): number {
    let remaining = share * this.#count;
    for (const [bucket, count] of buckets) {
      remaining -= count;
      if (remaining <= 0) {
        return Math.min(Math.exp((bucket + 0.5) * LOG_BUCKET_RATIO), this.#max);
      }
    }
    return 0;
  }
}
