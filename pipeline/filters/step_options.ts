/** What a filter may be told about one value. */
export interface StepOptions {
  /**
   * The size of what is measured: all standard deviations that a filter was made with are multiplied
   * by it. With the size of an object in pixels, they are parts of its size.
   *
   * @default {1}
   */
  readonly scale?: number;
  /**
   * The standard deviation of this value's noise, for a size of 1.
   *
   * @default {the filter's own}
   */
  readonly measurementSd?: number;
}
