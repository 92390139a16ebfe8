import type { Box } from "../../../pipeline/box.ts";
import type { Size } from "../../../pipeline/fit.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";

/** How overlapping boxes are resolved. */
export type Ties = "blend" | "suppress" | "blend-over-time";

/** How pixels are read where the network's input and the frame differ in size. */
export type Resize = "bilinear" | "area";

/** One way to find objects. */
export interface DetectionWay {
  /** How ties are resolved. */
  readonly ties: Ties;
  /** How frames are scaled. */
  readonly resize: Resize;
}

/** What one way of detecting saw of a clip. */
export interface Observation {
  /** A name for it, such as `blend` or `suppress@area`. */
  readonly id: string;
  /** How; absent for imported tracks. */
  readonly way?: DetectionWay;
  /** The tracks of every frame, under numbers of its own; each has its raw box. */
  readonly frames: readonly TimedTracks[];
}

/** Where an object truly is. */
export interface TrueBox {
  /** Its number in the truth. */
  readonly trackId: number;
  /** Its box. */
  readonly box: Box<"frame">;
}

/** All that is measured of a clip. */
export interface ObservedClip {
  /** Its name, without directories. */
  readonly name: string;
  /** The SHA-256 of its file. */
  readonly sha256: string;
  /** The size of its frames; absent where a file of tracks does not tell. */
  readonly size?: Size;
  /** The file from which pictures can be cut, and which part of it was measured. */
  readonly video?: {
    readonly path: string;
    readonly startS: number;
    readonly durationS?: number;
  };
  /** What was seen in it: the baseline first, all with the same frames. */
  readonly observations: readonly [Observation, ...Observation[]];
  /** Whether boxes beside the raw ones came along, which are to be measured too. */
  readonly hasOtherBoxes: boolean;
  /** Whether the numbers of the tracks came along. */
  readonly hasOwnNumbers: boolean;
  /** Which frames of the file no network saw, by number from 0: they are not among the observed ones. */
  readonly heldFrames?: readonly number[];
  /** The true boxes of each frame, by the frame's number from 0. */
  readonly truth?: { readonly sha256: string; readonly frames: ReadonlyMap<number, TrueBox[]> };
  /** How long decoding and detecting took, in seconds; absent for imported tracks. */
  readonly detectionS?: number;
  /** What the decoder complained of, in its words. */
  readonly complaints: readonly string[];
  /** Whether it was interrupted before its end. */
  readonly isInterrupted: boolean;
}

/** The name of a way of detecting. */
export function nameOfWay({ ties, resize }: DetectionWay): string {
  return resize === "bilinear" ? ties : `${ties}@${resize}`;
}
