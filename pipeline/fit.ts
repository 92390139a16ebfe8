import type { Box, Point } from "./box.ts";

/** A width and a height, in pixels. */
export interface Size {
  /** The width. */
  readonly width: number;
  /** The height. */
  readonly height: number;
}

/**
 * How a frame lies in a tensor: `frame = tensor * scale + offset` on each axis, in continuous
 * pixels.
 */
export interface Fit {
  /** Frame pixels a tensor pixel is wide. */
  readonly scaleX: number;
  /** Frame pixels a tensor pixel is high. */
  readonly scaleY: number;
  /** Where the tensor's left edge lies in the frame. */
  readonly offsetX: number;
  /** Where the tensor's top edge lies in the frame. */
  readonly offsetY: number;
}

/**
 * The fit that shows the whole frame, centred and undistorted, with a border on two sides
 * (MediaPipe's `keep_aspect_ratio`, ImageToTensorCalculator).
 *
 * @param frame The size of the frame.
 * @param tensor The size of the tensor.
 * @returns The fit.
 */
export function letterboxFit(frame: Size, tensor: Size): Fit {
  const scale = Math.max(frame.width / tensor.width, frame.height / tensor.height);
  return {
    scaleX: scale,
    scaleY: scale,
    offsetX: (frame.width - tensor.width * scale) / 2,
    offsetY: (frame.height - tensor.height * scale) / 2,
  };
}

/**
 * The fit that fills the tensor with the frame, whatever becomes of its proportions.
 *
 * @param frame The size of the frame.
 * @param tensor The size of the tensor.
 * @returns The fit.
 */
export function stretchFit(frame: Size, tensor: Size): Fit {
  return {
    scaleX: frame.width / tensor.width,
    scaleY: frame.height / tensor.height,
    offsetX: 0,
    offsetY: 0,
  };
}

/**
 * Where a point of the tensor lies in the frame.
 *
 * @param point The point in the tensor.
 * @param fit How the frame lies in the tensor.
 * @returns The point in the frame.
 */
export function framePointFromTensor(point: Point<"tensor">, fit: Fit): Point<"frame"> {
  return { x: point.x * fit.scaleX + fit.offsetX, y: point.y * fit.scaleY + fit.offsetY };
}

/**
 * Where a box of the tensor lies in the frame.
 *
 * @param box The box in the tensor.
 * @param fit How the frame lies in the tensor.
 * @returns The box in the frame; it may reach beyond the frame's edges.
 *
 * @example A 1920x1080 frame in a 192x192 tensor
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const fit = letterboxFit({ width: 1920, height: 1080 }, { width: 192, height: 192 });
 * const box = frameBoxFromTensor({ x1: 96, y1: 96, x2: 192, y2: 150 }, fit);
 * assertEquals(box, { x1: 960, y1: 540, x2: 1920, y2: 1080 });
 * ```
 */
export function frameBoxFromTensor(box: Box<"tensor">, fit: Fit): Box<"frame"> {
  return {
    x1: box.x1 * fit.scaleX + fit.offsetX,
    y1: box.y1 * fit.scaleY + fit.offsetY,
    x2: box.x2 * fit.scaleX + fit.offsetX,
    y2: box.y2 * fit.scaleY + fit.offsetY,
  };
}

/**
 * Where a box of the frame lies in the tensor: the inverse of {@linkcode frameBoxFromTensor}.
 *
 * @param box The box in the frame.
 * @param fit How the frame lies in the tensor.
 * @returns The box in the tensor.
 */
export function tensorBoxFromFrame(box: Box<"frame">, fit: Fit): Box<"tensor"> {
  return {
    x1: (box.x1 - fit.offsetX) / fit.scaleX,
    y1: (box.y1 - fit.offsetY) / fit.scaleY,
    x2: (box.x2 - fit.offsetX) / fit.scaleX,
    y2: (box.y2 - fit.offsetY) / fit.scaleY,
  };
}
