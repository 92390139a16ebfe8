import { bandResiduals } from "../../../pipeline/metrics/band_residual.ts";
import { trackInterval } from "../../../pipeline/metrics/bootstrap.ts";
import { MADE_FPS, madeClip, type MadeNoise, trueShape } from "./made_clip.ts";
import { type MeasuredClip, measuredClip } from "../measures/measured_track.ts";
import { costsOf, type MethodReading, methodReading } from "../measures/method_result.ts";
import type { ControlResult } from "../report/report_types.ts";
import { meanOf } from "../measures/segment_reading.ts";
import { FROZEN, LATE, type Pretence, SHUFFLED } from "./pretences.ts";
import { NONE, type SmoothingMethod } from "../methods/smoothing_methods.ts";
import { reported, type TrackReading } from "../measures/track_reading.ts";

/** The noise that must be read back. */
const MADE_SIGMA_PERCENT = 0.5;
const CORRELATION = 0.7;
const MADE = { tracks: 24, frames: 300 } as const;
/** Half way between two frequencies that four seconds resolve, so that no edge counts twice or not at all. */
const BAND_FROM_HZ = 6.125;
/** Of a thousand runs, one may miss by chance. */
const CONTROL_LEVEL = 0.999;

/**
 * Measurements of which the outcome is known: three ways to pretend steadiness, which the guard must see,
 * on made tracks and on the clips themselves where they can show; and noise of a known size, white
 * and correlated, which must be read back.
 *
 * @param baseline What the baseline reads on them.
 * @param options The seed, and the confidence whose crossing is flicker.
 * @returns The outcomes.
 */
export function controlResults(
  baseline: MethodReading,
  options: { readonly seed: number; readonly minConfidence: number },
): ControlResult[] {
  const white = readMade({ sigmaPercent: MADE_SIGMA_PERCENT, correlation: 0 }, options);
  const red = readMade({ sigmaPercent: MADE_SIGMA_PERCENT, correlation: CORRELATION }, options);
  return [
    ...[FROZEN, LATE, SHUFFLED].map((pretence) => seen(pretence, white, "made tracks", options)),
    ...pretencesThatShow(baseline).map((pretence) =>
      seen(pretence, baseline, "these clips", options)
    ),
    readBack(
      "white-noise",
      `white noise of ${MADE_SIGMA_PERCENT} %, by third differences`,
      MADE_SIGMA_PERCENT,
      white.tracks.flatMap(({ sigma3 }) => rmsOf(sigma3)),
      options.seed,
    ),
    readBack(
      "correlated-noise",
      `noise of ${MADE_SIGMA_PERCENT} % of which ${CORRELATION} is left a frame later: its part ` +
        `at ${BAND_FROM_HZ} Hz and above`,
      MADE_SIGMA_PERCENT * Math.sqrt(shareAbove(BAND_FROM_HZ)),
      red.tracks.map(flickerAgainstTruth),
      options.seed,
    ),
    readBack(
      "correlated-noise-by-third-differences",
      "the same by third differences, which read too little of it, by a known factor",
      MADE_SIGMA_PERCENT * Math.sqrt(thirdDifferenceShare(CORRELATION)),
      red.tracks.flatMap(({ sigma3 }) => rmsOf(sigma3)),
      options.seed,
    ),
  ];
}

function readMade(
  noise: MadeNoise,
  options: { readonly seed: number; readonly minConfidence: number },
): MethodReading {
  const clip = measuredClip(madeClip({ ...noise, ...MADE, seed: options.seed }));
  return read(NONE, [clip], 0, options);
}

function read(
  smoothing: SmoothingMethod,
  clips: readonly MeasuredClip[],
  observation: number,
  options: { readonly minConfidence: number },
): MethodReading {
  const method = { id: smoothing.name, role: "reference", observation, smoothing } as const;
  return methodReading(method, clips, options);
}

/** In fewer frames in a row, a mean of 30 is not late by all of its lag. */
const MIN_LATE_FRAMES = 90;

/** What can show on clips: lag where something moves for long enough, a frozen box where others tremble. */
function pretencesThatShow({ tracks }: MethodReading): Pretence[] {
  if (!tracks.length) return [];
  const moving = tracks.flatMap(({ run }) => run.segments)
    .filter(({ reading }) => reading.lagFrames !== undefined);
  const framesOf = (some: typeof moving) =>
    some.reduce((sum, { segment }) => sum + segment.length, 0);
  const long = moving.filter(({ segment }) => segment.length >= MIN_LATE_FRAMES);
  const isLateSeen = moving.length > 0 && framesOf(long) >= 0.5 * framesOf(moving);
  const isTrembling = tracks.some(({ sigma3 }) => sigma3.some((value) => value));
  return [...isTrembling ? [FROZEN] : [], ...isLateSeen ? [LATE] : [], SHUFFLED];
}

function seen(
  { id, description, part, smoothing }: Pretence,
  baseline: MethodReading,
  where: string,
  options: { readonly seed: number; readonly minConfidence: number },
): ControlResult {
  const clips = baseline.runs.map(({ measured }) => measured);
  const { guard } = costsOf(read(smoothing, clips, 0, options), baseline, options);
  const parts = [...new Set(guard.failed.map((failure) => failure.part))].sort();
  return {
    id: `${id} (${where})`,
    description,
    expected: `fails ${part}`,
    got: parts.length ? `fails ${parts.join(" and ")}` : "passes",
    isRight: parts.includes(part),
  };
}

function readBack(
  id: string,
  description: string,
  expected: number,
  values: readonly number[],
  seed: number,
): ControlResult {
  const interval = trackInterval(values, meanOf, { seed, level: CONTROL_LEVEL })!;
  const { estimate, low, high } = interval;
  const percent = (value: number) => value.toFixed(4);
  return {
    id,
    description,
    expected: `${percent(expected)} %`,
    got: `${percent(estimate)} % (${percent(low)} to ${percent(high)})`,
    isRight: low <= expected && expected <= high,
  };
}

/** The root of the mean square over coordinates. */
function rmsOf(values: TrackReading["sigma3"]): number {
  return Math.sqrt(meanOf(Object.values(reported(values)).map((value) => value! ** 2)));
}

/** The flicker band of a made track against where it truly is. */
function flickerAgainstTruth({ run: { track, segments: [segment] } }: TrackReading): number {
  const { raw } = segment!.segment;
  const deviations = raw.map((samples, c) => {
    const truth = samples.map(({ timestampUs }) => {
      const value = trueShape(track.trackId - 1, timestampUs / 1e6)[c]!;
      return { timestampUs, value: c < 2 ? 100 * value / track.sizePx : 100 * value };
    });
    return bandResiduals(samples, truth, { bands: [{ fromHz: BAND_FROM_HZ }] })[0]!.deviation;
  });
  return Math.sqrt(meanOf(deviations.map((value) => value ** 2)));
}

/**
 * Which share of the power of AR(1) noise lies above a frequency:
 * `1 - 2 / π · atan((1 + ρ) / (1 - ρ) · tan(ω / 2))`, the integral of its spectrum.
 */
function shareAbove(frequencyHz: number): number {
  const tangent = Math.tan(Math.PI * frequencyHz / MADE_FPS);
  return 1 - 2 / Math.PI * Math.atan((1 + CORRELATION) / (1 - CORRELATION) * tangent);
}

/** The variance of third differences of AR(1) noise over that of white noise, from its autocorrelation. */
function thirdDifferenceShare(correlation: number): number {
  return (20 - 30 * correlation + 12 * correlation ** 2 - 2 * correlation ** 3) / 20;
}
