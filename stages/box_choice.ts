import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { isTrack } from "../pipeline/track.ts";

/** Which of a track's two boxes: the steadier one, or the one that was detected. */
export type BoxChoice = "smoothed" | "raw";

/** Which boxes a format with room for one is given. */
export interface BoxOptions {
  /**
   * Which box of a track is written; a detection without a track has but one.
   *
   * @default {"smoothed"}
   */
  readonly boxes?: BoxChoice;
}

/**
 * The box that is wanted of a detection.
 *
 * @param detection The detection.
 * @param boxes Which one.
 * @returns The box; the steadier one where the object was not detected.
 */
export function chosenBox(detection: Detection, boxes: BoxChoice): Box<"frame"> {
  return boxes === "raw" && isTrack(detection) ? detection.rawBox ?? detection.box : detection.box;
}
