import type { Box } from "./box.ts";
import type { Detection } from "./detection.ts";

/** One object followed over time, as it is in one frame. */
export interface Track extends Detection {
  /** The number that the object keeps from frame to frame, a whole number from 1. */
  readonly trackId: number;
  /**
   * The box as it was detected, where `box` may be a steadier one; absent in a frame in which the
   * object was not detected, so that `box` is predicted.
   */
  readonly rawBox?: Box<"frame">;
}

/**
 * Whether a detection is one of a track.
 *
 * @param detection The detection.
 * @returns Whether it has the number of a track.
 */
export function isTrack(detection: Detection): detection is Track {
  return "trackId" in detection;
}
