import type { MemoryTrend, Target } from "./schema.ts";
import { target } from "./targets.ts";

/** In how many parts of equal length the time is seen, each as one value: its mean. */
const PARTS = 20;

/** With fewer frames, a trend says nothing of what follows. */
const MIN_FRAMES = 300;

/** Student's t for 95 % on both sides, with as many degrees of freedom as parts but two. */
const STUDENT_T = 2.101;

/**
 * How memory changed from frame to frame: the slope of least squares through the means of 20 parts of
 * the time. What a part has left over goes on into the next one, so that there is less to learn from
 * 20 parts than from 20 values that have nothing to do with each other: the interval is as much wider
 * as their correlation asks for (Santer et al., "Statistical significance of trends and trend
 * differences in layer-average atmospheric temperature time series", 2000, equation 6).
 *
 * @param name What ran.
 * @param frames How many frames there were.
 * @param samples What was held, at evenly spread frames, once all was warmed up: at least 20.
 * @returns The trend.
 * @throws {RangeError} If there are fewer samples.
 *
 * @example Memory that grows by 2 MB in 1,000 frames
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const samples = Array.from({ length: 200 }, (_, i) => ({ frame: 10 * i, heldMb: 100 + 0.02 * i }));
 * assertAlmostEquals(memoryTrendOf("all", 2000, samples).slope.value, 2);
 * ```
 */
export function memoryTrendOf(
  name: string,
  frames: number,
  samples: readonly { readonly frame: number; readonly heldMb: number }[],
): MemoryTrend {
  if (samples.length < PARTS) {
    throw new RangeError(
      `Cannot see a trend as there must be ${PARTS} samples: there are ${samples.length}`,
    );
  }
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const at = (share: number) => Math.floor(share * samples.length / PARTS);
    const within = samples.slice(at(part), at(part + 1));
    return { x: meanOf(within.map(({ frame }) => frame)), y: meanOf(within.map((s) => s.heldMb)) };
  });
  const { slope, error } = slopeThrough(parts);
  return {
    name,
    frames,
    firstMb: parts[0]!.y,
    lastMb: parts.at(-1)!.y,
    peakMb: samples.reduce((most, { heldMb }) => Math.max(most, heldMb), 0),
    slope: {
      value: 1000 * slope,
      low: 1000 * (slope - STUDENT_T * error),
      high: 1000 * (slope + STUDENT_T * error),
    },
  };
}

/**
 * Holds a trend against none: it may be as large as its own noise.
 *
 * @param trend The trend.
 * @returns The figure; none where there were so few frames that memory was still being filled.
 */
export function flatness({ name, frames, slope: { value, low, high } }: MemoryTrend): Target[] {
  if (frames < MIN_FRAMES) return [];
  const spread = { min: low, median: value, max: high };
  const what = `${name}, memory in ${frames} frames, MB/1000`;
  return [target(what, spread, { limit: high - value, side: "at most" })];
}

/** The slope of least squares, and its standard error. */
function slopeThrough(
  points: readonly { readonly x: number; readonly y: number }[],
): { readonly slope: number; readonly error: number } {
  const [middleX, middleY] = [meanOf(points.map(({ x }) => x)), meanOf(points.map(({ y }) => y))];
  const width = sumOf(points.map(({ x }) => (x - middleX) ** 2));
  const slope = sumOf(points.map(({ x, y }) => (x - middleX) * (y - middleY))) / width;
  const rest = points.map(({ x, y }) => y - middleY - slope * (x - middleX));
  const square = sumOf(rest.map((value) => value ** 2));
  const correlation = square > 0
    ? sumOf(rest.slice(1).map((value, i) => value * rest[i]!)) / square
    : 0;
  const widening = Math.sqrt((1 + Math.max(0, correlation)) / (1 - Math.max(0, correlation)));
  return { slope, error: widening * Math.sqrt(square / (points.length - 2) / width) };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}
