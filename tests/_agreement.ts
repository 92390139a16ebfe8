import { iouOf, type Point } from "../pipeline/box.ts";
import type { FoundFaces } from "./_found_faces.ts";
import type { ReferenceFace, ReferenceFrame } from "./_reference_faces.ts";

/** How what was found compares with a reference. */
export interface Agreement {
  /** For each face of the reference, the overlap with the detection nearest to it. */
  readonly ious: readonly number[];
  /** For each keypoint of these detections, the distance from the reference's, in eye distances. */
  readonly keypointErrors: readonly number[];
  /** How many detections are left, that the reference does not have. */
  readonly extra: number;
}

function distance(a: Point<"frame">, b: Point<"frame">): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The reference's first two keypoints are the eyes. */
function eyeDistanceOf({ keypoints: [right, left] }: ReferenceFace): number {
  return distance(right!, left!);
}

/**
 * Compares what was found in the frames of a clip with a reference.
 *
 * @param frames The reference's frames.
 * @param found What was found, by the number of the frame.
 * @returns How they compare.
 * @throws {Error} If a frame is missing or has another presentation time.
 */
export function agreementOf(
  frames: readonly ReferenceFrame[],
  found: ReadonlyMap<number, FoundFaces>,
): Agreement {
  const ious = [];
  const keypointErrors = [];
  let extra = 0;
  for (const { frame, pts, faces } of frames) {
    const mine = found.get(frame);
    if (mine?.pts !== pts) throw new Error(`Frame ${frame} is at ${mine?.pts}, not at ${pts}`);
    const left = new Set(mine.detections);
    for (const face of faces) {
      const [best] = [...left].sort((a, b) => iouOf(b.box, face.box) - iouOf(a.box, face.box));
      const iou = best ? iouOf(best.box, face.box) : 0;
      ious.push(iou);
      if (!best || iou === 0) continue;
      left.delete(best);
      for (const [i, point] of face.keypoints.entries()) {
        const error = distance(best.keypoints![i]!, point) / eyeDistanceOf(face);
        keypointErrors.push(error);
      }
    }
    extra += left.size;
  }
  return { ious, keypointErrors, extra };
}

/** The share of numbers that meet a condition; 1 where there are none. */
export function shareOf(numbers: readonly number[], meets: (number: number) => boolean): number {
  return numbers.length ? numbers.filter(meets).length / numbers.length : 1;
}
