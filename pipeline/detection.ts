import type { Box, Point, Space } from "./box.ts";

/** A named point of an object, such as an eye. */
export interface Keypoint<S extends Space = "frame"> extends Point<S> {
  /** What it is, such as `right eye`. */
  readonly label: string;
}

/** One object found in one frame; in tensor space, a candidate that a network proposes. */
export interface Detection<S extends Space = "frame"> {
  /** Where it is. It may reach beyond the frame's edges; writers clip it. */
  readonly box: Box<S>;
  /** How sure the network is, from 0 to 1. */
  readonly confidence: number;
  /** The number of its class, from 0. */
  readonly classId: number;
  /** The name of its class. */
  readonly label: string;
  /** Points of it, for networks that find such. */
  readonly keypoints?: readonly Keypoint<S>[];
  /**
   * The number of the slice in which it was found, from 0; absent where the network saw the whole
   * frame, and once what was found in all slices is merged.
   */
  readonly slice?: number;
}
