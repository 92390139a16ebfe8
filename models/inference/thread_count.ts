/**
 * How many threads a network may use on this processor: half of the cores, as the others decode and
 * encode, and no more than 4, beyond which networks of this size gain little.
 */
export function threadCount(): number {
  return Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)));
}
