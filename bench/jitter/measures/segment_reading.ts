import { iouOf } from "../../../pipeline/box.ts";
import { bandResiduals } from "../../../pipeline/metrics/band_residual.ts";
import type { PlacedBox } from "../../../pipeline/metrics/coordinates.ts";
import { rmseAgainst } from "../../../pipeline/metrics/fast_motion.ts";
import { lagBehind } from "../../../pipeline/metrics/lag.ts";
import { staticDeviation, staticIntervals } from "../../../pipeline/metrics/static_deviation.ts";
import { thirdDifferenceSigma } from "../../../pipeline/metrics/temporal.ts";
import { boxesOf, MIN_FPS, type Segment, type Series, seriesOf } from "./segment.ts";

/** How far an object may travel in a second and still stand still, in % of its size. */
export const STATIC_TRAVEL_PERCENT = 2;
/** How long it has to stand still, in seconds. */
export const STATIC_INTERVAL_S = 1;
/** Up to which lag is searched, in frames. */
const MAX_LAG_FRAMES = 6;
/** Of fewer frames, no lag can be told. */
const MIN_LAG_SAMPLES = 40;
const NEIGHBOURHOOD_US = 250_000;

/** How much boxes tremble and how wrong they are, for each coordinate, in % of the size. */
export interface Amounts {
  /** The residual at 6 Hz and above. */
  readonly flicker: readonly (number | undefined)[];
  /** The residual from 1 to 6 Hz. */
  readonly wobble: readonly (number | undefined)[];
  /** The error on the fastest quarter. */
  readonly error: readonly (number | undefined)[];
}

/**
 * How much a series trembles and errs against the reference of a segment.
 *
 * @param series What a method made of the segment.
 * @param segment The segment.
 * @returns The amounts: nothing where the frame rate shows no flicker band.
 */
export function amountsOf(series: Series, { reference, fastUs, fps }: Segment): Amounts {
  if (fps < MIN_FPS) {
    const unknown = series.map(() => undefined);
    return { flicker: unknown, wobble: unknown, error: unknown };
  }
  const bands = series.map((samples, c) => bandResiduals(samples, reference[c]!));
  return {
    wobble: bands.map(([slow]) => slow?.deviation),
    flicker: bands.map(([, quick]) => quick?.deviation),
    error: series.map((samples, c) => rmseAgainst(samples, reference[c]!, fastUs)),
  };
}

/** The lag of each coordinate on the fastest quarter, in frames, where it can be told. */
export function lagFramesOf(series: Series, segment: Segment): number[] {
  return lagsOf(series, segment).flatMap((lag) => lag ? [lag.frames] : []);
}

/** A lag, and its standard error, in frames. */
interface LagFrames {
  readonly frames: number;
  readonly standardError: number;
}

function lagsOf(
  series: Series,
  { reference, fastUs, fps }: Segment,
): (LagFrames | undefined)[] {
  if (fps < MIN_FPS || series[0]!.length < MIN_LAG_SAMPLES) return series.map(() => undefined);
  const frameUs = 1e6 / fps;
  return series.map((samples, c) => {
    const lag = lagBehind(samples, reference[c]!, {
      maxLagUs: MAX_LAG_FRAMES * frameUs,
      timesUs: fastUs,
    });
    return lag && { frames: lag.lagUs / frameUs, standardError: lag.standardErrorUs / frameUs };
  });
}

const certainties = new WeakMap<Segment, readonly number[]>();

/** How certain the lag of each coordinate can be, by the raw boxes: the same for all methods. */
function certaintiesOf(segment: Segment): readonly number[] {
  let known = certainties.get(segment);
  if (!known) {
    known = lagsOf(segment.raw, segment).map((lag) => lag ? 1 / lag.standardError ** 2 : 0);
    certainties.set(segment, known);
  }
  return known;
}

/**
 * The lag of an object that moves, in frames: the mean over its coordinates, each as certain as it is,
 * as one that hardly changes tells little.
 */
function meanLagOf(series: Series, segment: Segment): number | undefined {
  const lags = lagsOf(series, segment);
  let [sum, weights] = [0, 0];
  certaintiesOf(segment).forEach((weight, c) => {
    if (!lags[c] || !Number.isFinite(weight)) return;
    sum += weight * lags[c].frames;
    weights += weight;
  });
  return weights > 0 ? sum / weights : undefined;
}

/** The deviation of each coordinate while the object stands still, in %, where it does. */
export function staticDeviationsOf(
  series: Series,
  { reference }: Pick<Segment, "reference">,
): (number | undefined)[] {
  const intervals = staticIntervals(reference, {
    maxTravel: STATIC_TRAVEL_PERCENT,
    intervalUs: STATIC_INTERVAL_S * 1e6,
  });
  return series.map((samples) => staticDeviation(samples, intervals));
}

/** How far beyond all raw values within a quarter of a second boxes ever are, in % of the size. */
export function overshootOf(series: Series, { raw }: Pick<Segment, "raw">): number {
  return Math.max(0, ...series.map((samples, c) => overshoot(samples, raw[c]!)));
}

function overshoot(samples: Series[number], raw: Series[number]): number {
  let start = 0;
  return samples.reduce((most, { timestampUs, value }) => {
    while (raw[start]!.timestampUs < timestampUs - NEIGHBOURHOOD_US) start++;
    let [low, high] = [Infinity, -Infinity];
    for (let i = start; i < raw.length; i++) {
      const sample = raw[i]!;
      if (sample.timestampUs > timestampUs + NEIGHBOURHOOD_US) break;
      low = Math.min(low, sample.value);
      high = Math.max(high, sample.value);
    }
    return Math.max(most, low - value, value - high);
  }, 0);
}

/** What a method makes of a segment. */
export interface SegmentReading extends Amounts {
  /** How many frames it is of. */
  readonly frames: number;
  /** See `thirdDifferenceSigma`, for each coordinate, in %. */
  readonly sigma3: readonly (number | undefined)[];
  /** The same by the median absolute deviation. */
  readonly robustSigma3: readonly (number | undefined)[];
  /** The deviation while the object stands still. */
  readonly staticDeviation: readonly (number | undefined)[];
  /** The mean lag on the fastest quarter, in frames; absent where the object hardly moves. */
  readonly lagFrames: number | undefined;
  /** See {@linkcode overshootOf}. */
  readonly overshoot: number;
  /** The mean overlap with the reference. */
  readonly referenceIou: number;
}

/**
 * Reads a method on a segment.
 *
 * @param segment The segment.
 * @param boxes Where the method has the object, in the frames of the segment.
 * @returns What it reads.
 */
export function segmentReading(segment: Segment, boxes: readonly PlacedBox[]): SegmentReading {
  const series = seriesOf(boxes, segment.sizePx);
  const truth = boxesOf(segment.reference, segment.sizePx);
  return {
    ...amountsOf(series, segment),
    frames: boxes.length,
    sigma3: series.map((samples) => thirdDifferenceSigma(samples)),
    robustSigma3: series.map((samples) => thirdDifferenceSigma(samples, { isRobust: true })),
    staticDeviation: staticDeviationsOf(series, segment),
    lagFrames: segment.isStill ? undefined : meanLagOf(series, segment),
    overshoot: overshootOf(series, segment),
    referenceIou: meanOf(boxes.map(({ box }, i) => iouOf(box, truth[i]!.box))),
  };
}

/** The mean of some values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The geometric mean of some values. */
export function geometricMeanOf(values: readonly number[]): number {
  return Math.exp(meanOf(values.map(Math.log)));
}
