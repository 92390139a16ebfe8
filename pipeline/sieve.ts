/**
 * What of an output matters to whoever decodes it: its numbers are the records of all the boxes that a
 * network could have found, and most of these are surely none, so that a device need not hand them over.
 *
 * A record is sifted out if the greatest of the numbers that decide is at least `least`, and below
 * `floor`. In its place stand zeros, and `least` for the numbers that decide.
 *
 * @example For 8400 boxes, of which each has 4 numbers that place it and the confidences of 80 classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const dims = [1, 84, 8400];
 * const sieve: Sieve = {
 *   output: "output0",
 *   axis: 1,
 *   length: 84,
 *   from: 4,
 *   to: 84,
 *   least: 0,
 *   floor: 0.25,
 * };
 * assertEquals(dims[sieve.axis], sieve.length);
 * ```
 */
export interface Sieve {
  /** The name of the output. */
  readonly output: string;
  /**
   * The dimension, from 0, in which the numbers of a record follow one another. It may hold those of
   * several records, one behind the other.
   */
  readonly axis: number;
  /** How many numbers a record has. */
  readonly length: number;
  /** The first of its numbers that decide, from 0. */
  readonly from: number;
  /** The one behind the last of them. */
  readonly to: number;
  /** What they are at least. Where all are less, something is wrong, and the record stays to show it. */
  readonly least: number;
  /** What one of them must reach. */
  readonly floor: number;
}
