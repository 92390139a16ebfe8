/** One value of a quantity that changes over time, such as the centre of a box. */
export interface Sample {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The value, in whatever unit the whole series has. */
  readonly value: number;
}

/** What the metrics of a series need to know of its gaps. */
export interface GapOptions {
  /**
   * The longest interval between two samples that belong together, in microseconds: nothing is
   * measured across a longer one.
   *
   * @default {500_000}
   */
  readonly maxGapUs?: number;
}
