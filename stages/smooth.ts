import type { Tracked } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { smootherFor } from "./smoothing/smoother_for.ts";

/** Boxes stay as they are. */
export interface NoMethod {
  /** The name of the method. */
  readonly method: "none";
}

/**
 * The One Euro filter: simple, quick, and late on what moves.
 *
 * Positions count in sizes of the object (the root of its area), so `beta` is in Hz for each size a
 * second. Where an object was not detected, it stays where it was.
 */
export interface OneEuroMethod {
  /** The name of the method. */
  readonly method: "one-euro";
  /**
   * Which of the two published forms to follow: `casiez` takes the speed from the last filtered value,
   * `mediapipe` from the last measured one.
   *
   * @default {"casiez"}
   */
  readonly variant?: "casiez" | "mediapipe";
  /**
   * The cut-off frequency at rest, in Hz, above 0.
   *
   * @default {2}
   */
  readonly minCutoffHz?: number;
  /**
   * By how many Hz the cut-off frequency rises for each size a second, 0 or more.
   *
   * @default {20}
   */
  readonly beta?: number;
  /**
   * The cut-off frequency of the speed, in Hz, above 0.
   *
   * @default {1}
   */
  readonly derivativeCutoffHz?: number;
}

/** How much a detector trembles, and how objects move. Only the ratio of the two matters in the end. */
export interface MotionModel {
  /**
   * The standard deviation of the detector's error, in sizes of the object, above 0.
   *
   * @default {0.002}
   */
  readonly measurementSd?: number;
  /**
   * The power spectral density of the acceleration, in sizes² a second³, 0 or more.
   *
   * @default {0.012}
   */
  readonly accelerationDensity?: number;
}

/**
 * A Kalman filter of nearly constant velocity, for live feeds: it waits for nothing and hardly lags.
 *
 * Two things are ours. The acceleration that it reckons with grows with the speed `v` of the object,
 * from `calmShare` of its density at rest to all of it on the move, as
 * `calmShare + (1 - calmShare) s⁴ / (1 + s⁴)`, `s = v / calmSpeed`, for all coordinates alike: what stands
 * still need not be followed quickly. And of each correction only `1 - damping` is shown: the shown
 * place `y` is the one that minimises `(y - x)² + damping / (1 - damping) (y - x')²`, between what is believed
 * (`x`) and what was expected (`x'`), while the filter itself goes on with `x`, so that an even motion
 * is still shown without lag.
 */
export interface KalmanMethod extends MotionModel {
  /** The name of the method. */
  readonly method: "kalman";
  /**
   * Which share of the acceleration's density is left at rest, from 0 to 1; at 1, the speed does not matter.
   *
   * @default {0.05}
   */
  readonly calmShare?: number;
  /**
   * At which speed half of the rest has come back, in sizes a second, above 0.
   *
   * @default {0.1}
   */
  readonly calmSpeed?: number;
  /**
   * Which share of each correction is not shown, from 0 to below 1.
   *
   * @default {0.27}
   */
  readonly damping?: number;
}

/**
 * A Kalman filter that looks some frames ahead, for files: far steadier, and as many frames later.
 *
 * Each frame waits in the stage until `lag` further ones are known.
 */
export interface FixedLagMethod extends MotionModel {
  /** The name of the method. */
  readonly method: "fixed-lag";
  /**
   * How many frames it looks ahead, a whole number.
   *
   * @default {3}
   */
  readonly lag?: number;
}

/** How boxes are smoothed in a stream, by name, with the parameters of the method. */
export type SmoothMethod = NoMethod | OneEuroMethod | KalmanMethod | FixedLagMethod;

/** Options of {@linkcode smooth}. */
export type SmoothOptions = SmoothMethod & {
  /**
   * How long an object may be unseen and still be smoothed on, in seconds, 0 or more.
   *
   * @default {0.5}
   */
  readonly maxGapS?: number;
};

/**
 * Makes the boxes and keypoints of tracks hold still.
 *
 * Of each box the centre and the logarithms of width and height are filtered, in real time, so that
 * frames may come unevenly; all lengths are in sizes of the object, so that near and far ones are alike.
 * The first box of an object is shown as it is, and so is the first behind a gap, a cut or a change
 * of its number or of how many keypoints it has. Nothing is shown in a frame in which the track is not:
 * there are no ghosts, and none is lost. `rawBox` stays as it was detected, and is what is smoothed; a
 * track without one was not detected, and is shown where the method expects it.
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
