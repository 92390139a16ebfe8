import { SteadyboxError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Outputs } from "../pipeline/tensor.ts";

/** Beyond this share of an output's range, a difference is no matter of rounding. */
const MAX_DIFFERENCE = 0.1;

/** How a network does in half precision: by how much its outputs differ, or why it does not. */
export type HalfTrial =
  | { readonly isSound: true; readonly difference: number }
  | { readonly isSound: false; readonly reason: string };

/**
 * Runs a network in both precisions on the same noise, and compares.
 *
 * @param single The network in single precision.
 * @param half The network in half precision.
 * @param inputShape The size of its input, where free dimensions have a name; they are taken as 1.
 * @returns By how much outputs differ, as a share of their range; or why half precision is of no use.
 */
export async function tryHalf(
  single: InferenceSession,
  half: InferenceSession,
  inputShape: readonly (number | string)[],
): Promise<HalfTrial> {
  const dims = inputShape.map((size) => typeof size === "number" && size > 0 ? size : 1);
  const noise = noiseOf(dims.reduce((product, size) => product * size, 1));
  try {
    const [wanted, found] = await Promise.all(
      [single, half].map((session) => session.run({ dims, data: noise.slice() })),
    );
    const difference = differenceOf(wanted!, found!);
    if (difference <= MAX_DIFFERENCE) return { isSound: true, difference };
    return { isSound: false, reason: `outputs differ by ${percent(difference)}` };
  } catch (error) {
    if (error instanceof SteadyboxError) return { isSound: false, reason: error.message };
    throw error;
  }
}

/** A share of a range in words. */
export function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} % of their range`;
}

/** Numbers from -1 to 1, the same each time (the linear congruential generator of Numerical Recipes, ranqd1). */
function noiseOf(length: number): Float32Array<ArrayBuffer> {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return state / 2 ** 31;
  });
}

/** The greatest difference, as a share of the range of its output; infinite where one is no number. */
function differenceOf(wanted: Outputs, found: Outputs): number {
  return Math.max(
    ...Object.entries(wanted).map(([name, { data }]) => {
      let [least, most, worst] = [0, 0, 0]; // An output may be a single number.
      for (const [i, value] of data.entries()) {
        const difference = Math.abs(value - found[name]!.data[i]!);
        worst = Math.max(worst, Number.isFinite(difference) ? difference : Infinity);
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      return worst === 0 ? 0 : worst / (most - least);
    }),
  );
}
