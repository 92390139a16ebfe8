import type { Detector } from "../pipeline/detector.ts";
import type { Size } from "../pipeline/fit.ts";
import type { AnchorGrid } from "./_anchors.ts";
import { ssd, stretchedInput } from "./ssd.ts";

/** The width and height of the network's input, in pixels. */
const SIZE = 300;

/** How many input pixels lie between two cells, grid by grid. */
const STRIDES = [16, 32, 64, 128, 256, 512];

/** The sides of the first and the last grid's anchors; the others' lie evenly between. */
const SCALES = { min: 0.2, max: 0.95 };

/** Width to height of the anchors; MediaPipe writes a third so. */
const RATIOS = [1, 2, 0.5, 3, 0.3333];

/** The classes of Open Images that it knows, as the package's label map has them. */
const LABELS = [
  "Bicycle",
  "Boot",
  "Laptop",
  "Person",
  "Chair",
  "Cattle",
  "Desk",
  "Cat",
  "Computer mouse",
  "Computer monitor",
  "Box",
  "Mug",
  "Coffee cup",
  "Stationary bicycle",
  "Table",
  "Bottle",
  "High heels",
  "Vehicle",
  "Footwear",
  "Dog",
  "Book",
  "Camera",
  "Car",
];

/**
 * SSD MobileNetV2 as MediaPipe ships it with Objectron, trained on 23 classes of Open Images: how its
 * input is made and what its outputs mean.
 *
 * The numbers are those of its graph (modules/objectron/object_detection_oid_v4_cpu.pbtxt), the
 * anchors of ssd_anchors_calculator.cc. The label map's first class, `???`, is the background.
 *
 * @returns The detector.
 *
 * @example What the network finds
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { labels } = ssdMobilenetV2();
 * assertEquals([labels.length, labels[3], labels[22]], [23, "Person", "Car"]);
 * ```
 */
export function ssdMobilenetV2(): Detector {
  return ssd({
    name: "ssd-mobilenet-v2",
    input: stretchedInput(SIZE),
    labels: LABELS,
    defaults: { confidence: 0.5, iou: 0.5, maxDetections: 100 },
    grids: STRIDES.map(gridOf),
    outputs: { boxes: "raw_outputs/box_encodings", logits: "raw_outputs/class_predictions" },
    order: "yxhw",
    confidences: "sigmoid",
  });
}

function gridOf(stride: number, layer: number): AnchorGrid {
  const cells = Math.ceil(SIZE / stride);
  return { cells, step: SIZE / cells, shapes: shapesOf(layer) };
}

/** A layer's anchors; the first has fewer (`reduce_boxes_in_lowest_layer`). */
function shapesOf(layer: number): Size[] {
  const scale = scaleOf(layer);
  if (layer === 0) return [shape(0.1, 1), shape(scale, 2), shape(scale, 0.5)];
  const between = Math.sqrt(scale * scaleOf(layer + 1));
  return [...RATIOS.map((ratio) => shape(scale, ratio)), shape(between, 1)];
}

/** The side of a layer's square, as a part of the input's; the whole behind the last layer. */
function scaleOf(layer: number): number {
  if (layer === STRIDES.length) return 1;
  return SCALES.min + (SCALES.max - SCALES.min) * layer / (STRIDES.length - 1);
}

function shape(scale: number, ratio: number): Size {
  return { width: SIZE * scale * Math.sqrt(ratio), height: SIZE * scale / Math.sqrt(ratio) };
}
