import { flickerResult } from "./flicker_result.ts";
import { guardResult } from "./guard.ts";
import { lagResult } from "./lag_result.ts";
import { type ClipRun, clipRun, type Method } from "../methods/method_run.ts";
import type { MeasuredClip } from "./measured_track.ts";
import { ratiosOf } from "./ratios.ts";
import type { FlickerResult, MethodResult, TrackResult } from "../report/report_types.ts";
import { temporalResult } from "./temporal_result.ts";
import { reported, type TrackReading, trackReading } from "./track_reading.ts";

/** What a method makes of all clips. */
export interface MethodReading {
  /** The method. */
  readonly method: Method;
  /** What it makes of each clip. */
  readonly runs: readonly ClipRun[];
  /** Its tracks. */
  readonly tracks: readonly TrackReading[];
  /** How much it blinks. */
  readonly flicker: FlickerResult;
  /** How long T, F and L took, in milliseconds. */
  readonly measuringMs: number;
}

/** What a result is computed with. */
export interface MeasureOptions {
  /** What intervals are drawn from. */
  readonly seed: number;
  /** The confidence whose crossing is flicker. */
  readonly minConfidence: number;
}

/**
 * Reads a method on clips (T, F and L of the protocol, without intervals).
 *
 * @param method The method.
 * @param clips The clips.
 * @param options See {@linkcode MeasureOptions}.
 * @returns What it reads.
 */
export function methodReading(
  method: Method,
  clips: readonly MeasuredClip[],
  { minConfidence }: Pick<MeasureOptions, "minConfidence">,
): MethodReading {
  const runs = clips.map((clip) => clipRun(method, clip));
  const readAtMs = performance.now();
  const tracks = runs.flatMap((run) => run.tracks.map(trackReading));
  const flicker = flickerResult(runs, minConfidence);
  const measuringMs = performance.now() - readAtMs +
    runs.reduce((sum, run) => sum + run.measuringMs, 0);
  return { method, runs, tracks, flicker, measuringMs };
}

/**
 * What a method comes to beside the baseline, with intervals.
 *
 * @param reading What the method reads.
 * @param baseline What the baseline reads on the same clips; itself for the baseline.
 * @param options See {@linkcode MeasureOptions}.
 * @returns The result, without a perturbation.
 */
export function methodResult(
  reading: MethodReading,
  baseline: MethodReading,
  { seed }: Pick<MeasureOptions, "seed">,
): MethodResult {
  const { method: { id, role, way, smoothing }, runs, tracks, flicker } = reading;
  const frames = runs.reduce((sum, { outputs }) => sum + outputs.length, 0);
  const smoothingMs = runs.reduce((sum, run) => sum + run.smoothingMs, 0);
  return {
    id,
    role,
    detection: way ? { ties: way.ties, resize: way.resize } : null,
    smoothing: { method: smoothing.name, parameters: smoothing.parameters },
    perturbation: null,
    temporal: temporalResult(tracks, seed),
    flicker,
    ...costsOf(reading, baseline, { seed }),
    smoothingUsPerFrame: frames ? 1000 * smoothingMs / frames : null,
    perTrack: tracks.map(trackResult),
  };
}

/**
 * What a method gains and costs beside the baseline, and whether the guard lets it pass.
 *
 * @param reading What the method reads.
 * @param baseline What the baseline reads on the same clips; itself for the baseline.
 * @param options See {@linkcode MeasureOptions}.
 * @returns That part of its result.
 */
export function costsOf(
  reading: MethodReading,
  baseline: MethodReading,
  { seed }: Pick<MeasureOptions, "seed">,
): Pick<MethodResult, "overBaseline" | "lag" | "guard"> {
  const { method: { smoothing }, runs, tracks, flicker } = reading;
  const overBaseline = reading === baseline ? null : ratiosOf(tracks, baseline.tracks, seed);
  const lag = lagResult(tracks, smoothing, seed);
  const guard = guardResult({
    runs,
    readings: tracks,
    baseline: baseline.tracks,
    ...overBaseline && { ratios: overBaseline },
    flicker,
    baselineFlicker: baseline.flicker,
    lag,
  });
  return { overBaseline, lag, guard };
}

function trackResult({ run: { track }, ...reading }: TrackReading): TrackResult {
  return {
    clip: track.clip,
    trackId: track.trackId,
    label: track.label,
    frames: reading.frames,
    startS: track.segments[0]!.raw[0]![0]!.timestampUs / 1e6,
    sizePx: track.sizePx,
    isStill: reading.isStill,
    sigma3Percent: reported(reading.sigma3),
    flickerPercent: reported(reading.flicker),
    wobblePercent: reported(reading.wobble),
    staticDeviationPercent: reported(reading.staticDeviation),
    fastErrorPercent: reported(reading.error),
    lagFrames: reading.lagFrames ?? null,
  };
}
