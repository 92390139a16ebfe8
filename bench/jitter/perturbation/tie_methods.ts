import type { Detection } from "../../../pipeline/detection.ts";
import { blended } from "../../../stages/blend.ts";
import { blendedOverTime, type Remembered } from "../../../stages/blend_over_time.ts";
import { suppressed } from "../../../stages/suppress.ts";
import type { Ties } from "../observe/observed_clip.ts";
import type { Move } from "./moved_inputs.ts";
import type { PerturbedRun } from "./perturbed_runs.ts";

/** How candidates become objects. */
export interface TieMethod {
  /** How ties are resolved. */
  readonly ties: Ties;
  /** The lowest confidence of a candidate. */
  readonly minConfidence: number;
  /** Above which overlap two boxes are one object. */
  readonly iou: number;
  /** How many objects a picture may hold. */
  readonly maxDetections: number;
}

/**
 * How many frames before a picture are looked at: in so many the gain of blending over time becomes
 * steady, at up to 60 frames a second.
 */
export const PAST_FRAMES = 16;

/**
 * Makes objects out of the candidates of a picture and of its disturbed copies.
 *
 * Blending over time remembers the frames right before the picture, undisturbed; for a copy that is
 * moved, what is remembered is moved as well. So what is told is how far **one** disturbed frame moves the
 * box. (Were nothing moved, the box would rightly lag behind a picture that jumps; were all frames of the
 * past disturbed alike, an error that stays would not be averaged out.)
 *
 * @param run The picture.
 * @param method How.
 * @returns The objects among candidates of a copy whose content was moved so far, in frame pixels.
 */
export function resolverOf(
  { timestampUs, past, scale }: Pick<PerturbedRun, "timestampUs" | "past" | "scale">,
  { ties, minConfidence, iou, maxDetections }: TieMethod,
): (candidates: readonly Detection[], move: Move) => Detection[] {
  const options = { iou, maxDetections };
  const sure = (candidates: readonly Detection[]) =>
    candidates.filter(({ confidence }) => confidence >= minConfidence);
  if (ties === "suppress") return (candidates) => suppressed(sure(candidates), options);
  if (ties === "blend") return (candidates) => blended(sure(candidates), options);
  const memory = past.reduce<readonly Remembered[]>(
    (known, frame) =>
      blendedOverTime(
        sure(frame.candidates),
        { memory: known, timestampUs: frame.timestampUs },
        options,
      )
        .memory,
    [],
  );
  return (candidates, { dx, dy }) => {
    const moved = memory.map((object) => (
      { ...object, detection: movedBy(object.detection, dx * scale.x, dy * scale.y) }
    ));
    return blendedOverTime(sure(candidates), { memory: moved, timestampUs }, options).detections;
  };
}

function movedBy(detection: Detection, dx: number, dy: number): Detection {
  const { box: { x1, y1, x2, y2 }, keypoints } = detection;
  return {
    ...detection,
    box: { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy },
    ...keypoints && {
      keypoints: keypoints.map((point) => ({ ...point, x: point.x + dx, y: point.y + dy })),
    },
  };
}
