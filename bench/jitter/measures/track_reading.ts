import type { TrackRun } from "../methods/method_run.ts";
import type { PerCoordinate } from "../report/report_types.ts";
import { COORDINATES } from "./segment.ts";
import { geometricMeanOf, type SegmentReading } from "./segment_reading.ts";

/** A value for each coordinate, in the order of `COORDINATES`; nothing where it could not be measured. */
export type Values = readonly (number | undefined)[];

/** What one track reads, its segments together: deviations in % of the size. */
export interface TrackReading {
  /** The name of its clip. */
  readonly clip: string;
  /** What was read. */
  readonly run: TrackRun;
  /** How many frames that is. */
  readonly frames: number;
  /** Whether it hardly moves. */
  readonly isStill: boolean;
  /** See {@linkcode SegmentReading}, as the other five. */
  readonly sigma3: Values;
  readonly robustSigma3: Values;
  readonly staticDeviation: Values;
  readonly wobble: Values;
  readonly flicker: Values;
  readonly error: Values;
  /** The mean lag where it moves, in frames. */
  readonly lagFrames: number | undefined;
  /** The farthest overshoot, in % of the size. */
  readonly overshoot: number;
  /** The mean overlap with the reference. */
  readonly referenceIou: number;
}

/** The parts of a reading that are deviations. */
export type Deviation =
  | "sigma3"
  | "robustSigma3"
  | "staticDeviation"
  | "wobble"
  | "flicker"
  | "error";

/** Takes the segments of a track together: deviations as the root of their mean square. */
export function trackReading(run: TrackRun): TrackReading {
  const readings = run.segments.map(({ reading }) => reading);
  const rms = (deviation: Deviation): Values =>
    COORDINATES.map((_, c) => pooled(readings, (reading) => reading[deviation][c]));
  const mean = (valueOf: (reading: SegmentReading) => number | undefined) =>
    weightedMean(readings, valueOf, ({ frames }) => frames);
  return {
    clip: run.track.clip,
    run,
    frames: readings.reduce((sum, { frames }) => sum + frames, 0),
    isStill: run.segments.every(({ segment }) => segment.isStill),
    sigma3: rms("sigma3"),
    robustSigma3: rms("robustSigma3"),
    staticDeviation: rms("staticDeviation"),
    wobble: rms("wobble"),
    flicker: rms("flicker"),
    error: rms("error"),
    lagFrames: mean(({ lagFrames }) => lagFrames),
    overshoot: Math.max(...readings.map(({ overshoot }) => overshoot)),
    referenceIou: mean(({ referenceIou }) => referenceIou)!,
  };
}

function pooled(
  readings: readonly SegmentReading[],
  valueOf: (reading: SegmentReading) => number | undefined,
): number | undefined {
  const square = weightedMean(
    readings,
    (reading) => {
      const value = valueOf(reading);
      return value === undefined ? undefined : value * value;
    },
    ({ frames }) => frames,
  );
  return square === undefined ? undefined : Math.sqrt(square);
}

/** The weighted mean of what has a value; nothing of nothing. */
export function weightedMean<T>(
  items: readonly T[],
  valueOf: (item: T) => number | undefined,
  weightOf: (item: T) => number,
): number | undefined {
  let [sum, weights] = [0, 0];
  for (const item of items) {
    const value = valueOf(item);
    if (value === undefined) continue;
    sum += weightOf(item) * value;
    weights += weightOf(item);
  }
  return weights ? sum / weights : undefined;
}

/** A value for each coordinate, by its name. */
export function perCoordinate<T>(valueOf: (c: number) => T): PerCoordinate<T> {
  const [centreX, centreY, width, height] = COORDINATES.map((_, c) => valueOf(c));
  return { centreX: centreX!, centreY: centreY!, width: width!, height: height! };
}

/** The values of a track as a report has them. */
export function reported(values: Values): PerCoordinate<number | null> {
  return perCoordinate((c) => values[c] ?? null);
}

/** What is left of a coordinate that never changes is rounding, in % of the size. */
export const MIN_CHANGE_PERCENT = 1e-9;

/**
 * What a track reads over what it reads at the baseline: the geometric mean over coordinates. Those that
 * do not change at the baseline, such as the width of boxes that are all as wide, are left out.
 *
 * @returns The ratio; nothing if a coordinate was not measured, none changes, or one reads 0.
 */
export function ratioOf(own: Values, base: Values): number | undefined {
  if ([...own, ...base].includes(undefined)) return undefined;
  const ratios = own.flatMap((value, c) =>
    base[c]! > MIN_CHANGE_PERCENT ? [value! / base[c]!] : []
  );
  return ratios.length && ratios.every((ratio) => ratio > 0) ? geometricMeanOf(ratios) : undefined;
}
