import { bestPairs, indexed, type IndexedClip, zeros } from "./_pairing.ts";
import type { ComparedFrame } from "./compared_frame.ts";

/** HOTA and its parts, each from 0 to 1. */
export interface HotaScores {
  /** The higher order tracking accuracy: the geometric mean of `detA` and `assA`. */
  readonly hota: number;
  /** How well objects are detected. */
  readonly detA: number;
  /** How well detections are associated over time. */
  readonly assA: number;
  /** How well boxes lie: the mean IoU of what is found; 1 where nothing is, as in TrackEval. */
  readonly locA: number;
}

/** What {@linkcode hotaOf} finds: the means over the limits, and the values at each. */
export interface Hota extends HotaScores {
  /** The scores at each limit of the IoU. */
  readonly byLimit: readonly (HotaScores & { readonly minIou: number })[];
}

const LIMITS = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/** What is counted at one limit. */
interface Tally {
  readonly minIou: number;
  readonly pairs: Float64Array[];
  found: number;
  overlap: number;
}

/**
 * HOTA (Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking",
 * International Journal of Computer Vision 129, 2021), as TrackEval computes it: boxes are paired by
 * their overlap times that of their whole tracks, and counted at 19 limits of the IoU, 0.05 to 0.95.
 *
 * @param frames All frames of a clip.
 * @returns The scores; `undefined` if there is neither truth nor a track.
 * @throws {RangeError} If a frame has a trackId twice.
 */
export function hotaOf(frames: readonly ComparedFrame[]): Hota | undefined {
  const clip = indexed(frames);
  const truthCounts = new Float64Array(clip.truthIds.length);
  const trackCounts = new Float64Array(clip.trackIds.length);
  for (const { truth, tracks } of clip.frames) {
    truth.forEach((object) => truthCounts[object]!++);
    tracks.forEach((track) => trackCounts[track]!++);
  }
  const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
  const boxes = sum(truthCounts) + sum(trackCounts);
  if (!boxes) return undefined;
  const unionOf = (object: number, track: number, shared: number) =>
    truthCounts[object]! + trackCounts[track]! - shared;
  const tallies = tallied(clip, alignmentOf(clip, unionOf));
  const byLimit = tallies.map((tally) => scoresOf(tally, boxes, unionOf));
  const meanOf = (key: keyof HotaScores) =>
    byLimit.reduce((total, scores) => total + scores[key], 0) / byLimit.length;
  return {
    hota: meanOf("hota"),
    detA: meanOf("detA"),
    assA: meanOf("assA"),
    locA: meanOf("locA"),
    byLimit,
  };
}

/** The frames that an object and a track have together or apart, if they share so many. */
type Union = (object: number, track: number, shared: number) => number;

/** How well each track lies on each object over the whole clip. */
function alignmentOf(clip: IndexedClip, unionOf: Union): Float64Array[] {
  const shared = zeros(clip);
  for (const { truth, tracks, ious } of clip.frames) {
    const byTrack = tracks.map((_, column) => ious.reduce((sum, row) => sum + row[column]!, 0));
    truth.forEach((object, row) => {
      const byObject = ious[row]!.reduce((sum, iou) => sum + iou, 0);
      tracks.forEach((track, column) => {
        const iou = ious[row]![column]!;
        // Overlap that several could claim counts for each of them in part.
        if (iou) shared[object]![track]! += iou / (byObject + byTrack[column]! - iou);
      });
    });
  }
  return shared.map((row, object) =>
    row.map((overlap, track) => overlap / unionOf(object, track, overlap))
  );
}

function tallied(clip: IndexedClip, alignment: readonly Float64Array[]): Tally[] {
  const tallies = LIMITS.map((minIou) => ({ minIou, pairs: zeros(clip), found: 0, overlap: 0 }));
  for (const { truth, tracks, ious } of clip.frames) {
    const scores = truth.map((object, row) =>
      tracks.map((track, column) => alignment[object]![track]! * ious[row]![column]!)
    );
    for (const [row, column] of bestPairs(scores)) {
      const iou = ious[row]![column]!;
      for (const tally of tallies) {
        if (iou < tally.minIou - Number.EPSILON) break; // The limits rise.
        tally.found++;
        tally.overlap += iou;
        tally.pairs[truth[row]!]![tracks[column]!]!++;
      }
    }
  }
  return tallies;
}

function scoresOf(
  { minIou, pairs, found, overlap }: Tally,
  boxes: number,
  unionOf: Union,
): HotaScores & { readonly minIou: number } {
  let association = 0;
  pairs.forEach((row, object) =>
    row.forEach((count, track) => {
      if (count) association += count * count / unionOf(object, track, count);
    })
  );
  const detA = found / (boxes - found);
  const assA = found ? association / found : 0;
  return { minIou, hota: Math.sqrt(detA * assA), detA, assA, locA: found ? overlap / found : 1 };
}
