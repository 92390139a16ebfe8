import type { Track } from "../track.ts";
import { clearOf, type PairingOptions } from "./clear.ts";
import type { NumberedBox } from "./compared_frame.ts";

/** The tracks of a frame, as far as flicker has to do with them. */
export interface FlickerFrame {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The tracks. */
  readonly tracks: readonly Pick<Track, "trackId" | "confidence" | "classId">[];
}

/** Options of {@linkcode flickerOf}. */
export interface FlickerOptions {
  /**
   * The confidence at which detections are let through, from 0 to 1.
   *
   * @default {0.5}
   */
  readonly minConfidence?: number;
  /**
   * How many frames an object may be away for it to be a gap, not a departure.
   *
   * @default {5}
   */
  readonly maxGapFrames?: number;
}

/** What {@linkcode flickerOf} counts; rates are for 100 track-frames, absent if there are none. */
export interface Flicker {
  /** The frames from each track's first to its last, summed over tracks. */
  readonly trackFrames: number;
  /** How often a track came or went between its first and its last frame. */
  readonly existenceTogglesPer100?: number;
  /** How often a track was away for a few frames. */
  readonly gapsPer100?: number;
  /** How often the confidence crossed the limit from one of its frames to the next. */
  readonly confidenceTogglesPer100?: number;
  /** How often the class changed from one of its frames to the next. */
  readonly classFlipsPer100?: number;
}

/**
 * How much tracks blink: in existence, in confidence, in class.
 *
 * What is lost and found under another number is a new track, and so no gap: compare trackers on one
 * association that they share, or see {@linkcode idSwitchesPer100}.
 *
 * @param frames All frames of a clip, in the order of time.
 * @param options See {@linkcode FlickerOptions}.
 * @returns The counts.
 * @throws {RangeError} If a frame has a trackId twice or an option is out of range.
 *
 * @example A track that is away for one of four frames
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const tracks = [{ trackId: 1, confidence: 0.9, classId: 0 }];
 * const frames = [tracks, [], tracks, tracks].map((tracks, i) => ({ timestampUs: i * 40_000, tracks }));
 * assertEquals(flickerOf(frames).gapsPer100, 25);
 * ```
 */
export function flickerOf(
  frames: readonly FlickerFrame[],
  { minConfidence = 0.5, maxGapFrames = 5 }: FlickerOptions = {},
): Flicker {
  checkOptions(minConfidence, maxGapFrames);
  const counts = { frames: 0, toggles: 0, gaps: 0, confidence: 0, classes: 0 };
  const last = new Map<number, { frame: number; isSure: boolean; classId: number }>();
  frames.forEach(({ tracks }, frame) => {
    for (const { trackId, confidence, classId } of tracks) {
      const isSure = confidence >= minConfidence;
      const before = last.get(trackId);
      last.set(trackId, { frame, isSure, classId });
      counts.frames += before ? frame - before.frame : 1;
      if (!before) continue;
      if (before.frame === frame) {
        throw new RangeError(
          `Cannot count flicker as each trackId must be there once a frame: current value is ${trackId}`,
        );
      }
      const away = frame - before.frame - 1;
      if (away) counts.toggles += 2;
      if (away && away <= maxGapFrames) counts.gaps++;
      if (isSure !== before.isSure) counts.confidence++;
      if (classId !== before.classId) counts.classes++;
    }
  });
  const trackFrames = counts.frames;
  if (!trackFrames) return { trackFrames };
  return {
    trackFrames,
    existenceTogglesPer100: 100 * counts.toggles / trackFrames,
    gapsPer100: 100 * counts.gaps / trackFrames,
    confidenceTogglesPer100: 100 * counts.confidence / trackFrames,
    classFlipsPer100: 100 * counts.classes / trackFrames,
  };
}

function checkOptions(minConfidence: number, maxGapFrames: number): void {
  if (!(minConfidence >= 0 && minConfidence <= 1)) {
    throw new RangeError(
      `Cannot count flicker as minConfidence must be from 0 to 1: current value is ${minConfidence}`,
    );
  }
  if (!(Number.isInteger(maxGapFrames) && maxGapFrames >= 1)) {
    throw new RangeError(
      `Cannot count flicker as maxGapFrames must be a whole number from 1: current value is ${maxGapFrames}`,
    );
  }
}

/** The tracks of a frame and its time. */
export interface NumberedFrame {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The tracks. */
  readonly tracks: readonly NumberedBox[];
}

/**
 * How often objects change their number, for 100 boxes of a reference: the truth, or an association
 * that is taken for it.
 *
 * @param frames The frames that are judged.
 * @param references The frames of the reference; those of the same time are compared, and a frame
 * that is missing among the judged ones counts as one without tracks.
 * @param options See {@linkcode PairingOptions}.
 * @returns The rate; `undefined` if the reference is empty.
 * @throws {RangeError} If a frame has a trackId twice or minIou is out of range.
 */
export function idSwitchesPer100(
  frames: readonly NumberedFrame[],
  references: readonly NumberedFrame[],
  options: PairingOptions = {},
): number | undefined {
  const byTime = new Map(frames.map(({ timestampUs, tracks }) => [timestampUs, tracks]));
  const compared = references.map(({ timestampUs, tracks }) => ({
    truth: tracks,
    tracks: byTime.get(timestampUs) ?? [],
  }));
  return clearOf(compared, options).idSwitchesPer100;
}

/**
 * How many boxes are ghosts: of a track before its first detection or after its last, or of one that
 * was never detected. Boxes that bridge a gap are none.
 *
 * @param frames The frames that are judged, such as the output of a smoother.
 * @param detected The frames with what was detected, under the same numbers.
 * @returns The number of boxes.
 */
export function ghostBoxes(
  frames: readonly Pick<FlickerFrame, "timestampUs" | "tracks">[],
  detected: readonly { timestampUs: number; tracks: readonly Pick<Track, "trackId">[] }[],
): number {
  const spans = new Map<number, { firstUs: number; lastUs: number }>();
  for (const { timestampUs, tracks } of detected) {
    for (const { trackId } of tracks) {
      const { firstUs, lastUs } = spans.get(trackId) ??
        { firstUs: timestampUs, lastUs: timestampUs };
      spans.set(trackId, {
        firstUs: Math.min(firstUs, timestampUs),
        lastUs: Math.max(lastUs, timestampUs),
      });
    }
  }
  const isGhost = (trackId: number, timestampUs: number) => {
    const span = spans.get(trackId);
    return !span || timestampUs < span.firstUs || timestampUs > span.lastUs;
  };
  return frames.reduce(
    (sum, { timestampUs, tracks }) =>
      sum + tracks.filter(({ trackId }) => isGhost(trackId, timestampUs)).length,
    0,
  );
}
