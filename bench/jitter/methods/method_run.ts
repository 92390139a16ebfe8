import type { PlacedBox } from "../../../pipeline/metrics/coordinates.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";
import type { MeasuredClip, MeasuredSegment, MeasuredTrack } from "../measures/measured_track.ts";
import type { DetectionWay } from "../observe/observed_clip.ts";
import type { SmoothingMethod } from "./smoothing_methods.ts";
import { type SegmentReading, segmentReading } from "../measures/segment_reading.ts";

/** A way of detecting together with a way of smoothing. */
export interface Method {
  /** Unique among the methods. */
  readonly id: string;
  /** Whether others are compared with it, it is one to be had, or one to be beaten. */
  readonly role: "baseline" | "method" | "reference";
  /** Which of a clip's observations it starts from. */
  readonly observation: number;
  /** How objects were found; absent for imported tracks. */
  readonly way?: DetectionWay;
  /** How they are kept still. */
  readonly smoothing: SmoothingMethod;
}

/** What a method makes of one segment. */
export interface SegmentRun {
  /** The segment. */
  readonly segment: MeasuredSegment;
  /** Where the method has the object. */
  readonly boxes: readonly PlacedBox[];
  /** How it reads. */
  readonly reading: SegmentReading;
}

/** What a method makes of one track. */
export interface TrackRun {
  /** The track. */
  readonly track: MeasuredTrack;
  /** Each of its segments. */
  readonly segments: readonly SegmentRun[];
}

/** What a method makes of one clip. */
export interface ClipRun {
  /** The clip. */
  readonly measured: MeasuredClip;
  /** Which of the clip's observations was smoothed. */
  readonly observation: number;
  /** Its frames as the method has them, under the numbers that the method gives. */
  readonly outputs: readonly TimedTracks[];
  /** Its tracks. */
  readonly tracks: readonly TrackRun[];
  /** How long smoothing took, in milliseconds. */
  readonly smoothingMs: number;
  /** How long measuring took, in milliseconds. */
  readonly measuringMs: number;
}

/**
 * Runs a method on a clip, and reads it.
 *
 * @param method The method.
 * @param measured The clip.
 * @returns What came out.
 */
export function clipRun(method: Method, measured: MeasuredClip): ClipRun {
  const { frames } = measured.clip.observations[method.observation]!;
  const startedAtMs = performance.now();
  const smoothed = method.smoothing.run(frames);
  const smoothedAtMs = performance.now();
  const outputs = frames.map(({ timestampUs, isCut }, i) => (
    { timestampUs, tracks: smoothed[i]!, ...isCut && { isCut } }
  ));
  const places = measured.numbers[method.observation]!;
  const boxesIn = (trackId: number, { firstFrame, length }: MeasuredSegment) =>
    outputs.slice(firstFrame, firstFrame + length).map(({ timestampUs, tracks }, i) => (
      { timestampUs, box: tracks[places[firstFrame + i]!.get(trackId)!]!.box }
    ));
  const tracks = measured.tracks.map((track) => ({
    track,
    segments: track.segments.map((segment) => {
      const boxes = boxesIn(track.trackId, segment);
      return { segment, boxes, reading: segmentReading(segment, boxes) };
    }),
  }));
  const measuringMs = performance.now() - smoothedAtMs;
  return {
    measured,
    observation: method.observation,
    outputs,
    tracks,
    smoothingMs: smoothedAtMs - startedAtMs,
    measuringMs,
  };
}
