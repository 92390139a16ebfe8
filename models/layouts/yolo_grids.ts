import type { Detection } from "../../pipeline/detection.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import { confidenceOf, logitFloorOf } from "../_logistic.ts";
import { objectSieve, yolo } from "../yolo.ts";
import {
  type Anchors,
  type Layout,
  type NetworkShape,
  type Reading,
  YOLO_INPUT,
} from "./layout.ts";
import { boxAround, candidateOf, fits, greatestOf, tensorOf } from "./_outputs.ts";

const ANCHORS_PER_CELL = 3;

/** Middle, size, and whether there is anything. */
const NUMBERS_PER_BOX = 5;

/** Darknet's cfg/yolov3.cfg, and models/yolov5s.yaml of YOLOv5. */
const COCO_ANCHORS: Anchors = [
  [[10, 13], [16, 30], [33, 23]],
  [[30, 61], [62, 45], [59, 119]],
  [[116, 90], [156, 198], [373, 326]],
];

/** Darknet's cfg/yolov3-tiny.cfg. */
const TINY_ANCHORS: Anchors = [
  [[10, 14], [23, 27], [37, 58]],
  [[81, 82], [135, 169], [344, 319]],
];

/** Darknet's cfg/yolov4.cfg, and cfg/training/yolov7.yaml of YOLOv7. */
const YOLOV4_ANCHORS: Anchors = [
  [[12, 16], [19, 36], [40, 28]],
  [[36, 75], [76, 55], [72, 146]],
  [[142, 110], [192, 243], [459, 401]],
];

const DEFAULTS = { confidence: 0.25, iou: 0.45, maxDetections: 300 };

/**
 * YOLOv3 as its heads give it: two or three outputs, `[1, 3 * (5 + classes), rows, columns]`, before
 * any function. What they mean is told at {@linkcode yolo}. The anchors are those of YOLOv3, or with
 * two heads of YOLOv3-tiny, for COCO, unless a card names others.
 *
 * Input: letterboxed on grey, red, green and blue from 0 to 1, as Darknet does.
 */
export const yolov3Grids: Layout = {
  name: "yolov3-grids",
  title: "YOLOv3, heads before any function",
  input: { ...YOLO_INPUT, border: [127.5, 127.5, 127.5] },
  defaults: DEFAULTS,
  parts: [],
  read: (shape) =>
    planarGrids(shape, {
      anchors: shape.outputs.length === 2 ? TINY_ANCHORS : COCO_ANCHORS,
      ...!shape.isNamed && { assumption: assumed("YOLOv3", "yolov4-grids") },
    }),
};

/**
 * YOLOv4 as its heads give it: as {@linkcode yolov3Grids}, with YOLOv4's anchors for COCO and its
 * `scale_x_y` (Darknet, cfg/yolov4.cfg). Nothing tells it from YOLOv3's, so that a card must.
 */
export const yolov4Grids: Layout = {
  ...yolov3Grids,
  name: "yolov4-grids",
  title: "YOLOv4, heads before any function",
  read: (shape) =>
    shape.isNamed
      ? planarGrids(shape, { anchors: YOLOV4_ANCHORS, scaleXY: [1.2, 1.1, 1.05] })
      : undefined,
};

/**
 * YOLOv5 as its heads give it: three outputs, `[1, 3, rows, columns, 5 + classes]`, before any
 * function. With all through the logistic function, a box lies around `(2 x - 0.5 + column) * s`,
 * `(2 y - 0.5 + row) * s` and has the size `(2 w)² * anchor`, `(2 h)² * anchor` (YOLOv5 7.0,
 * models/yolo.py, `Detect.forward`). The anchors are YOLOv5's for COCO, which YOLOv7-tiny has too
 * (models/yolov5s.yaml; YOLOv7, cfg/training/yolov7-tiny.yaml), unless a card names others.
 *
 * Input: as YOLOv5's.
 */
export const yolov5Grids: Layout = {
  name: "yolov5-grids",
  title: "YOLOv5 or v7-tiny, heads before any function",
  input: YOLO_INPUT,
  defaults: DEFAULTS,
  parts: [],
  read: (shape) =>
    deepGrids(shape, {
      anchors: COCO_ANCHORS,
      ...!shape.isNamed && { assumption: assumed("YOLOv5", "yolov7-grids") },
    }),
};

/**
 * YOLOv7 as its heads give it: as {@linkcode yolov5Grids}, with YOLOv7's anchors for COCO (YOLOv7 0.1,
 * cfg/training/yolov7.yaml). Nothing tells it from YOLOv5's, so that a card must.
 */
export const yolov7Grids: Layout = {
  ...yolov5Grids,
  name: "yolov7-grids",
  title: "YOLOv7, heads before any function",
  read: (shape) => shape.isNamed ? deepGrids(shape, { anchors: YOLOV4_ANCHORS }) : undefined,
};

/** What a network's file does not tell of its heads. */
interface Usual {
  readonly anchors: Anchors;
  readonly scaleXY?: readonly number[];
  /** What is to be said where a card tells no anchors. */
  readonly assumption?: string;
}

/** What is said where another network looks the same. */
function assumed(network: string, other: string): string {
  return `Its anchors, which the file does not tell, are taken for those of ${network} for COCO; ` +
    `a card can tell them, or name the layout "${other}"`;
}

function deepGrids(shape: NetworkShape, usual: Usual): Reading | undefined {
  const { outputs, anchors = usual.anchors } = shape;
  const depth = outputs[0]?.dims[4];
  if (outputs.length !== anchors.length || depth === undefined) return undefined;
  const wanted = [1, ANCHORS_PER_CELL, undefined, undefined, depth];
  if (depth <= NUMBERS_PER_BOX || !outputs.every((output) => fits(output, wanted))) {
    return undefined;
  }
  return {
    classes: depth - NUMBERS_PER_BOX,
    ...anchorFacts(shape, usual),
    decode: (given, minConfidence, labels) =>
      finestFirst(given, shape, wanted, 2).flatMap(({ data, dims }, place) =>
        logisticBoxes(data, {
          dims,
          anchors: anchors[place]!,
          stride: shape.size.width / dims[3]!,
          minConfidence,
          labels,
        })
      ),
    sieves: (minConfidence) =>
      outputs.map(({ name }) => ({
        output: name,
        axis: 4,
        length: depth,
        ...objectSieve(logitFloorOf(minConfidence), -Infinity),
      })),
  };
}

function planarGrids(shape: NetworkShape, usual: Usual): Reading | undefined {
  const { outputs, anchors = usual.anchors, scaleXY = usual.scaleXY ?? [], size } = shape;
  const channels = outputs[0]?.dims[1];
  if (outputs.length !== anchors.length || channels === undefined) return undefined;
  const wanted = [1, channels, undefined, undefined];
  const classes = channels / ANCHORS_PER_CELL - NUMBERS_PER_BOX;
  if (!(Number.isInteger(classes) && classes >= 1)) return undefined;
  if (!outputs.every((output) => fits(output, wanted))) return undefined;
  return {
    classes,
    ...anchorFacts(shape, usual),
    decode(given, minConfidence, labels) {
      const grids = finestFirst(given, shape, wanted, 2);
      const heads = grids.map(({ name }, place) => ({
        output: name,
        anchors: anchors[place]!,
        scaleXY: scaleXY[place] ?? 1,
      }));
      return yolo({ name: "grids", size, labels, heads }).decode(given, minConfidence);
    },
    sieves: (minConfidence) =>
      outputs.map(({ name }) => ({
        output: name,
        axis: 1,
        length: channels / ANCHORS_PER_CELL,
        ...objectSieve(logitFloorOf(minConfidence), -Infinity),
      })),
  };
}

function anchorFacts(
  { anchors }: NetworkShape,
  { assumption }: Usual,
): Pick<Reading, "hasAnchors" | "assumption"> {
  return { hasAnchors: true, ...!anchors && assumption !== undefined && { assumption } };
}

/** The outputs as they were found, with the one that has the most rows first. */
function finestFirst(
  given: Outputs,
  { outputs }: NetworkShape,
  wanted: readonly (number | undefined)[],
  rows: number,
) {
  return outputs.map(({ name }) => ({ name, ...tensorOf(given, name, wanted) }))
    .toSorted((a, b) => b.dims[rows]! - a.dims[rows]!);
}

/** The boxes of one head, and how they are to be read. */
interface Head {
  readonly dims: readonly number[];
  readonly anchors: Anchors[number];
  readonly stride: number;
  readonly minConfidence: number;
  readonly labels: readonly string[];
}

function logisticBoxes(
  data: Float32Array,
  { dims: [, , rows, columns, depth], anchors, stride, minConfidence, labels }: Head,
): Detection<"tensor">[] {
  const found: Detection<"tensor">[] = [];
  const cells = rows! * columns!;
  const floor = logitFloorOf(minConfidence);
  for (let place = 0; place < anchors.length * cells; place++) {
    const start = place * depth!;
    const at = (i: number) => data[start + i]!;
    if (!(at(4) >= floor)) continue;
    const best = greatestOf(data, start + NUMBERS_PER_BOX, start + depth!) - start;
    const confidence = confidenceOf(at(4)) * confidenceOf(at(best));
    if (!(confidence >= minConfidence)) continue;
    const cell = place % cells;
    const [width, height] = anchors[Math.floor(place / cells)]!;
    const box = boxAround(
      (2 * confidenceOf(at(0)) - 0.5 + cell % columns!) * stride,
      (2 * confidenceOf(at(1)) - 0.5 + Math.floor(cell / columns!)) * stride,
      (2 * confidenceOf(at(2))) ** 2 * width,
      (2 * confidenceOf(at(3))) ** 2 * height,
    );
    found.push(candidateOf(box, confidence, best - NUMBERS_PER_BOX, labels));
  }
  return found;
}
