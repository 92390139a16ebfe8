import { iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { clipPath } from "./_clips.ts";
import { foundFaces, type Search } from "./_found_faces.ts";
import { type HandBox, handBoxes } from "./_hand_boxes.ts";

/** How detections compare with the boxes drawn by hand. */
export interface HandCounts {
  /** Faces that were found. */
  found: number;
  /** Faces that were not. */
  missed: number;
  /** Detections where there is no face. */
  invented: number;
}

/** From this overlap on, a detection is of that face: hairline and brows are far apart. */
const LEAST_IOU = 0.3;

/**
 * Compares the detections in a frame with the boxes drawn by hand.
 *
 * Each detection, the most confident first, takes the face that it overlaps most and that none has
 * taken yet. One that takes a difficult face is left out of account.
 *
 * @param boxes The boxes drawn by hand.
 * @param detections The detections, by falling confidence.
 * @returns The counts.
 */
export function handCounts(
  boxes: readonly HandBox[],
  detections: readonly Detection[],
): HandCounts {
  const left = new Set(boxes);
  const counts = { found: 0, missed: 0, invented: 0 };
  for (const { box } of detections) {
    const overlaps = [...left].map((face) => ({ face, iou: iouOf(face.box, box) }))
      .sort((a, b) => b.iou - a.iou);
    const [best] = overlaps;
    if (!best || best.iou < LEAST_IOU) {
      counts.invented++;
      continue;
    }
    left.delete(best.face);
    if (!best.face.isDifficult) counts.found++;
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
