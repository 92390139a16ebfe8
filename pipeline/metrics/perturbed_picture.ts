import type { Detection } from "../detection.ts";
import type { Size } from "../fit.ts";

/** What was found in a picture whose content was moved, or disturbed otherwise. */
export interface PerturbedView {
  /** How far the content was moved to the right, in pixels; 0 for noise and the like. */
  readonly dx: number;
  /** How far the content was moved downwards, in pixels. */
  readonly dy: number;
  /** What was found there. */
  readonly detections: readonly Detection[];
}

/** What was found in a picture, and in disturbed copies of it. */
export interface PerturbedPicture extends Size {
  /** What was found in the picture itself. */
  readonly detections: readonly Detection[];
  /** What was found in the copies. */
  readonly views: readonly PerturbedView[];
  /**
   * How near to an edge an object may come, in pixels; by itself as far as the views are moved. Given
   * where some kinds of views are measured apart from others, on the same objects.
   */
  readonly margin?: { readonly x: number; readonly y: number };
}
