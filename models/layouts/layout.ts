import type { Detection } from "../../pipeline/detection.ts";
import type { DetectorDefaults, InputSpec } from "../../pipeline/detector.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Sieve } from "../../pipeline/sieve.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import type { OnnxValue } from "../importers/onnx.ts";

/** The widths and heights of the anchors of each head, in input pixels, the finest head first. */
export type Anchors = readonly (readonly (readonly [width: number, height: number])[])[];

/** What is known of a network when it is asked whether it has a layout. */
export interface NetworkShape {
  /** What the network gives. */
  readonly outputs: readonly OnnxValue[];
  /** The size of its input, in pixels. */
  readonly size: Size;
  /** Whether its input leaves the size free, so that what its outputs tell may be out of date. */
  readonly isSizeFree: boolean;
  /** How many names its classes have, where somebody named them. */
  readonly classes?: number;
  /** What the network is for, in Ultralytics' words, such as `detect`, where its file tells. */
  readonly task?: string;
  /** What its file calls it, such as `Ultralytics YOLO11n model trained on coco.yaml`. */
  readonly title?: string;
  /** Which output plays which part, where a card tells. */
  readonly parts?: Readonly<Record<string, string>>;
  /** The anchors, where a card tells. */
  readonly anchors?: Anchors;
  /** How wide the middle of a box may lie in each head, in cells, where a card tells. */
  readonly scaleXY?: readonly number[];
  /** Whether a card names the layout, so that it need not be told from others. */
  readonly isNamed: boolean;
}

/** What a layout makes of a network. */
export interface Reading {
  /** How many classes there are, where the shapes tell. */
  readonly classes?: number;
  /** What they are called, where the layout leaves no choice. */
  readonly labels?: readonly string[];
  /** Set where boxes are told from anchors that the file does not tell. */
  readonly hasAnchors?: true;
  /** What the shapes leave open, and how it was decided, as a sentence. */
  readonly assumption?: string;
  /**
   * Turns the outputs for one frame into candidates.
   *
   * @param outputs The network's outputs, with a batch of 1.
   * @param minConfidence The lowest confidence of a candidate, from 0 to 1.
   * @param labels The names of the classes.
   * @returns The candidates, in no particular order.
   */
  decode(
    outputs: Outputs,
    minConfidence: number,
    labels: readonly string[],
  ): Detection<"tensor">[];
  /**
   * What of the outputs `decode` passes over, as a detector has it.
   *
   * @param minConfidence The lowest confidence that is looked for, from 0 to 1.
   * @returns The sieves.
   */
  sieves?(minConfidence: number): readonly Sieve[];
}

/** One of the ways in which networks tell what they found. */
export interface Layout {
  /** Its name, such as `yolov8`, by which a card asks for it. */
  readonly name: string;
  /** Who uses it, in words for the user. */
  readonly title: string;
  /** How the project that trains such networks makes their input. */
  readonly input: Omit<InputSpec, "width" | "height" | "layout">;
  /** What that project recommends. */
  readonly defaults: DetectorDefaults;
  /** Set where the network itself has left one box an object, so that no ties are to be resolved. */
  readonly isEndToEnd?: true;
  /** The parts that outputs play, under which a card may name them. */
  readonly parts: readonly string[];
  /**
   * Reads a network by its shapes.
   *
   * @param shape What is known of it.
   * @returns What it is; `undefined` if it is not of this layout.
   */
  read(shape: NetworkShape): Reading | undefined;
}

/** Red, green and blue from 0 to 1 on the grey that the YOLO family is trained with. */
export const YOLO_INPUT: Layout["input"] = {
  channels: "rgb",
  resize: "letterbox",
  border: [114, 114, 114],
  mean: [0, 0, 0],
  std: [255, 255, 255],
};

/** Red, green and blue from 0 to 1, without a border, as the RT-DETR family is fed. */
export const STRETCHED_INPUT: Layout["input"] = {
  channels: "rgb",
  resize: "stretch",
  border: [0, 0, 0],
  mean: [0, 0, 0],
  std: [255, 255, 255],
};
