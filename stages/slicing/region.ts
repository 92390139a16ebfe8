import type { Size } from "../../pipeline/fit.ts";

/** A length in pixels, or as a share of the frame's width or height. */
export type Length = number | `${number}%`;

/** A part of the picture: the corners of a polygon, x and y each, in order. */
export type Region = readonly (readonly [x: Length, y: Length])[];

/** The corners of a polygon in frame pixels. */
export type Polygon = readonly (readonly [x: number, y: number])[];

/** An upright rectangle of whole pixels. */
export interface Rectangle extends Size {
  /** The left edge. */
  readonly x: number;
  /** The top edge. */
  readonly y: number;
}

/**
 * Checks regions.
 *
 * @param verb What they are for, for the message.
 * @param regions The regions.
 * @throws {RangeError} If one has fewer than three corners, or one that is no place.
 */
export function checkRegions(verb: string, regions: readonly Region[]): void {
  for (const region of regions) {
    if (region.length < 3) {
      throw new RangeError(
        `Cannot ${verb} as a region must have at least 3 corners: current number is ${region.length}`,
      );
    }
    const odd = region.flat().find((length) => !isLength(length));
    if (odd !== undefined) {
      throw new RangeError(
        `Cannot ${verb} as corners must be pixels or percentages: current value is "${odd}"`,
      );
    }
  }
}

function isLength(length: Length): boolean {
  return typeof length === "number" ? Number.isFinite(length) : /^-?\d+(\.\d+)?%$/.test(length);
}

function pixelsOf(length: Length, whole: number): number {
  return typeof length === "number" ? length : parseFloat(length) / 100 * whole;
}

/**
 * Where a region lies in frames of a size.
 *
 * @param region The region.
 * @param frame The size of the frames.
 * @returns Its corners in pixels.
 */
export function polygonOf(region: Region, { width, height }: Size): Polygon {
  return region.map(([x, y]) => [pixelsOf(x, width), pixelsOf(y, height)]);
}

/**
 * Whether a point lies in a polygon, by how often a ray to its right crosses the outline (Shimrat,
 * "Algorithm 112: Position of point relative to polygon", 1962): what is enclosed twice is outside.
 *
 * @param polygon The polygon.
 * @param x The point's place to the right.
 * @param y The point's place downwards.
 * @returns Whether it does.
 */
export function isInside(polygon: Polygon, x: number, y: number): boolean {
  let isIn = false;
  for (const [[fromX, fromY], [toX, toY]] of edgesOf(polygon)) {
    if ((fromY > y) === (toY > y)) continue;
    if (x < fromX + (toX - fromX) * (y - fromY) / (toY - fromY)) isIn = !isIn;
  }
  return isIn;
}

/**
 * Whether a polygon and a rectangle have more than their outlines in common.
 *
 * @param polygon The polygon.
 * @param rectangle The rectangle.
 * @returns Whether they do.
 */
export function isTouching(polygon: Polygon, rectangle: Rectangle): boolean {
  const { x, y, width, height } = rectangle;
  return isInside(polygon, x + width / 2, y + height / 2) ||
    edgesOf(polygon).some((edge) => isCrossing(edge, rectangle));
}

type Edge = readonly [Polygon[number], Polygon[number]];

function edgesOf(polygon: Polygon): Edge[] {
  return polygon.map((corner, i) => [polygon.at(i - 1)!, corner]);
}

/**
 * Whether an edge runs through the inside of a rectangle (Liang and Barsky, "A New Concept and Method
 * for Line Clipping", 1984: each side leaves less of the edge, from `enter` to `leave`).
 */
function isCrossing([[fromX, fromY], [toX, toY]]: Edge, rectangle: Rectangle): boolean {
  let enter = 0;
  let leave = 1;
  for (
    const [from, to, low, size] of [
      [fromX, toX, rectangle.x, rectangle.width],
      [fromY, toY, rectangle.y, rectangle.height],
    ] as const
  ) {
    const moved = to - from;
    if (moved === 0 && !(from > low && from < low + size)) return false;
    if (moved === 0) continue;
    const ends = [(low - from) / moved, (low + size - from) / moved];
    enter = Math.max(enter, Math.min(...ends));
    leave = Math.min(leave, Math.max(...ends));
  }
  return enter < leave;
}
