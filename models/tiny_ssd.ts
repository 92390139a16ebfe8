import type { Detector } from "../pipeline/detector.ts";
import type { AnchorGrid } from "./_anchors.ts";
import { ssd, stretchedInput } from "./ssd.ts";

/** The width and height of Tiny SSD's input, in pixels. */
export const TINY_SSD_SIZE = 300;

/** The default boxes of a map of features. */
interface Boxes extends Pick<AnchorGrid, "cells" | "step"> {
  /** The side of the smaller square, in input pixels. */
  readonly min: number;
  /** The larger square's is the geometric mean of both. */
  readonly max: number;
  /** Width to height of further boxes; each stands for its inverse too. */
  readonly ratios: readonly number[];
}

/** A map's default boxes, a cell's in the order of Caffe's prior_box_layer.cpp. */
function gridOf({ cells, step, min, max, ratios }: Boxes): AnchorGrid {
  const shape = (side: number, ratio: number) => ({
    width: side * Math.sqrt(ratio),
    height: side / Math.sqrt(ratio),
  });
  const further = ratios.flatMap((ratio) => [shape(min, ratio), shape(min, 1 / ratio)]);
  return { cells, step, shapes: [shape(min, 1), shape(Math.sqrt(min * max), 1), ...further] };
}

/**
 * The default boxes of the maps behind fire4, fire8, fire9, fire10, conv12_2 and conv13_2. The paper
 * does not tell their sizes; these are its re-implementation's (lampsonSong/tinySSD, generate.py).
 */
export const TINY_SSD_GRIDS: readonly AnchorGrid[] = [
  gridOf({ cells: 37, step: 8, min: 21, max: 45, ratios: [2] }),
  gridOf({ cells: 18, step: 16, min: 45, max: 99, ratios: [2, 3] }),
  gridOf({ cells: 9, step: 32, min: 99, max: 153, ratios: [2, 3] }),
  gridOf({ cells: 4, step: 64, min: 153, max: 207, ratios: [2, 3] }),
  gridOf({ cells: 2, step: 100, min: 207, max: 261, ratios: [2, 3] }),
  gridOf({ cells: 1, step: 300, min: 261, max: 315, ratios: [2] }),
];

/** Options of {@linkcode tinySsd}. */
export interface TinySsdOptions {
  /** The names of the classes, without the background. */
  readonly labels: readonly string[];
  /**
   * The name of the model.
   *
   * @default {"tiny-ssd"}
   */
  readonly name?: string;
}

/**
 * Tiny SSD (Womg et al., "Tiny SSD: A Tiny Single-shot Detection Deep Convolutional Neural Network
 * for Real-time Embedded Object Detection", arXiv 1802.06488): how its input is made and what its
 * outputs mean. {@linkcode tinySsdNetwork} makes the network.
 *
 * @param options What it finds.
 * @returns The detector.
 * @throws {RangeError} If there are no labels.
 *
 * @example A detector of two classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { input, labels } = tinySsd({ labels: ["bird", "drone"] });
 * assertEquals([input.width, input.resize, labels.length], [300, "stretch", 2]);
 * ```
 */
export function tinySsd({ labels, name = "tiny-ssd" }: TinySsdOptions): Detector {
  if (labels.length === 0) {
    throw new RangeError("Cannot make a Tiny SSD as labels must not be empty: current length is 0");
  }
  return ssd({
    name,
    labels,
    input: stretchedInput(TINY_SSD_SIZE),
    defaults: { confidence: 0.25, iou: 0.45, maxDetections: 200 },
    grids: TINY_SSD_GRIDS,
    outputs: { boxes: "boxes", logits: "logits" },
    order: "xywh",
    confidences: "softmax",
  });
}
