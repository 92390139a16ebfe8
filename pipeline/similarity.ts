import type { Point } from "./box.ts";

/**
 * A motion of the picture that keeps shapes: turned, zoomed and shifted. A point moves from (x, y) to
 * `(cosine * x - sine * y + dx, sine * x + cosine * y + dy)`; the zoom is part of both factors.
 */
export interface Similarity {
  /** The zoom times the cosine of the turn. */
  readonly cosine: number;
  /** The zoom times the sine of the turn, clockwise as seen, since y points downwards. */
  readonly sine: number;
  /** Where the origin moves to the right, in pixels. */
  readonly dx: number;
  /** Where the origin moves downwards, in pixels. */
  readonly dy: number;
}

/** The motion that leaves all where it is. */
export const STILL: Similarity = { cosine: 1, sine: 0, dx: 0, dy: 0 };

/**
 * How much a motion enlarges.
 *
 * @param motion The motion.
 * @returns The factor for lengths: 1 if nothing changes its size.
 */
export function zoomOf({ cosine, sine }: Similarity): number {
  return Math.hypot(cosine, sine);
}

/**
 * Where a motion takes a point.
 *
 * @param point The point before, in pixels of the frame.
 * @param motion The motion.
 * @returns The point afterwards.
 *
 * @example Zoomed to double size around the origin, then shifted
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const motion = { cosine: 2, sine: 0, dx: 1, dy: 0 };
 * assertEquals(movedPoint({ x: 10, y: 20 }, motion), { x: 21, y: 40 });
 * assertEquals(zoomOf(motion), 2);
 * ```
 */
export function movedPoint(
  { x, y }: Point<"frame">,
  { cosine, sine, dx, dy }: Similarity,
): Point<"frame"> {
  return { x: cosine * x - sine * y + dx, y: sine * x + cosine * y + dy };
}
