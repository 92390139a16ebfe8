import type { Detection } from "./detection.ts";
import type { Fit } from "./fit.ts";
import type { Frame } from "./frame.ts";
import type { InputPool } from "./input_pool.ts";
import type { Picture } from "./picture.ts";
import type { Similarity } from "./similarity.ts";
import type { Outputs, Tensor } from "./tensor.ts";
import type { Track } from "./track.ts";

/** What flows out of `letterbox` and `slice`. */
export interface Prepared {
  /** The frame, untouched. */
  readonly frame: Frame;
  /** What the network reads; absent on a frame that is passed over by the stride. */
  readonly input?: Tensor;
  /** What the session makes the network's input of, in the place of `input`. */
  readonly picture?: Picture;
  /** How the frame lies in the tensor. */
  readonly fit: Fit;
  /** What the network reads besides the frame as a whole. */
  readonly slices?: Slices;
}

/** Parts of a frame for the network to read, each as though it were a picture of its own. */
export interface Slices {
  /** How the frame lies in the tensor of each slice. */
  readonly fits: readonly Fit[];
  /**
   * Makes the tensors of some slices. They are made only when their turn comes, as all at once could
   * take more memory than many frames.
   *
   * @param range The first slice, and the one behind the last one.
   * @param pool Where the memory is taken from; by itself, each gets its own.
   * @returns The tensors in one, whose outermost dimension is their number.
   */
  make(range: { readonly from: number; readonly to: number }, pool?: InputPool): Tensor;
  /** What the session makes the tensors of, in the place of `make`, where it does so. */
  readonly picture?: Picture;
}

/** What flows out of `infer`. */
export interface Inferred {
  /** The frame, untouched. */
  readonly frame: Frame;
  /** What the network said; absent on a frame that was passed over. */
  readonly outputs?: Outputs;
  /** How the frame lies in the tensor. */
  readonly fit: Fit;
  /** What the network said of each slice, and how the frame lay in its tensor. */
  readonly slices?: readonly { readonly outputs: Outputs; readonly fit: Fit }[];
}

/** What flows out of `decodeBoxes`, `mergeSlices`, `blend`, `suppress` and `select`. */
export interface Detected {
  /** The frame. */
  readonly frame: Frame;
  /** What was found: every candidate before ties are resolved, one an object afterwards. */
  readonly detections: readonly Detection[];
  /** Set on a frame that was passed over: its detections are those of the last one inferred. */
  readonly isHeld?: true;
}

/** What flows out of `track` and `smooth`. */
export interface Tracked extends Detected {
  /** The objects that are followed, one a track; on a frame that was passed over, predicted. */
  readonly detections: readonly Track[];
  /** Set on the first frame behind a cut: nothing on it has to do with what was before. */
  readonly isCut?: true;
  /** How the camera's own motion moved the picture since the last frame, where it was looked for. */
  readonly cameraMotion?: Similarity;
}
