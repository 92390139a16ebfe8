import { iouOf } from "../../mod.ts";
import { lowPass } from "../../pipeline/filters/low_pass.ts";
import { bandResiduals } from "../../pipeline/metrics/band_residual.ts";
import type { PlacedBox } from "../../pipeline/metrics/coordinates.ts";
import { rmseAgainst } from "../../pipeline/metrics/fast_motion.ts";
import { lagBehind } from "../../pipeline/metrics/lag.ts";
import { staticDeviation, staticIntervals } from "../../pipeline/metrics/static_deviation.ts";
import { type Series, seriesOf, type StudyTrack } from "./study_track.ts";

/** What a method makes of a track: as many numbers as there are coordinates, all over the raw boxes'. */
export interface Reading {
  /** The track. */
  readonly track: StudyTrack;
  /** The residual at 6 Hz and above. */
  readonly flicker: readonly number[];
  /** The residual from 1 to 6 Hz. */
  readonly wobble: readonly number[];
  /** The error on the fastest quarter. */
  readonly error: readonly number[];
  /** The lag on the fastest quarter, in frames. */
  readonly lagFrames: readonly number[];
  /** The mean overlap with the truth, where it is known. */
  readonly iou?: number;
}

/** How much is trembling or wrong, in % of the size. */
interface Amounts {
  readonly flicker: readonly number[];
  readonly wobble: readonly number[];
  readonly error: readonly number[];
}

const rawAmounts = new WeakMap<StudyTrack, Amounts>();

function amountsOf(series: Series, { reference, fastUs }: StudyTrack): Amounts {
  const bands = series.map((samples, c) => bandResiduals(samples, reference[c]!));
  return {
    wobble: bands.map(([slow]) => slow!.deviation),
    flicker: bands.map(([, quick]) => quick!.deviation),
    error: series.map((samples, c) => rmseAgainst(samples, reference[c]!, fastUs)!),
  };
}

/** Judges what a method made of a track. */
export function reading(track: StudyTrack, boxes: readonly PlacedBox[]): Reading {
  const series = seriesOf(boxes, track.sizePx);
  let raw = rawAmounts.get(track);
  if (!raw) rawAmounts.set(track, raw = amountsOf(track.raw, track));
  const { flicker, wobble, error } = amountsOf(series, track);
  const frameUs = 1e6 / track.fps;
  const overlaps = boxes.flatMap(({ timestampUs, box }) => {
    const truth = track.truth?.get(timestampUs);
    return truth ? [iouOf(box, truth)] : [];
  });
  return {
    track,
    ...overlaps.length && { iou: mean(overlaps) },
    flicker: flicker.map((value, c) => value / raw.flicker[c]!),
    wobble: wobble.map((value, c) => value / raw.wobble[c]!),
    error: error.map((value, c) => value / raw.error[c]!),
    lagFrames: series.flatMap((samples, c) => {
      const lag = lagBehind(samples, track.reference[c]!, {
        maxLagUs: 6 * frameUs,
        timesUs: track.fastUs,
      });
      return lag ? [lag.lagUs / frameUs] : [];
    }),
  };
}

/** What is reported of a method on a track beside its reading. */
export interface Remarks {
  /** How far beyond all raw values within a quarter of a second it ever is, in % of the size. */
  readonly overshootPercent: number;
  /** The deviation while the object stands still, over the raw boxes'; absent where it never does. */
  readonly staticRatio?: number;
}

/** An object that moves by less than this in a second stands still, in % of its size. */
const STATIC_TRAVEL = 2;
const NEIGHBOURHOOD_US = 250_000;

/** Measures what is reported, and not aimed at. */
export function remarks(track: StudyTrack, boxes: readonly PlacedBox[]): Remarks {
  const series = seriesOf(boxes, track.sizePx);
  const intervals = staticIntervals(track.reference, { maxTravel: STATIC_TRAVEL });
  const ratios = series.flatMap((samples, c) => {
    const deviation = staticDeviation(samples, intervals);
    const raw = staticDeviation(track.raw[c]!, intervals);
    return deviation && raw ? [deviation / raw] : [];
  });
  return {
    overshootPercent: Math.max(0, ...series.map((samples, c) => overshoot(samples, track.raw[c]!))),
    ...ratios.length && { staticRatio: geometricMean(ratios) },
  };
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

/** The geometric mean. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** The mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Below this, two networks differ in what they take for an object's middle, in Hz. */
const OPINION_HZ = 0.5;

/**
 * How far boxes are, on the fastest quarter, from where another network saw the object in the same
 * frames, over how far the raw boxes are: an error that needs no reference, as what the two have in
 * common is in the picture, and what each adds is its own. The other network's trembling is in both, so that
 * the ratio is nearer to 1 than the true one.
 *
 * @param track The track.
 * @param boxes What a method made of it.
 * @param other What another network saw.
 * @returns The ratio, the geometric mean over coordinates; `undefined` if they share too little.
 */
export function errorAgainst(
  track: StudyTrack,
  boxes: readonly PlacedBox[],
  other: StudyTrack,
): number | undefined {
  const shown = seriesOf(boxes, track.sizePx);
  const seen = seriesOf(
    other.frames.map(({ timestampUs, tracks }) => ({ timestampUs, box: tracks[0].box })),
    track.sizePx,
  );
  const ratios = shown.map((samples, c) => {
    const byTime = new Map(seen[c]!.map(({ timestampUs, value }) => [timestampUs, value]));
    const both = samples.flatMap(({ timestampUs, value }, i) => {
      const theirs = byTime.get(timestampUs);
      if (theirs === undefined) return [];
      return [{ timestampUs, raw: track.raw[c]![i]!.value - theirs, own: value - theirs }];
    });
    if (both.length < 20) return undefined;
    const opinion = lowPass(both.map(({ raw }) => raw), { cutoffHz: OPINION_HZ, fps: track.fps });
    let [own, raw] = [0, 0];
    both.forEach((difference, i) => {
      if (!track.fastUs.has(difference.timestampUs)) return;
      own += (difference.own - opinion[i]!) ** 2;
      raw += (difference.raw - opinion[i]!) ** 2;
    });
    return Math.sqrt(own / raw);
  });
  return ratios.includes(undefined) ? undefined : geometricMean(ratios as number[]);
}
