/**
 * Where coordinates lie: `frame` is the picture as displayed, `tensor` the network's input; both in
 * pixels, continuous, with (0, 0) at the outer corner of the top left pixel.
 */
export type Space = "frame" | "tensor";

/** A point in a space. */
export interface Point<S extends Space> {
  /** To the right, in pixels. */
  readonly x: number;
  /** Downwards, in pixels. */
  readonly y: number;
  /** Only for the compiler: never set. */
  readonly space?: S;
}

/** An upright box in a space: from (`x1`, `y1`) to (`x2`, `y2`), in pixels. */
export interface Box<S extends Space> {
  /** The left edge. */
  readonly x1: number;
  /** The top edge. */
  readonly y1: number;
  /** The right edge. */
  readonly x2: number;
  /** The bottom edge. */
  readonly y2: number;
  /** Only for the compiler: never set. */
  readonly space?: S;
}

/**
 * The area of a box; 0 if an edge lies beyond its opposite.
 *
 * @param box The box.
 * @returns Its area in square pixels.
 */
export function areaOf<S extends Space>({ x1, y1, x2, y2 }: Box<S>): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/**
 * The intersection of two boxes over their union, from 0 to 1; 0 if both are empty.
 *
 * @param a A box.
 * @param b A box of the same space.
 * @returns The ratio.
 *
 * @example A box that covers half of another
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(iouOf({ x1: 0, y1: 0, x2: 2, y2: 2 }, { x1: 0, y1: 0, x2: 1, y2: 2 }), 0.5);
 * ```
 */
export function iouOf<S extends Space>(a: Box<S>, b: Box<NoInfer<S>>): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

/**
 * The part of a box that lies in a picture; empty (but inside) if none does.
 *
 * @param box The box.
 * @param size The size of the picture, in pixels.
 * @returns The part.
 */
export function clippedTo<S extends Space>(
  { x1, y1, x2, y2 }: Box<S>,
  { width, height }: { readonly width: number; readonly height: number },
): Box<S> {
  const clamp = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
  return {
    x1: clamp(x1, width),
    y1: clamp(y1, height),
    x2: clamp(x2, width),
    y2: clamp(y2, height),
  };
}
