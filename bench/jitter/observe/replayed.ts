import type { Detection } from "../../../pipeline/detection.ts";
import type { Detector } from "../../../pipeline/detector.ts";
import type { Frame } from "../../../pipeline/frame.ts";
import type { Detected, Tracked } from "../../../pipeline/items.ts";
import type { MeteredStage } from "../../../pipeline/stage.ts";
import { blend } from "../../../stages/blend.ts";
import { blendOverTime } from "../../../stages/blend_over_time.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";
import { suppress } from "../../../stages/suppress.ts";
import { Tracker } from "../../../stages/tracking/tracker.ts";
import type { Ties } from "./observed_clip.ts";

/** How long an object may be away and keep its number, in seconds, as in `track`. */
export const MAX_GAP_S = 1;

const TIES = { blend, suppress, "blend-over-time": blendOverTime } as const;

/** What a network said of a frame. */
export interface CandidateFrame {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The candidates, before ties are resolved. */
  readonly candidates: readonly Detection[];
}

/** A frame as tracking saw it, with the camera's motion. */
export type SeenFrame = TimedTracks & Pick<Tracked, "cameraMotion">;

/** What ties are resolved and objects followed with. */
export interface ReplayOptions {
  /** Whose recommendations hold. */
  readonly detector: Pick<Detector, "defaults">;
  /** The confidence with which an object appears. */
  readonly minConfidence: number;
  /** The frames that are replayed, as they were seen. */
  readonly seen: readonly SeenFrame[];
}

/**
 * Finds and follows objects once more in frames that are gone: among the candidates that a network found
 * there, by the cuts and the camera's motion that were seen.
 *
 * @param frames The candidates; those beyond what was seen are left out.
 * @param ties How ties are resolved.
 * @param options See {@linkcode ReplayOptions}.
 * @returns The tracks of each frame.
 */
export async function replayed(
  frames: readonly CandidateFrame[],
  ties: Ties,
  { detector, minConfidence, seen }: ReplayOptions,
): Promise<TimedTracks[]> {
  const items = frames.slice(0, seen.length).map(({ timestampUs, candidates }) => ({
    frame: { timestampUs, [Symbol.dispose]() {} } as Frame,
    detections: candidates,
  }));
  const resolved = ReadableStream.from(items).pipeThrough(tiesStage(ties, detector));
  const tracker = new Tracker({ minConfidence, maxGapS: MAX_GAP_S, acrossClasses: false });
  return (await Array.fromAsync(resolved)).map(({ detections }, i) => {
    const { timestampUs, isCut, cameraMotion } = seen[i]!;
    if (isCut) tracker.cut();
    tracker.advance(timestampUs, cameraMotion);
    return { timestampUs, tracks: tracker.update(detections), ...isCut && { isCut } };
  });
}

/** The stage that resolves ties in a way, with what the model's authors recommend. */
export function tiesStage(
  ties: Ties,
  { defaults: { iou, maxDetections } }: Pick<Detector, "defaults">,
): MeteredStage<Detected, Detected> {
  return TIES[ties]({ iou, maxDetections });
}
