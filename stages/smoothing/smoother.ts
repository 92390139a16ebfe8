import type { Tracked } from "../../pipeline/items.ts";
import type { Track } from "../../pipeline/track.ts";
import { type ObjectFilters, ObjectSmoother } from "./object_smoother.ts";

/** The tracks of a frame and its time. */
export interface TimedTracks extends Pick<Tracked, "isCut"> {
  /** The objects in the frame. */
  readonly tracks: readonly Track[];
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
}

/** How objects are smoothed. */
export interface SmootherOptions {
  /** How many frames are known beyond the one that is smoothed. */
  readonly lag: number;
  /** How long an object may be unseen and still be smoothed on, in seconds. */
  readonly maxGapS: number;
  /** Makes the filters of one more object. */
  readonly filters: () => ObjectFilters;
}

/** A track of a frame, and by what it is smoothed: by nothing where it was never detected. */
type Held = readonly { readonly track: Track; readonly object: ObjectSmoother | undefined }[];

/** Smooths all objects of a clip, frame by frame. */
export class Smoother {
  readonly #options: SmootherOptions;
  /** The objects that are followed now. */
  readonly #known = new Map<number, ObjectSmoother>();
  /** These, and those of before, as long as a frame waits that shows them. */
  readonly #moving = new Set<ObjectSmoother>();
  readonly #held: Held[] = [];

  constructor(options: SmootherOptions) {
    this.#options = options;
  }

  /** Takes in a frame; returns the tracks of the one `lag` frames before it, if there was one. */
  advance({ timestampUs, tracks, isCut }: TimedTracks): Track[] | undefined {
    if (isCut) this.#known.clear();
    const seen = new Set<ObjectSmoother>();
    const held = tracks.map((track) => {
      const object = this.#follow(track, timestampUs);
      if (object && track.rawBox) seen.add(object);
      return { track, object };
    });
    for (const object of this.#moving) {
      if (seen.has(object)) continue;
      object.miss(timestampUs);
      if (this.#isGone(object, timestampUs)) this.#moving.delete(object);
    }
    this.#held.push(held);
    const { lag } = this.#options;
    return this.#held.length > lag ? smoothed(this.#held.shift()!, lag) : undefined;
  }

  /** The tracks of the frames that were not returned yet, oldest first. */
  finish(): Track[][] {
    return this.#held.splice(0).map((held, i, { length }) => smoothed(held, length - 1 - i));
  }

  /** Finds by what a track is smoothed, and shows it the track where it was detected. */
  #follow({ trackId, rawBox, keypoints = [] }: Track, nowUs: number): ObjectSmoother | undefined {
    const known = this.#known.get(trackId);
    if (!rawBox) return known;
    if (!(rawBox.x2 > rawBox.x1 && rawBox.y2 > rawBox.y1)) return undefined; // It has no logarithm.
    const { maxGapS, filters } = this.#options;
    const goesOn = known && nowUs - known.seenAtUs <= maxGapS * 1e6 &&
      known.keypoints === keypoints.length;
    const object = goesOn ? known : new ObjectSmoother(keypoints.length, filters());
    object.see(rawBox, keypoints, nowUs);
    this.#known.set(trackId, object);
    this.#moving.add(object);
    return object;
  }

  #isGone(object: ObjectSmoother, nowUs: number): boolean {
    const { lag, maxGapS } = this.#options;
    if (nowUs - object.seenAtUs <= maxGapS * 1e6 || object.missedFrames < lag) return false;
    for (const [trackId, known] of this.#known) {
      if (known === object) this.#known.delete(trackId);
    }
    return true;
  }
}

function smoothed(held: Held, stepsBack: number): Track[] {
  // What was not detected stays where tracking expects it: that knows how the camera moves.
  return held.map(({ track, object }) =>
    track.rawBox ? object?.smoothed(track, stepsBack) ?? track : track
  );
}
