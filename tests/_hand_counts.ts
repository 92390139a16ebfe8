import { iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { clipPath } from "./_clips.ts";
import { foundFaces, type Search } from "./_found_faces.ts";
import { type HandBox, handBoxes } from "./_hand_boxes.ts";

/** How detections compare with the boxes drawn by hand. */
export interface HandCounts {
  /** Objects that were found. */
  found: number;
  /** Objects that were not. */
  missed: number;
  /** Detections where there is no object. */
  invented: number;
}

/** From this overlap on, a detection is of that face: hairline and brows are far apart. */
const LEAST_IOU = 0.3;

/**
 * Compares the detections in a frame with the boxes drawn by hand.
 *
 * Each detection, the most confident first, takes the object that it overlaps most and that none has
 * taken yet. One that takes a difficult object is left out of account.
 *
 * @param boxes The boxes drawn by hand.
 * @param detections The detections, by falling confidence.
 * @param leastIou From which overlap on a detection is of an object.
 * @returns The counts.
 */
export function handCounts(
  boxes: readonly HandBox[],
  detections: readonly Detection[],
  leastIou: number = LEAST_IOU,
): HandCounts {
  const left = new Set(boxes);
  const counts = { found: 0, missed: 0, invented: 0 };
  for (const { box } of detections) {
    const overlaps = [...left].map((object) => ({ object, iou: iouOf(object.box, box) }))
      .sort((a, b) => b.iou - a.iou);
    const [best] = overlaps;
    if (!best || best.iou < leastIou) {
      counts.invented++;
      continue;
    }
    left.delete(best.object);
    if (!best.object.isDifficult) counts.found++;
  }
  counts.missed = [...left].filter(({ isDifficult }) => !isDifficult).length;
  return counts;
}

/**
 * Compares what the whole pipeline finds in the frames that were boxed by hand.
 *
 * @param clip The name of the clip's file, which must be there.
 * @param how The model and the resampler.
 * @returns The counts of all the clip's frames together.
 */
export async function handCountsIn(
  clip: string,
  how: Pick<Search, "model" | "resampler">,
): Promise<HandCounts> {
  const boxesByFrame = (await handBoxes()).get(clip)!;
  const wants = (index: number) => boxesByFrame.has(index);
  const found = await foundFaces({ path: clipPath(clip)!, wants, ...how });
  const total = { found: 0, missed: 0, invented: 0 };
  for (const [frame, boxes] of boxesByFrame) {
    const counts = handCounts(boxes, found.get(frame)!.detections);
    total.found += counts.found;
    total.missed += counts.missed;
    total.invented += counts.invented;
  }
  return total;
}
