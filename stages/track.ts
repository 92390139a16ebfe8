import type { FrameSource } from "../pipeline/frame.ts";
import type { Detected, Tracked } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { Camera } from "./tracking/camera.ts";
import { Tracker } from "./tracking/tracker.ts";

/** Options of {@linkcode track}. */
export interface TrackOptions {
  /**
   * The lowest confidence with which an object appears, from 0 to 1. What comes with less confidence
   * only keeps objects going that are there already, so let it through where boxes are decoded.
   *
   * @default {0}
   */
  readonly minConfidence?: number;
  /**
   * How long an object may be unseen and still get its number back, in seconds.
   *
   * @default {1}
   */
  readonly maxGapS?: number;
  /**
   * Whether an object may change its class.
   *
   * @default {false}
   */
  readonly acrossClasses?: boolean;
  /**
   * Whether the frames are searched for the camera's own motion, and for cuts. It takes about
   * half a millisecond a frame.
   *
   * @default {true}
   */
  readonly camera?: boolean;
}

/**
 * Follows objects over time: gives each the number by which it was known before.
 *
 * After ByteTrack (Zhang et al., arXiv 2110.06864, algorithm 1): where each object should be now is
 * predicted, in real time; the confident detections are paired with the predictions so that they
 * overlap most in all, then the doubtful ones with the objects that are left and were there in the
 * frame before. A confident detection that is no known object is a new one, at once.
 *
 * So an object appears at `minConfidence`, and stays while it is seen at all. A frame in which it is
 * not seen does not have it; if it is back within `maxGapS`, it has its old number. Numbers start at
 * 1, rise, and are never used again.
 *
 * Where the camera moves, so do the predictions: from the luma of each frame and the one before, but
 * for what the detections cover, the motion of the background is found, as a shift, turn and zoom; it
 * goes on in `cameraMotion`. At a cut all objects end, as they do where a feed comes back with another
 * size, and `isCut` tells later stages so.
 *
 * Boxes stay as they were detected: to hold still is the work of a later stage. On a frame that was
 * passed over, the tracks are those of the last frame that was not, where they are predicted to be
 * now, without a `rawBox`. Detections whose box or confidence is no number are left out, and those
 * whose box is empty. In each frame the tracks stand by rising number.
 *
 * @param options What counts as the same object.
 * @returns The stage. It fails with a `RangeError` as the cause if a frame is earlier than the one
 * before it.
 * @throws {RangeError} If `minConfidence` or `maxGapS` makes no sense.
 *
 * @example An object keeps its number, though the network is not sure any more
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { planesFrom } from "../pipeline/planes.ts";
 *
 * const planes = planesFrom(new Uint8Array(160 * 90 * 1.5), 160, 90);
 * const items = [0.9, 0.3].map((confidence, i) => ({
 *   frame: { planes, timestampUs: i * 40_000, [Symbol.dispose]() {} } as never,
 *   detections: [
 *     { box: { x1: i, y1: 0, x2: 20 + i, y2: 20 }, confidence, classId: 0, label: "face" },
 *     { box: { x1: 90, y1: 0, x2: 99, y2: 9 }, confidence: 0.3, classId: 0, label: "face" },
 *   ],
 * }));
 * const tracked = ReadableStream.from(items).pipeThrough(track({ minConfidence: 0.5 }));
 * const found = await Array.fromAsync(tracked);
 * const ids = found.map(({ detections }) => detections.map(({ trackId }) => trackId));
 * assertEquals(ids, [[1], [1]]);
 * ```
 */
export function track(
  { minConfidence = 0, maxGapS = 1, acrossClasses = false, camera = true }: TrackOptions = {},
): MeteredStage<Detected, Tracked> {
  if (!(minConfidence >= 0 && minConfidence <= 1)) {
    throw new RangeError(
      `Cannot track as minConfidence must be from 0 to 1: current value is ${minConfidence}`,
    );
  }
  if (!(maxGapS >= 0)) {
    throw new RangeError(`Cannot track as maxGapS must be 0 or more: current value is ${maxGapS}`);
  }
  return stage("track", async function* track(items: AsyncIterable<Detected>) {
    const tracker = new Tracker({ minConfidence, maxGapS, acrossClasses });
    const eye = camera ? new Camera() : undefined;
    let last: FrameSource | undefined;
    for await (const { frame, detections, isHeld } of items) {
      const objects = detections.filter(({ confidence }) => confidence >= minConfidence);
      const view = eye?.look(frame, objects.map(({ box }) => box));
      const isCut = view?.isCut || isResized(last, frame.source);
      last = frame.source;
      if (isCut) tracker.cut();
      tracker.advance(frame.timestampUs, view?.motion);
      yield {
        frame,
        detections: isHeld ? tracker.predicted() : tracker.update(detections),
        ...isHeld && { isHeld },
        ...isCut && { isCut: true },
        ...view?.motion && { cameraMotion: view.motion },
      };
    }
  });
}

/** Whether a feed has come back with another size, in which boxes of before mean nothing. */
function isResized(before: FrameSource | undefined, now: FrameSource): boolean {
  if (before === undefined || before === now) return false;
  return before.width !== now.width || before.height !== now.height;
}
