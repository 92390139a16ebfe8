import type { Frame } from "../pipeline/frame.ts";
import { Meter } from "../pipeline/meter.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { AgeBound } from "./live/age_bound.ts";

/** What is known when a pipeline turns out to be too slow for the bound. */
export interface Overrun {
  /** How old the frame is that passes all the same, in milliseconds since its arrival. */
  readonly ageMs: number;
  /** How long after the frame before it it came here, in milliseconds. */
  readonly intervalMs: number;
}

/** Options of {@linkcode dropLate}. */
export interface DropLateOptions {
  /**
   * The greatest age of a frame that passes, in milliseconds since its arrival, if any frame is so
   * young.
   *
   * @default {500}
   */
  readonly maxLatencyMs?: number;
  /** Told once, when the first frame passes that is too old, as all have been for a while. */
  readonly onOverrun?: (overrun: Overrun) => void;
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
 * A pipeline that takes longer than the bound for each frame cannot hold it. When all frames have been
 * late for three times the bound, they pass until one is in time again: a newest picture that is too
 * old is better than none. One that is four times as old as others were has been held up, and does not.
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
  { maxLatencyMs = 500, onOverrun = () => {} }: DropLateOptions = {},
): DropLateStage<T> {
  if (!(maxLatencyMs > 0)) {
    throw new RangeError(
      `Cannot drop late frames as maxLatencyMs must be above 0: current value is ${maxLatencyMs}`,
    );
  }
  const ages = new Meter();
  const bound = new AgeBound(maxLatencyMs);
  let dropped = 0;
  let isOverrunTold = false;
  let lastAtMs = performance.now();
  const passing = stage("dropLate", async function* dropLate(items: AsyncIterable<T>) {
    for await (const item of items) {
      const { arrivedAtMs } = item.frame;
      const nowMs = performance.now();
      const ageMs = arrivedAtMs === undefined ? 0 : nowMs - arrivedAtMs;
      const intervalMs = nowMs - lastAtMs;
      lastAtMs = nowMs;
      if (arrivedAtMs !== undefined) ages.record(ageMs);
      if (!bound.admits(ageMs, nowMs)) {
        dropped++;
        item.frame[Symbol.dispose]();
        continue;
      }
      if (ageMs > maxLatencyMs && !isOverrunTold) {
        isOverrunTold = true;
        onOverrun({ ageMs, intervalMs });
      }
      yield item;
    }
  });
  return { ...passing, ages, dropped: () => dropped };
}
