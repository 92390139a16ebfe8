import { coordinatesOf, type PlacedBox } from "../../../pipeline/metrics/coordinates.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";
import { type Segment, segmentOf } from "./segment.ts";
import { type SharedNumbers, sharedNumbers } from "./shared_numbers.ts";

/** The least frames in a row that are measured. */
export const MIN_FRAMES = 20;
/** Frames farther apart are not in a row, whatever their numbers: a feed was out, or empty ones were left out. */
const MAX_INTERVAL_US = 500_000;

/** Frames in a row in which an object was seen, in every way. */
export interface MeasuredSegment extends Segment {
  /** The number of the first frame. */
  readonly firstFrame: number;
  /** How many frames. */
  readonly length: number;
}

/** An object of a clip that was seen for long enough. */
export interface MeasuredTrack {
  /** The name of the clip. */
  readonly clip: string;
  /** Its number, that of the baseline. */
  readonly trackId: number;
  /** Its class. */
  readonly label: string;
  /** Its median size over all that is measured, in pixels. */
  readonly sizePx: number;
  /** When, in the order of time. */
  readonly segments: readonly MeasuredSegment[];
}

/** What is measured of a clip. */
export interface MeasuredClip {
  /** The clip. */
  readonly clip: ObservedClip;
  /** Its objects, by rising number. */
  readonly tracks: readonly MeasuredTrack[];
  /** Where each way of detecting has them, in the order of the clip's observations. */
  readonly numbers: readonly SharedNumbers[];
  /** How many tracks, and boxes, are in no segment. */
  readonly excluded: { readonly tracks: number; readonly boxes: number };
}

/** Frames in a row, by number, from `first` on. */
interface Run {
  readonly first: number;
  readonly boxes: PlacedBox[];
}

/**
 * Finds what can be measured of a clip: the objects of the baseline, in runs of frames without a gap or
 * a cut in which every way of detecting has them too, so that all are judged on the same frames.
 *
 * @param clip The clip.
 * @returns Its tracks.
 */
export function measuredClip(clip: ObservedClip): MeasuredClip {
  const [{ frames: baseline }] = clip.observations;
  const numbers = clip.observations.map(({ frames }) => sharedNumbers(baseline, frames));
  const runs = new Map<number, Run[]>();
  const labels = new Map<number, string>();
  let boxes = 0;
  baseline.forEach(({ timestampUs, tracks, isCut }, frame) => {
    for (const { trackId, rawBox, label } of tracks) {
      boxes++;
      labels.set(trackId, labels.get(trackId) ?? label);
      if (!runs.has(trackId)) runs.set(trackId, []);
      const own = runs.get(trackId)!;
      if (!rawBox || !(rawBox.x2 > rawBox.x1 && rawBox.y2 > rawBox.y1)) continue;
      if (!numbers.every((places) => places[frame]!.has(trackId))) continue;
      const last = own.at(-1);
      const goesOn = last && !isCut && last.first + last.boxes.length === frame &&
        timestampUs - last.boxes.at(-1)!.timestampUs <= MAX_INTERVAL_US;
      if (!goesOn) own.push({ first: frame, boxes: [] });
      own.at(-1)!.boxes.push({ timestampUs, box: rawBox });
    }
  });
  const tracks = [...runs].sort(([a], [b]) => a - b).flatMap(([trackId, all]) => {
    const long = all.filter(({ boxes }) => boxes.length >= MIN_FRAMES);
    const sizePx = coordinatesOf(long.flatMap(({ boxes }) => boxes))?.sizePx;
    if (sizePx === undefined) return [];
    const segments = long.map(({ first, boxes }): MeasuredSegment => (
      { firstFrame: first, length: boxes.length, ...segmentOf(boxes, { sizePx }) }
    ));
    return [{ clip: clip.name, trackId, label: labels.get(trackId)!, sizePx, segments }];
  });
  const measured = tracks.reduce((sum, track) => sum + framesOf(track), 0);
  return {
    clip,
    tracks,
    numbers,
    excluded: { tracks: runs.size - tracks.length, boxes: boxes - measured },
  };
}

/** How many boxes of a track are measured. */
export function framesOf({ segments }: Pick<MeasuredTrack, "segments">): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
