import type { Spread } from "./schema.ts";

/**
 * The least, the middle and the greatest of some numbers.
 *
 * @param values At least one number.
 * @returns Their range; the median of an even number of values is the mean of the middle two.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spreadOf([4, 1, 3, 2]), { min: 1, median: 2.5, max: 4 });
 * ```
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}
