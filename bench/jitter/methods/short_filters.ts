import type { Box } from "../../../pipeline/box.ts";
import type { Track } from "../../../pipeline/track.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";

/** Takes the coordinates of a box after another; gives the filtered ones. */
export type CoordinateFilter = (values: readonly number[]) => readonly number[];

/**
 * Filters the boxes of each object for itself, as centre and log size, frame by frame; an object that
 * was not in the frame before, or comes behind a cut, begins anew.
 *
 * @param frames The tracks of every frame, in the order of time.
 * @param make Makes the filter of one more object.
 * @returns The filtered tracks of every frame, in the same order.
 */
export function shortFiltered(
  frames: readonly TimedTracks[],
  make: () => CoordinateFilter,
): Track[][] {
  let known = new Map<number, CoordinateFilter>();
  return frames.map(({ tracks, isCut }) => {
    const next = new Map<number, CoordinateFilter>();
    const filtered = tracks.map((track) => {
      const filter = (isCut ? undefined : known.get(track.trackId)) ?? make();
      next.set(track.trackId, filter);
      return { ...track, box: boxFrom(filter(valuesOf(track.rawBox ?? track.box))) };
    });
    known = next;
    return filtered;
  });
}

function valuesOf({ x1, y1, x2, y2 }: Box<"frame">): number[] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, Math.log(x2 - x1), Math.log(y2 - y1)];
}

function boxFrom([x = 0, y = 0, logWidth = 0, logHeight = 0]: readonly number[]): Box<"frame"> {
  const [halfWidth, halfHeight] = [Math.exp(logWidth) / 2, Math.exp(logHeight) / 2];
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
}
