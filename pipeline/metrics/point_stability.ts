import type { Point } from "../box.ts";
import { DEFAULT_MAX_GAP_US, meanOf, rmsOf, stretchesOf } from "./_series.ts";
import type { GapOptions } from "./sample.ts";

/** The points of one object in a frame, found and true, in the same order. */
export interface PointFrame {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** Where the points were found: keypoints, or the corners of a box. */
  readonly points: readonly Point<"frame">[];
  /** Where they truly are. */
  readonly truth: readonly Point<"frame">[];
}

/**
 * The normalised mean flicker of an object's points (Micaelli et al., "Recurrence without Recurrence:
 * Stable Video Landmark Detection with Deep Equilibrium Models", CVPR 2023): of the change of each
 * point's error from a frame to the next, the root mean square over points and frames, for an object
 * that is 256 pixels in size. A constant offset costs nothing.
 *
 * The size is `√(width · height)` of what the true points of the later frame span; frames whose true
 * points span nothing are left out.
 *
 * @param frames The frames in which the object was found, in the order of time.
 * @param options See {@linkcode GapOptions}.
 * @returns The flicker, in hundredths of a pixel of an object 256 pixels in size; `undefined` without
 * two frames in a row.
 * @throws {RangeError} If a frame has not as many points as true ones, or others than the frame before.
 */
export function normalisedMeanFlicker(
  frames: readonly PointFrame[],
  { maxGapUs = DEFAULT_MAX_GAP_US }: GapOptions = {},
): number | undefined {
  checkPoints(frames);
  const byFrame = stretchesOf(frames, maxGapUs).flatMap((stretch) =>
    stretch.slice(1).flatMap((frame, i) => {
      const size = extentOf(frame.truth);
      if (!(size > 0)) return [];
      const before = errorsOf(stretch[i]!);
      const changes = errorsOf(frame).map(({ x, y }, k) =>
        Math.hypot(x - before[k]!.x, y - before[k]!.y)
      );
      return [rmsOf(changes)! / (size / 256)];
    })
  );
  const flicker = rmsOf(byFrame);
  return flicker === undefined ? undefined : 100 * flicker;
}

/**
 * The acceleration error of an object's points (Kanazawa et al., "Learning 3D Human Dynamics from
 * Video", CVPR 2019): the mean distance between the accelerations of found and true points. Taken at
 * the true times, as twice the divided difference of second order; at equal intervals it is the usual
 * error in pixels a frame², times the square of the frame rate.
 *
 * @param frames The frames in which the object was found, in the order of time.
 * @param options See {@linkcode GapOptions}.
 * @returns The error, in pixels a second²; `undefined` without three frames in a row.
 * @throws {RangeError} If a frame has not as many points as true ones, or others than the frame before.
 */
export function accelerationError(
  frames: readonly PointFrame[],
  { maxGapUs = DEFAULT_MAX_GAP_US }: GapOptions = {},
): number | undefined {
  checkPoints(frames);
  const distances = stretchesOf(frames, maxGapUs).flatMap((stretch) =>
    stretch.slice(2).flatMap((last, i) => {
      const [first, middle] = [stretch[i]!, stretch[i + 1]!];
      const beforeS = (middle.timestampUs - first.timestampUs) / 1e6;
      const afterS = (last.timestampUs - middle.timestampUs) / 1e6;
      const [a, b, c] = [errorsOf(first), errorsOf(middle), errorsOf(last)];
      return c.map((_, k) => {
        const acceleration = (axis: "x" | "y") =>
          2 * ((c[k]![axis] - b[k]![axis]) / afterS - (b[k]![axis] - a[k]![axis]) / beforeS) /
          (beforeS + afterS);
        return Math.hypot(acceleration("x"), acceleration("y"));
      });
    })
  );
  return meanOf(distances);
}

function checkPoints(frames: readonly PointFrame[]): void {
  const count = frames[0]?.points.length ?? 0;
  for (const { points, truth } of frames) {
    if (points.length !== count || truth.length !== count) {
      throw new RangeError(
        `Cannot compare points as all frames must have ${count}: current value is ${points.length} and ${truth.length}`,
      );
    }
  }
}

function errorsOf({ points, truth }: PointFrame): { x: number; y: number }[] {
  return points.map(({ x, y }, i) => ({ x: x - truth[i]!.x, y: y - truth[i]!.y }));
}

/** The geometric mean of the width and height that the points span. */
function extentOf(points: readonly Point<"frame">[]): number {
  const span = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
  return Math.sqrt(span(points.map(({ x }) => x)) * span(points.map(({ y }) => y)));
}
