import { iouOf } from "../../mod.ts";
import { lowPass } from "../../pipeline/filters/low_pass.ts";
import type { PlacedBox } from "../../pipeline/metrics/coordinates.ts";
import { seriesOf } from "../jitter/measures/segment.ts";
import {
  type Amounts,
  amountsOf,
  geometricMeanOf,
  lagFramesOf,
  meanOf,
  overshootOf,
  staticDeviationsOf,
} from "../jitter/measures/segment_reading.ts";
import type { StudyTrack } from "./study_track.ts";

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

const rawAmounts = new WeakMap<StudyTrack, Amounts>();

/** Judges what a method made of a track. */
export function reading(track: StudyTrack, boxes: readonly PlacedBox[]): Reading {
  const series = seriesOf(boxes, track.sizePx);
  let raw = rawAmounts.get(track);
  if (!raw) rawAmounts.set(track, raw = amountsOf(track.raw, track));
  const { flicker, wobble, error } = amountsOf(series, track);
  const overlaps = boxes.flatMap(({ timestampUs, box }) => {
    const truth = track.truth?.get(timestampUs);
    return truth ? [iouOf(box, truth)] : [];
  });
  return {
    track,
    ...overlaps.length && { iou: meanOf(overlaps) },
    flicker: flicker.map((value, c) => value! / raw.flicker[c]!),
    wobble: wobble.map((value, c) => value! / raw.wobble[c]!),
    error: error.map((value, c) => value! / raw.error[c]!),
    lagFrames: lagFramesOf(series, track),
  };
}

/** What is reported of a method on a track beside its reading. */
export interface Remarks {
  /** How far beyond all raw values within a quarter of a second it ever is, in % of the size. */
  readonly overshootPercent: number;
  /** The deviation while the object stands still, over the raw boxes'; absent where it never does. */
  readonly staticRatio?: number;
}

/** Measures what is reported, and not aimed at. */
export function remarks(track: StudyTrack, boxes: readonly PlacedBox[]): Remarks {
  const series = seriesOf(boxes, track.sizePx);
  const raw = staticDeviationsOf(track.raw, track);
  const ratios = staticDeviationsOf(series, track).flatMap((deviation, c) =>
    deviation && raw[c] ? [deviation / raw[c]] : []
  );
  return {
    overshootPercent: overshootOf(series, track),
    ...ratios.length && { staticRatio: geometricMeanOf(ratios) },
  };
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
  return ratios.includes(undefined) ? undefined : geometricMeanOf(ratios as number[]);
}
