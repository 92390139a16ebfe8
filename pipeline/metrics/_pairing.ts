import { iouOf } from "../box.ts";
import { assign } from "../filters/assignment.ts";
import type { ComparedFrame, NumberedBox } from "./compared_frame.ts";

/** A frame in which objects and tracks are known by their places in lists of all of them. */
export interface IndexedFrame {
  readonly truth: readonly number[];
  readonly tracks: readonly number[];
  /** The IoU of each object with each track, a row an object. */
  readonly ious: readonly (readonly number[])[];
}

/** All frames of a clip, and how many different objects and tracks there are. */
export interface IndexedClip {
  readonly frames: readonly IndexedFrame[];
  readonly truthIds: readonly number[];
  readonly trackIds: readonly number[];
}

/** Numbers objects and tracks from 0 on, and computes what overlaps by how much. */
export function indexed(frames: readonly ComparedFrame[]): IndexedClip {
  const truthPlaces = new Map<number, number>();
  const trackPlaces = new Map<number, number>();
  const indexedFrames = frames.map(({ truth, tracks }) => ({
    truth: placesOf(truth, truthPlaces),
    tracks: placesOf(tracks, trackPlaces),
    ious: truth.map(({ box }) => tracks.map((track) => iouOf(box, track.box))),
  }));
  return {
    frames: indexedFrames,
    truthIds: [...truthPlaces.keys()],
    trackIds: [...trackPlaces.keys()],
  };
}

function placesOf(boxes: readonly NumberedBox[], places: Map<number, number>): number[] {
  const found = boxes.map(({ trackId }) => {
    const place = places.get(trackId) ?? places.size;
    places.set(trackId, place);
    return place;
  });
  const twice = boxes.find((_, i) => found.indexOf(found[i]!) !== i);
  if (twice) {
    throw new RangeError(
      `Cannot compare a frame as each trackId must be there once: current value is ${twice.trackId}`,
    );
  }
  return found;
}

/**
 * Pairs rows with columns so that the sum of the scores is greatest; scores of 0 or less make no pair.
 *
 * @returns The row and the column of each pair, in the order of the rows.
 */
export function bestPairs(
  scores: readonly (readonly number[])[],
): readonly (readonly [number, number])[] {
  const columns = scores[0]?.length ?? 0;
  if (!columns) return [];
  const data = Float64Array.from(scores.flat(), (score) => -Math.max(score, 0));
  const columnOf = assign({ rows: scores.length, columns, data });
  return Array.from(columnOf, (column, row) => [row, column] as const)
    .filter(([row, column]) => column !== -1 && scores[row]![column]! > 0);
}

/** A matrix of zeros, a row an object and a column a track. */
export function zeros({ truthIds, trackIds }: IndexedClip): Float64Array[] {
  return truthIds.map(() => new Float64Array(trackIds.length));
}

/** Refuses an IoU below which nothing could be told apart. */
export function checkMinIou(minIou: number): void {
  if (!(minIou > 0 && minIou <= 1)) {
    throw new RangeError(
      `Cannot pair boxes as minIou must be above 0 and up to 1: current value is ${minIou}`,
    );
  }
}
