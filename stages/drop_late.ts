import type { Frame } from "../pipeline/frame.ts";
import { Meter } from "../pipeline/meter.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";

/** Options of {@linkcode dropLate}. */
export interface DropLateOptions {
  /**
   * The greatest age of a frame that passes, in milliseconds since its arrival.
   *
   * @default {500}
   */
  readonly maxLatencyMs?: number;
}

/** The stage that {@linkcode dropLate} makes. */
export interface DropLateStage<T> extends MeteredStage<T, T> {
  /** The age at which frames of a feed come here, dropped ones included, in milliseconds. */
  readonly ages: Meter;
  /** How many were dropped so far. */
  readonly dropped: () => number;
}

/**
 * Drops what came out of a live feed too long ago. Before the outputs of a pipeline, it holds the
 * bound on the age of what is shown, whatever happens in between; what comes from files passes.
 *
 * With the counts of the feed, `received = passed + dropped here + dropped there`.
 *
 * @param options How old a frame may be.
 * @returns The stage.
 * @throws {RangeError} If `maxLatencyMs` is not above 0.
 *
 * @example A frame that came a second ago
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const now = performance.now();
 * const frames = [now - 1000, now].map((arrivedAtMs, index) => ({
 *   frame: { index, arrivedAtMs, [Symbol.dispose]() {} } as never,
 * }));
 * const stage = dropLate();
 * const passed = await Array.fromAsync(ReadableStream.from(frames).pipeThrough(stage));
 * assertEquals([passed.length, stage.dropped()], [1, 1]);
 * ```
 */
export function dropLate<T extends { readonly frame: Frame }>(
  { maxLatencyMs = 500 }: DropLateOptions = {},
): DropLateStage<T> {
  if (!(maxLatencyMs > 0)) {
    throw new RangeError(
      `Cannot drop late frames as maxLatencyMs must be above 0: current value is ${maxLatencyMs}`,
    );
  }
  const ages = new Meter();
  let dropped = 0;
  const passing = stage("dropLate", async function* dropLate(items: AsyncIterable<T>) {
    for await (const item of items) {
      const { arrivedAtMs } = item.frame;
      const ageMs = arrivedAtMs === undefined ? 0 : performance.now() - arrivedAtMs;
      if (arrivedAtMs !== undefined) ages.record(ageMs);
      if (ageMs <= maxLatencyMs) {
        yield item;
      } else {
        dropped++;
        item.frame[Symbol.dispose]();
      }
    }
  });
  return { ...passing, ages, dropped: () => dropped };
}
