import { ghostBoxes } from "../../../pipeline/metrics/flicker.ts";
import type { ClipRun } from "../methods/method_run.ts";
import type {
  FlickerResult,
  GuardLimits,
  GuardResult,
  LagResult,
  Ratios,
} from "../report/report_types.ts";
import { meanOf } from "./segment_reading.ts";
import { ratioOf, type TrackReading, weightedMean } from "./track_reading.ts";

/** What a method may cost and still be valid. */
export const GUARD_LIMITS: GuardLimits = {
  maxErrorLive: 1.25,
  maxErrorLookingAhead: 0.9,
  maxErrorOffline: 0.8,
  maxLagFrames: 0.5,
  maxOvershootPercent: 5,
  maxIouDropPoints: 0.5,
};

/** Which share of the detected boxes a method may lose. */
const MAX_LOST_SHARE = 0.005;
/** By how much a method may blink more often than the baseline, a 100 track-frames. */
const MAX_MORE_BLINKS = 0.5;

/** What is judged, and against what. */
export interface GuardedMethod {
  /** The method on each clip. */
  readonly runs: readonly ClipRun[];
  /** Its readings. */
  readonly readings: readonly TrackReading[];
  /** The baseline's, of the same tracks. */
  readonly baseline: readonly TrackReading[];
  /** Over the baseline; absent for the baseline itself. */
  readonly ratios?: Ratios;
  /** How much it blinks. */
  readonly flicker: FlickerResult;
  /** How much the baseline blinks. */
  readonly baselineFlicker: FlickerResult;
  /** How late it is. */
  readonly lag: LagResult;
}

type Failure = GuardResult["failed"][number];

/**
 * What steadiness costs (A of the protocol), and whether that is allowed.
 *
 * @param method What is judged.
 * @returns The costs, and which limits are not kept.
 */
export function guardResult(method: GuardedMethod): GuardResult {
  const { runs, readings, baseline, ratios } = method;
  const errors = readings.flatMap(({ error }, i) => ratioOf(error, baseline[i]!.error) ?? []);
  const iouOf = (some: readonly TrackReading[]) =>
    weightedMean(some, ({ referenceIou }) => referenceIou, ({ frames }) => frames) ?? null;
  const [referenceIou, baselineIou] = [iouOf(readings), iouOf(baseline)];
  const costs = {
    fastErrorRatio: ratios?.fastError.estimate ?? null,
    worstFastErrorRatio: errors.length ? Math.max(...errors) : null,
    fastErrorPercent: weightedMean(readings, meanError, ({ frames }) => frames) ?? null,
    overshootPercent: readings.length
      ? Math.max(...readings.map(({ overshoot }) => overshoot))
      : null,
    ghostBoxes: sumOf(runs, ghostsIn),
    lostBoxes: sumOf(runs, lostIn),
    referenceIou,
    referenceIouChangePoints: referenceIou === null || baselineIou === null
      ? null
      : 100 * (referenceIou - baselineIou),
  };
  const failed = ratios ? failures(method, costs) : [];
  return { ...costs, isValid: failed.length === 0, failed };
}

function meanError({ error }: TrackReading): number | undefined {
  return error.includes(undefined) ? undefined : meanOf(error as number[]);
}

function sumOf(runs: readonly ClipRun[], count: (run: ClipRun) => number): number {
  return runs.reduce((sum, run) => sum + count(run), 0);
}

/** Boxes of objects that are gone or not there yet, in frames with more boxes than were detected. */
function ghostsIn({ outputs, observation, measured: { clip } }: ClipRun): number {
  const { frames } = clip.observations[observation]!;
  const fuller = outputs.filter(({ tracks }, i) => tracks.length > frames[i]!.tracks.length);
  return ghostBoxes(fuller, frames);
}

/** The baseline's boxes that a method does not have: not detected, or not shown. */
function lostIn({ outputs, observation, measured: { clip, numbers } }: ClipRun): number {
  const { frames } = clip.observations[observation]!;
  return clip.observations[0].frames.reduce((sum, { tracks }, i) => {
    const missed = tracks.length - numbers[observation]![i]!.size;
    const hidden = Math.max(0, frames[i]!.tracks.length - outputs[i]!.tracks.length);
    return sum + missed + hidden;
  }, 0);
}

function failures(
  { runs, ratios, lag, flicker, baselineFlicker }: GuardedMethod,
  costs: Omit<GuardResult, "isValid" | "failed">,
): Failure[] {
  const failed: Failure[] = [];
  const fail = (part: Failure["part"], reason: string) => failed.push({ part, reason });
  const { fastErrorRatio, overshootPercent, referenceIouChangePoints } = costs;
  const maxError = maxErrorFor(lag.lookAheadFrames);
  if (ratios!.frozenTracks > 0) {
    fail("A", `${ratios!.frozenTracks} tracks have boxes that do not change at all`);
  }
  if (fastErrorRatio !== null && fastErrorRatio > maxError) {
    fail("A", `the error on fast motion is ${fastErrorRatio.toFixed(2)} times the baseline's`);
  }
  if (overshootPercent !== null && overshootPercent > GUARD_LIMITS.maxOvershootPercent) {
    fail("A", `boxes overshoot by ${overshootPercent.toFixed(1)} % of the size`);
  }
  if (costs.ghostBoxes > 0) fail("A", `${costs.ghostBoxes} boxes are ghosts`);
  const boxes = sumOf(
    runs,
    ({ measured: { clip } }) =>
      clip.observations[0].frames.reduce((sum, { tracks }) => sum + tracks.length, 0),
  );
  if (costs.lostBoxes > MAX_LOST_SHARE * boxes) fail("A", `${costs.lostBoxes} boxes are lost`);
  if (
    referenceIouChangePoints !== null &&
    referenceIouChangePoints < -GUARD_LIMITS.maxIouDropPoints
  ) {
    fail("A", `the overlap with the reference falls by ${(-referenceIouChangePoints).toFixed(1)}`);
  }
  const lagFrames = lag.frames.estimate;
  if (lagFrames !== null && lagFrames > GUARD_LIMITS.maxLagFrames) {
    fail("L", `boxes come ${lagFrames.toFixed(2)} frames late`);
  }
  for (const [key, what] of BLINKS) {
    const more = (flicker[key] ?? 0) - (baselineFlicker[key] ?? 0);
    if (more > MAX_MORE_BLINKS) fail("F", `in 100 boxes ${what} ${more.toFixed(1)} times more`);
  }
  return failed;
}

const BLINKS = [
  ["existenceTogglesPer100", "tracks come or go"],
  ["idSwitchesPer100", "tracks change their number"],
  ["classFlipsPer100", "tracks change their class"],
] as const;

function maxErrorFor(lookAheadFrames: number | null): number {
  if (lookAheadFrames === null) return GUARD_LIMITS.maxErrorOffline;
  return lookAheadFrames > 0 ? GUARD_LIMITS.maxErrorLookingAhead : GUARD_LIMITS.maxErrorLive;
}
