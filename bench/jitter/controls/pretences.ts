import { seededRandom } from "../../../pipeline/metrics/random.ts";
import type { Track } from "../../../pipeline/track.ts";
import { type SmoothingMethod, weighted } from "../methods/smoothing_methods.ts";

/** What only pretends to keep boxes still, and which part of the guard must see it. */
export interface Pretence {
  /** Its name. */
  readonly id: string;
  /** What it does, in words. */
  readonly description: string;
  /** The part of the guard. */
  readonly part: "A" | "L" | "F";
  /** It, as a method. */
  readonly smoothing: SmoothingMethod;
}

/** A method that does what a function does, with nothing to be told of it. */
function pretended(name: string, run: SmoothingMethod["run"]): SmoothingMethod {
  return { name, role: "reference", parameters: {}, lookAheadFrames: 0, run };
}

/** Shows every object where it was first seen. */
export const FROZEN: Pretence = {
  id: "freeze-first-box",
  description: "every track keeps its first box: it does not tremble, and is wrong",
  part: "A",
  smoothing: pretended("frozen", (frames) => {
    const first = new Map<number, Track["box"]>();
    return frames.map(({ tracks }) =>
      tracks.map((track) => {
        if (!first.has(track.trackId)) first.set(track.trackId, track.rawBox ?? track.box);
        return { ...track, box: first.get(track.trackId)! };
      })
    );
  }),
};

/** Comes half a second late. */
export const LATE: Pretence = {
  id: "mean-of-30",
  description:
    "every box is the mean of the last 30: it hardly trembles, and comes half a second late",
  part: "L",
  smoothing: weighted("mean of 30", new Array(30).fill(1)),
};

/** How many frames numbers stay, before they are dealt anew. */
const DEAL_FRAMES = 10;

/** Deals the numbers anew, again and again. */
export const SHUFFLED: Pretence = {
  id: "shuffle-ids",
  description: "numbers are dealt anew every 10 frames: boxes are right, and nobody knows whose",
  part: "F",
  smoothing: pretended("shuffled", (frames) => {
    const random = seededRandom(1);
    let numbers = new Map<number, number>();
    let last = 0;
    return frames.map(({ tracks }, frame) => {
      if (frame % DEAL_FRAMES === 0) numbers = new Map();
      return tracks.map((track) => {
        if (!numbers.has(track.trackId)) {
          numbers.set(track.trackId, last += 1 + random.below(9));
        }
        return { ...track, trackId: numbers.get(track.trackId)! };
      });
    });
  }),
};
