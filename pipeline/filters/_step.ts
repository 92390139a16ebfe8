import { checkFinite, checkPositive } from "./_checks.ts";
import type { StepOptions } from "./step_options.ts";

/** By what a step's scale multiplies variances. */
export function scaleFactorOf({ scale = 1 }: StepOptions = {}): number {
  checkPositive("filter", "scale", scale);
  return scale ** 2;
}

/** The variance of a measured value's noise, once the value is known to be a number. */
export function varianceOf(
  value: number,
  options: StepOptions | undefined,
  usualSd: number,
): number {
  checkFinite("filter", "a value", value);
  const measurementSd = options?.measurementSd ?? usualSd;
  checkPositive("filter", "measurementSd", measurementSd);
  return measurementSd ** 2 * scaleFactorOf(options);
}

/** Throws as a filter cannot begin without a value. */
export function missingStart(): never {
  throw new RangeError("Cannot filter as the first value must be measured");
}
