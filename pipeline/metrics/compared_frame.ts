import type { Track } from "../track.ts";

/** Where an object is in a frame, and the number by which it is known. */
export type NumberedBox = Pick<Track, "trackId" | "box">;

/** A frame of which both is known: where the objects are, and where tracking has them. */
export interface ComparedFrame {
  /** The objects that are there, each with its own number in all frames. */
  readonly truth: readonly NumberedBox[];
  /** What tracking says; its numbers have nothing to do with those of the truth. */
  readonly tracks: readonly NumberedBox[];
}
