import type { Tracked } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import type { SmoothOptions } from "./smoothing/smooth_options.ts";
import { smootherFor } from "./smoothing/smoother_for.ts";

export type * from "./smoothing/smooth_options.ts";

/**
 * Makes the boxes and keypoints of tracks hold still.
 *
 * Of each box the centre and the logarithms of width and height are filtered, in real time, so that
 * frames may come unevenly; all lengths are in sizes of the object, so that near and far ones are alike.
 * The first box of an object is shown as it is, and so is the first behind a gap, a cut or a change
 * of its number or of how many keypoints it has. Nothing is shown in a frame in which the track is not:
 * there are no ghosts, and none is lost. `rawBox` stays as it was detected, and is what is smoothed; a
 * track without one was not detected, and stays where tracking expects it.
 *
 * The parameters were chosen on real clips, each judged by what was best on the others:
 * bench/findings/steadiness.md.
 *
 * @param options The method and its parameters.
 * @returns The stage. Its frames come in order; `fixed-lag` holds `lag` of them.
 * @throws {RangeError} If a parameter is out of range.
 * @throws {TypeError} If there is no such method or variant.
 *
 * @example A box that trembles around its place
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const items = Array.from({ length: 40 }, (_, i) => {
 *   const box = { x1: i % 2, y1: 0, x2: 100 + i % 2, y2: 100 };
 *   const frame = { timestampUs: i * 40_000, [Symbol.dispose]() {} } as never;
 *   const face = { trackId: 1, classId: 0, label: "face", confidence: 0.9 };
 *   return { frame, detections: [{ ...face, box, rawBox: box }] };
 * });
 * const steady = ReadableStream.from(items).pipeThrough(smooth({ method: "fixed-lag" }));
 * const last = (await Array.fromAsync(steady)).at(-5)?.detections[0];
 * assert(Math.abs((last?.box.x1 ?? 0) - 0.5) < 0.1);
 * ```
 */
export function smooth(
  options: SmoothOptions = { method: "kalman" },
): MeteredStage<Tracked, Tracked> {
  const smoother = smootherFor(options);
  return stage("smooth", async function* smooth(items: AsyncIterable<Tracked>) {
    if (!smoother) return yield* items;
    const held: Tracked[] = [];
    for await (const item of items) {
      const { frame: { timestampUs }, detections: tracks, isCut } = item;
      held.push(item);
      const smoothed = smoother.advance({ timestampUs, tracks, ...isCut && { isCut } });
      if (smoothed) yield { ...held.shift()!, detections: smoothed };
    }
    for (const detections of smoother.finish()) yield { ...held.shift()!, detections };
  });
}
