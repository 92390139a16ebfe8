import { iouOf } from "../../../pipeline/box.ts";
import { assign } from "../../../pipeline/filters/assignment.ts";
import type { Track } from "../../../pipeline/track.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";

/** From which overlap on two boxes of a frame may be one object. */
const MIN_IOU = 0.5;

/** For each frame, which of its tracks (by place) is an object, by the object's number. */
export type SharedNumbers = readonly ReadonlyMap<number, number>[];

/**
 * Finds the objects of one way of detecting among the tracks of another: one association that all
 * methods share, so that a method cannot gain by losing an object. In each frame the raw boxes are paired, within
 * a class, so that they overlap most in all.
 *
 * @param baseline The frames whose numbers are shared.
 * @param other The same frames as another way saw them.
 * @returns The places.
 */
export function sharedNumbers(
  baseline: readonly TimedTracks[],
  other: readonly TimedTracks[],
): SharedNumbers {
  return baseline.map(({ tracks }, frame) =>
    baseline === other
      ? new Map(tracks.map(({ trackId }, place) => [trackId, place]))
      : pairedIn(tracks, other[frame]!.tracks)
  );
}

function pairedIn(tracks: readonly Track[], others: readonly Track[]): Map<number, number> {
  const data = tracks.flatMap((a) =>
    others.map((b) => {
      if (a.classId !== b.classId) return 0;
      return Math.min(0, MIN_IOU - iouOf(a.rawBox ?? a.box, b.rawBox ?? b.box));
    })
  );
  const columns = assign({ rows: tracks.length, columns: others.length, data });
  return new Map(tracks.flatMap(({ trackId }, row) => {
    const column = columns[row]!;
    const isPair = column >= 0 && data[row * others.length + column]! < 0;
    return isPair ? [[trackId, column] as const] : [];
  }));
}
