import { FLICKER_FROM_HZ, WOBBLE_FROM_HZ } from "../measures/binned.ts";
import { GUARD_LIMITS } from "../measures/guard.ts";
import { BLOCK_S, bootstrapUnit, LEVEL, RESAMPLES } from "../measures/intervals.ts";
import { framesOf, type MeasuredClip, MIN_FRAMES } from "../measures/measured_track.ts";
import type { MethodReading } from "../measures/method_result.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";
import type { JitterReport, ReportClip, ReportSettings } from "./report_types.ts";
import { frameRateOf, MIN_FPS, REFERENCE_HZ } from "../measures/segment.ts";
import { STATIC_INTERVAL_S, STATIC_TRAVEL_PERCENT } from "../measures/segment_reading.ts";
import { LOCAL_RESIDUAL } from "../measures/temporal_result.ts";

/** Whether intervals differ by more than what rounding makes of them. */
const MAX_ROUNDING_US = 1500;

/** What a report tells of a clip. */
export function clipOf(
  { name, sha256, size, video, truth, observations, ...clip }: ObservedClip,
): ReportClip {
  const times = observations[0].frames.map(({ timestampUs }) => timestampUs);
  let [shortest, longest] = [Infinity, 0];
  times.slice(1).forEach((time, i) => {
    shortest = Math.min(shortest, time - times[i]!);
    longest = Math.max(longest, time - times[i]!);
  });
  return {
    name,
    sha256,
    size: size ? { width: size.width, height: size.height } : null,
    frames: times.length,
    durationS: times.length ? (times.at(-1)! - times[0]!) / 1e6 : 0,
    fps: frameRateOf(times),
    isVariableRate: longest - shortest > MAX_ROUNDING_US,
    startS: video?.startS ?? 0,
    truthSha256: truth?.sha256 ?? null,
    isInterrupted: clip.isInterrupted,
  };
}

/** How it was measured. */
export function settingsOf(
  clips: readonly MeasuredClip[],
  { minConfidence, iou }: { readonly minConfidence?: number; readonly iou?: number },
): ReportSettings {
  const isOwn = clips.every(({ clip }) => clip.hasOwnNumbers);
  return {
    minConfidence: minConfidence ?? null,
    iou: iou ?? null,
    association: isOwn ? "the file's own" : "tracking of the baseline",
    normaliser: "median of √(width · height) of the track",
    reference: { kind: "zero-phase low pass of the baseline", cutoffHz: REFERENCE_HZ },
    minFrames: MIN_FRAMES,
    minFps: MIN_FPS,
    flickerFromHz: FLICKER_FROM_HZ,
    wobbleFromHz: WOBBLE_FROM_HZ,
    still: { maxTravelPercent: STATIC_TRAVEL_PERCENT, intervalS: STATIC_INTERVAL_S },
    localResidual: LOCAL_RESIDUAL,
    fastShare: 0.25,
    bootstrap: {
      resamples: RESAMPLES,
      level: LEVEL,
      unit: bootstrapUnit(clips.flatMap(({ tracks }) => tracks)),
      blockS: BLOCK_S,
    },
    guard: GUARD_LIMITS,
  };
}

/** What was there to be measured, and what was left out. */
export function dataOf(clips: readonly MeasuredClip[]): JitterReport["data"] {
  const sum = (count: (clip: MeasuredClip) => number) =>
    clips.reduce((total, clip) => total + count(clip), 0);
  const tracks = clips.flatMap((clip) => clip.tracks);
  const slow = tracks.filter(({ segments }) => segments.every(({ fps }) => fps < MIN_FPS));
  const reasons = [
    {
      reason: `not in ${MIN_FRAMES} frames in a row`,
      tracks: sum(({ excluded }) => excluded.tracks),
      boxes: sum(({ excluded }) => excluded.boxes),
    },
    {
      reason: `below ${MIN_FPS} frames a second: only third differences and stillness are measured`,
      tracks: slow.length,
      boxes: slow.reduce((total, track) => total + framesOf(track), 0),
    },
  ];
  return {
    clips: clips.length,
    tracks: tracks.length,
    frames: sum(({ clip }) => clip.observations[0].frames.length),
    trackFrames: tracks.reduce((total, track) => total + framesOf(track), 0),
    excluded: reasons.filter(({ boxes }) => boxes > 0),
  };
}

/** What it cost. */
export function costOf(
  clips: readonly ObservedClip[],
  readings: readonly MethodReading[],
  startedAtMs: number,
): JitterReport["cost"] {
  const measuringMs = readings.reduce((sum, reading) => sum + reading.measuringMs, 0);
  const measuringSPerMethod = measuringMs / 1000 / readings.length;
  const isDetected = clips.every(({ detectionS }) => detectionS !== undefined);
  const detectionS = isDetected
    ? clips.reduce((sum, { detectionS = 0 }) => sum + detectionS, 0)
    : null;
  return {
    detectionS,
    measuringSPerMethod,
    measuringPercentPerMethod: detectionS ? 100 * measuringSPerMethod / detectionS : null,
    totalS: (performance.now() - startedAtMs) / 1000,
  };
}
