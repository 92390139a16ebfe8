import { checkSeries } from "./_series.ts";
import type { Sample } from "./sample.ts";

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
    const [low, high] = [done[after - 1]!, done[after]!];
    const part = (share - low) / (high - low);
    return earlier.timestampUs + part * (later.timestampUs - earlier.timestampUs);
  };
  const start = crossingUs(0.1);
  const end = crossingUs(0.9);
  return start === undefined || end === undefined ? undefined : end - start;
}
