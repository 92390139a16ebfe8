import type { Box } from "../pipeline/box.ts";
import { continuousNoise } from "../pipeline/filters/process_noise.ts";
import { zeroPhase, type ZeroPhaseOptions } from "../pipeline/filters/zero_phase.ts";
import type { Track } from "../pipeline/track.ts";
import type { MotionModel } from "./smooth.ts";
import { INITIAL_VELOCITY_SD } from "./smoothing/coordinate_filter.ts";
import type { TimedTracks } from "./smoothing/smoother.ts";

export type { TimedTracks } from "./smoothing/smoother.ts";

/** Options of {@linkcode smoothOffline}. */
export interface SmoothOfflineOptions extends MotionModel {
  /**
   * How long an object may be unseen and still be smoothed on, in seconds, 0 or more.
   *
   * @default {0.5}
   */
  readonly maxGapS?: number;
}

/** One object from when it is first seen until it is gone. */
interface Course {
  readonly keypoints: number;
  /** The frames that show it, and which of their tracks it is. */
  readonly places: { readonly frame: number; readonly track: number }[];
  seenAtUs: number;
}

/**
 * Makes the boxes and keypoints of a whole clip hold still: each with all of the clip in sight, before
 * and after, so that nothing lags. The steadiest method, for which frames cannot be held: find and track
 * first, smooth, then decode once more to draw.
 *
 * What is filtered, in which units, and what is left alone is as in `smooth`; the filter is a Kalman
 * smoother (`zeroPhase`).
 *
 * @param frames The tracks of every frame, in the order of time.
 * @param options The model of motion and noise.
 * @returns The smoothed tracks of every frame, in the same order.
 * @throws {RangeError} If an option is out of range, or time runs backwards.
 *
 * @example A box that trembles around its place
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const frames = Array.from({ length: 41 }, (_, i) => {
 *   const box = { x1: i % 2, y1: 0, x2: 100 + i % 2, y2: 100 };
 *   const face = { trackId: 1, classId: 0, label: "face", confidence: 0.9 };
 *   return { timestampUs: i * 40_000, tracks: [{ ...face, box, rawBox: box }] };
 * });
 * assertAlmostEquals(smoothOffline(frames)[20]?.[0]?.box.x1 ?? 0, 0.5, 0.05);
 * ```
 */
export function smoothOffline(
  frames: readonly TimedTracks[],
  { measurementSd = 0.002, accelerationDensity = 0.012, maxGapS = 0.5 }: SmoothOfflineOptions = {},
): Track[][] {
  if (!(maxGapS >= 0)) {
    throw new RangeError(`Cannot smooth as maxGapS must be 0 or more: current value is ${maxGapS}`);
  }
  const model = {
    measurementSd,
    processNoise: continuousNoise(accelerationDensity),
    initialVelocitySd: INITIAL_VELOCITY_SD,
  };
  zeroPhase([], [], model); // So that parameters are checked where there is no object, too.
  const smoothed = frames.map(({ tracks }) => [...tracks]);
  for (const course of coursesOf(frames, maxGapS)) {
    const tracks = course.places.map(({ frame, track }) => frames[frame]!.tracks[track]!);
    const timesUs = course.places.map(({ frame }) => frames[frame]!.timestampUs);
    smoothedCourse(tracks, timesUs, model).forEach((track, i) => {
      const place = course.places[i]!;
      smoothed[place.frame]![place.track] = track;
    });
  }
  return smoothed;
}

/** Follows each object until a gap or a cut. */
function coursesOf(frames: readonly TimedTracks[], maxGapS: number): Course[] {
  const courses: Course[] = [];
  const known = new Map<number, Course>();
  frames.forEach(({ timestampUs, tracks, isCut }, frame) => {
    if (isCut) known.clear();
    tracks.forEach(({ trackId, rawBox, keypoints = [] }, track) => {
      if (!rawBox) {
        known.get(trackId)?.places.push({ frame, track });
        return;
      }
      if (!(rawBox.x2 > rawBox.x1 && rawBox.y2 > rawBox.y1)) return; // It has no logarithm.
      let course = known.get(trackId);
      const goesOn = course && timestampUs - course.seenAtUs <= maxGapS * 1e6 &&
        course.keypoints === keypoints.length;
      if (!course || !goesOn) {
        course = { keypoints: keypoints.length, places: [], seenAtUs: timestampUs };
        known.set(trackId, course);
        courses.push(course);
      }
      course.seenAtUs = timestampUs;
      course.places.push({ frame, track });
    });
  });
  return courses;
}

function smoothedCourse(
  tracks: readonly Track[],
  timesUs: readonly number[],
  model: ZeroPhaseOptions,
): Track[] {
  let size = 1;
  const sizes = tracks.map(({ rawBox }) => size = rawBox ? sizeOf(rawBox) : size);
  const positions = (valueOf: (track: Track, raw: Box<"frame">) => number, isLength = true) =>
    zeroPhase(
      tracks.map((track) => track.rawBox && valueOf(track, track.rawBox)),
      timesUs,
      { ...model, stepAt: (i) => ({ scale: isLength ? sizes[i]! : 1 }) },
    ).positions;
  const x = positions((_, { x1, x2 }) => (x1 + x2) / 2);
  const y = positions((_, { y1, y2 }) => (y1 + y2) / 2);
  const width = positions((_, { x1, x2 }) => Math.log(x2 - x1), false).map(Math.exp);
  const height = positions((_, { y1, y2 }) => Math.log(y2 - y1), false).map(Math.exp);
  const points = (tracks[0]?.keypoints ?? []).map((_, k) => ({
    x: positions(({ keypoints }) => keypoints![k]!.x),
    y: positions(({ keypoints }) => keypoints![k]!.y),
  }));
  return tracks.map((track, i) => ({
    ...track,
    box: {
      x1: x[i]! - width[i]! / 2,
      y1: y[i]! - height[i]! / 2,
      x2: x[i]! + width[i]! / 2,
      y2: y[i]! + height[i]! / 2,
    },
    ...track.keypoints && {
      keypoints: track.keypoints.map((point, k) => ({
        ...point,
        x: points[k]!.x[i]!,
        y: points[k]!.y[i]!,
      })),
    },
  }));
}

function sizeOf({ x1, y1, x2, y2 }: Box<"frame">): number {
  return Math.sqrt((x2 - x1) * (y2 - y1));
}
