import type { Detection } from "./detection.ts";
import type { Size } from "./fit.ts";
import type { Sieve } from "./sieve.ts";
import type { Outputs } from "./tensor.ts";

/** How a picture becomes a network's input. */
export interface InputSpec extends Size {
  /** The order of the dimensions: planes one behind the other (`nchw`) or interleaved (`nhwc`). */
  readonly layout: "nchw" | "nhwc";
  /** The order of the channels. */
  readonly channels: "rgb" | "bgr";
  /** Whether the picture keeps its proportions, with a border, or fills the input. */
  readonly resize: "letterbox" | "stretch";
  /** The red, green and blue of the border, from 0 to 255. */
  readonly border: readonly [number, number, number];
  /** What is taken from a channel's value of 0 to 255, for red, green and blue. */
  readonly mean: readonly [number, number, number];
  /** What the rest is divided by, for red, green and blue. */
  readonly std: readonly [number, number, number];
}

/** What a model's authors recommend, unless the user asks otherwise. */
export interface DetectorDefaults {
  /** The lowest confidence of a candidate, from 0 to 1. */
  readonly confidence: number;
  /** Above which overlap two boxes are taken for one object, from 0 to 1. */
  readonly iou: number;
  /** How many objects a frame may hold. */
  readonly maxDetections: number;
}

/** What the stages need to know of a network: how its input is made and what its outputs mean. */
export interface Detector {
  /** The name of the model, such as `blazeface-full`. */
  readonly name: string;
  /** How a frame becomes its input. */
  readonly input: InputSpec;
  /** The names of its classes, by class number. */
  readonly labels: readonly string[];
  /** What its authors recommend. */
  readonly defaults: DetectorDefaults;
  /** Set where the network itself leaves one box an object, so that no ties are to be resolved. */
  readonly isEndToEnd?: true;
  /**
   * Turns the outputs for one frame into candidates.
   *
   * @param outputs The network's outputs, with a batch of 1.
   * @param minConfidence The lowest confidence of a candidate, from 0 to 1.
   * @returns The candidates, in no particular order, overlaps included.
   */
  decode(outputs: Outputs, minConfidence: number): Detection<"tensor">[];
  /**
   * Tells what of the outputs `decode` passes over, so that it need not be read from where the network
   * runs; absent where it looks at all of them.
   *
   * @param minConfidence The lowest confidence that `decode` will be asked for, from 0 to 1.
   * @returns The sieves: with what passes them, `decode` finds the same.
   */
  sieves?(minConfidence: number): readonly Sieve[];
}
