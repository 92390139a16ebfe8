import type { Box } from "../../../pipeline/box.ts";
import { lowPass } from "../../../pipeline/filters/low_pass.ts";
import { coordinatesOf, type PlacedBox } from "../../../pipeline/metrics/coordinates.ts";
import { fastestTimes } from "../../../pipeline/metrics/fast_motion.ts";
import type { Sample } from "../../../pipeline/metrics/sample.ts";
import type { PerCoordinate } from "../report/report_types.ts";

/** A series for each of centre x, centre y, log width and log height, in % of the object's size. */
export type Series = readonly (readonly Sample[])[];

/** What the entries of a {@linkcode Series} are, in its order. */
export const COORDINATES: readonly (keyof PerCoordinate<unknown>)[] = [
  "centreX",
  "centreY",
  "width",
  "height",
];

/** One object in frames without a gap, and where it truly was as far as is known. */
export interface Segment {
  /** How many frames a second it has. */
  readonly fps: number;
  /** The median size of its object, in pixels. */
  readonly sizePx: number;
  /** What was detected. */
  readonly raw: Series;
  /** What of it is slow enough to be motion. */
  readonly reference: Series;
  /** The times of the fastest quarter. */
  readonly fastUs: ReadonlySet<number>;
  /** Whether it hardly moves. */
  readonly isStill: boolean;
}

/** Above which frequency nothing is taken for motion, in Hz: see bench/findings/steadiness.md. */
export const REFERENCE_HZ = 3;
/** At lower frame rates the reference keeps this far below half of them. */
const MAX_SHARE_OF_FPS = 0.2;
/** Half an octave of the flicker band has to be there, for bands, lag and errors. */
export const MIN_FPS = 18;
/** An object whose fastest quarter begins below this speed hardly moves, in % of its size a second. */
const STILL_SPEED = 8;

/** Options of {@linkcode segmentOf}. */
export interface SegmentOptions {
  /**
   * The size of the object, in pixels; the median over the boxes unless told.
   *
   * @default {coordinatesOf(boxes).sizePx}
   */
  readonly sizePx?: number;
  /**
   * Below which frequency a track is motion, in Hz.
   *
   * @default {3}
   */
  readonly cutoffHz?: number;
}

/**
 * Prepares a track without gaps to be judged: its coordinates, its motion, where it is fastest.
 *
 * @param boxes What was detected, in the order of time: more than 9 frames, each with an area.
 * @param options See {@linkcode SegmentOptions}.
 * @returns The segment.
 * @throws {RangeError} If there are too few boxes, or one has no area.
 */
export function segmentOf(
  boxes: readonly PlacedBox[],
  { sizePx = coordinatesOf(boxes)?.sizePx ?? 1, cutoffHz = REFERENCE_HZ }: SegmentOptions = {},
): Segment {
  const fps = frameRateOf(boxes.map(({ timestampUs }) => timestampUs));
  const raw = seriesOf(boxes, sizePx);
  const reference = slowPartOf(raw, Math.min(cutoffHz, MAX_SHARE_OF_FPS * fps), fps);
  return {
    fps,
    sizePx,
    raw,
    reference,
    fastUs: fastestTimes(reference),
    isStill: upperSpeedOf(reference) < STILL_SPEED,
  };
}

/** The mean number of frames a second. */
export function frameRateOf(timesUs: readonly number[]): number {
  if (timesUs.length < 2) return 0;
  return 1e6 * (timesUs.length - 1) / (timesUs.at(-1)! - timesUs[0]!);
}

/** What of each series lies below a frequency, without delay. */
function slowPartOf(series: Series, cutoffHz: number, fps: number): Series {
  return series.map((samples) => {
    const slow = lowPass(samples.map(({ value }) => value), { cutoffHz, fps });
    return samples.map(({ timestampUs }, i) => ({ timestampUs, value: slow[i]! }));
  });
}

/** The speed that is exceeded a quarter of the time, in % of the size a second. */
function upperSpeedOf(reference: Series): number {
  const [first] = reference;
  const speeds = first!.slice(2).map((_, i) => {
    const seconds = (first![i + 2]!.timestampUs - first![i]!.timestampUs) / 1e6;
    return Math.hypot(...reference.map((s) => s[i + 2]!.value - s[i]!.value)) / seconds;
  }).sort((a, b) => a - b);
  return speeds[Math.floor(0.75 * speeds.length)]!;
}

/**
 * The four coordinates of boxes, in % of a size that is the same for all methods: with a size of its own,
 * a method would be measured by another rule.
 */
export function seriesOf(boxes: readonly PlacedBox[], sizePx: number): Series {
  const series = (valueOf: (box: Box<"frame">) => number): Sample[] =>
    boxes.map(({ timestampUs, box }) => ({ timestampUs, value: 100 * valueOf(box) }));
  return [
    series(({ x1, x2 }) => (x1 + x2) / 2 / sizePx),
    series(({ y1, y2 }) => (y1 + y2) / 2 / sizePx),
    series(({ x1, x2 }) => Math.log(x2 - x1)),
    series(({ y1, y2 }) => Math.log(y2 - y1)),
  ];
}

/** The boxes that have such coordinates: the inverse of {@linkcode seriesOf}. */
export function boxesOf(series: Series, sizePx: number): PlacedBox[] {
  const [x, y, width, height] = series;
  return x!.map(({ timestampUs, value }, i) => {
    const [centreX, centreY] = [value * sizePx / 100, y![i]!.value * sizePx / 100];
    const halfWidth = Math.exp(width![i]!.value / 100) / 2;
    const halfHeight = Math.exp(height![i]!.value / 100) / 2;
    return {
      timestampUs,
      box: {
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
      },
    };
  });
}
