import type { Detection } from "../pipeline/detection.ts";
import type { Detector, DetectorDefaults, InputSpec } from "../pipeline/detector.ts";
import type { Size } from "../pipeline/fit.ts";
import { ModelError } from "../pipeline/errors.ts";
import type { Sieve } from "../pipeline/sieve.ts";
import type { Outputs, Tensor } from "../pipeline/tensor.ts";
import { confidenceOf, logitFloorOf } from "./_logistic.ts";

/** One of the outputs of a YOLOv3: a grid of cells that lies over the picture. */
export interface YoloHead {
  /** The name of the output, `[1, anchors * (5 + classes), rows, columns]`. */
  readonly output: string;
  /** The width and height of each of its anchors, in pixels of the network's input. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /**
   * How wide the middle of a box may lie, in cells: 1 for its own cell; more reaches beyond
   * (`scale_x_y`; Bochkovskiy et al., "YOLOv4", 2020, section 3.4, "eliminate grid sensitivity").
   *
   * @default {1}
   */
  readonly scaleXY?: number;
}

/** Options of {@linkcode yolo}. */
export interface YoloOptions {
  /** The name of the model. */
  readonly name: string;
  /** The size of the network's input, in pixels. */
  readonly size: Size;
  /** The names of its classes, by class number. */
  readonly labels: readonly string[];
  /** Its outputs. */
  readonly heads: readonly YoloHead[];
  /**
   * Whether pictures keep their proportions, with a grey border, as Darknet's own detector has it, or
   * fill the input, as most programs that use OpenCV do.
   *
   * @default {"letterbox"}
   */
  readonly resize?: InputSpec["resize"];
}

/**
 * The confidence and overlap that Ultralytics' YOLOv3 uses, and the number of objects; Darknet's own
 * example has .5 and .45 (detector.c, `run_detector` and `test_detector`).
 */
const DEFAULTS: DetectorDefaults = { confidence: 0.25, iou: 0.45, maxDetections: 300 };

/** What is told of a box before its classes: its middle, its size, and whether there is anything. */
const NUMBERS_PER_BOX = 5;

/**
 * A network with the heads of YOLOv3 (Redmon and Farhadi, "YOLOv3: An Incremental Improvement", 2018,
 * section 2.1): how its input is made and what its outputs mean.
 *
 * A confidence is that of an object times that of its class, each through the logistic function; each
 * box is taken for the class of which it is surest.
 *
 * @param options What is to be known of the network.
 * @returns The detector.
 * @throws {RangeError} If there are no labels or heads, or a size or anchor is not above 0.
 *
 * @example What it wants
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { input } = yolo({
 *   name: "mine",
 *   size: { width: 416, height: 416 },
 *   labels: ["car"],
 *   heads: [{ output: "yolo_16", anchors: [[81, 82], [135, 169], [344, 319]] }],
 * });
 * assertEquals([input.width, input.resize], [416, "letterbox"]);
 * ```
 */
export function yolo(
  { name, size, labels, heads, resize = "letterbox" }: YoloOptions,
): Detector {
  const numbers = [
    size.width,
    size.height,
    ...heads.flatMap(({ anchors, scaleXY = 1 }) => [...anchors.flat(), scaleXY]),
  ];
  if (labels.length === 0 || heads.length === 0 || !numbers.every((number) => number > 0)) {
    throw new RangeError(
      `Cannot make a YOLO as it needs labels, heads, and sizes above 0: current value is ` +
        `${labels.length} labels, ${heads.length} heads and sizes of ${numbers.join(", ")}`,
    );
  }
  return {
    name,
    input: yoloInput(size, resize),
    labels,
    defaults: DEFAULTS,
    decode: (outputs, minConfidence) =>
      heads.flatMap((head) => boxesOf(head, outputs, { size, labels, minConfidence })),
    sieves: (minConfidence) =>
      heads.map(({ output }) => ({
        output,
        axis: 1,
        length: NUMBERS_PER_BOX + labels.length,
        ...objectSieve(logitFloorOf(minConfidence), -Infinity),
      })),
  };
}

/**
 * What passes of boxes of which the fifth number tells whether there is anything.
 *
 * @param floor What that number must reach.
 * @param least What it is at least.
 * @returns Which number decides, and how.
 */
export function objectSieve(
  floor: number,
  least: number,
): Pick<Sieve, "from" | "to" | "least" | "floor"> {
  return { from: 4, to: NUMBERS_PER_BOX, least, floor };
}

/**
 * How Darknet makes an input of a picture: red, green and blue from 0 to 1, on grey (image.c,
 * `letterbox_image`).
 *
 * @param size The size of the input, in pixels.
 * @param resize Whether pictures keep their proportions.
 * @returns What the input is made by.
 */
export function yoloInput(
  { width, height }: Size,
  resize: InputSpec["resize"] = "letterbox",
): InputSpec {
  return {
    width,
    height,
    layout: "nchw",
    channels: "rgb",
    resize,
    border: [127.5, 127.5, 127.5],
    mean: [0, 0, 0],
    std: [255, 255, 255],
  };
}

/** What the boxes of all heads have in common. */
interface Common {
  readonly size: Size;
  readonly labels: readonly string[];
  readonly minConfidence: number;
}

/** The numbers of one head, `[anchors, 5 + classes, cells]`. */
interface Grid {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

function boxesOf(head: YoloHead, outputs: Outputs, common: Common): Detection<"tensor">[] {
  const depth = NUMBERS_PER_BOX + common.labels.length;
  const grid = gridOf(outputs[head.output], head, depth);
  const cells = grid.rows * grid.columns;
  const floor = logitFloorOf(common.minConfidence);
  const boxes: Detection<"tensor">[] = [];
  for (const anchor of head.anchors.keys()) {
    const start = anchor * depth * cells;
    for (let cell = 0; cell < cells; cell++) {
      const object = grid.data[start + 4 * cells + cell] ?? NaN;
      if (!(object >= floor)) continue; // Nearly all of them: the product can only be lower.
      const box = boxAt({ head, anchor, cell, grid }, confidenceOf(object), common);
      if (box) boxes.push(box);
    }
  }
  return boxes;
}

function gridOf(tensor: Tensor | undefined, { output, anchors }: YoloHead, depth: number): Grid {
  const [batch, channels, rows = 0, columns = 0] = tensor?.dims ?? [];
  if (tensor && batch === 1 && channels === anchors.length * depth && rows * columns > 0) {
    return { data: tensor.data, rows, columns };
  }
  const seen = tensor ? `is [${tensor.dims}]` : "is missing";
  throw new ModelError(
    `Cannot find boxes: the output "${output}" ${seen}, ` +
      `not [1,${anchors.length * depth},rows,columns]`,
  );
}

/** Which box of a head is meant. */
interface BoxPlace {
  readonly head: YoloHead;
  readonly anchor: number;
  readonly cell: number;
  readonly grid: Grid;
}

/** The box of an anchor in a cell; none if it is not sure enough. */
function boxAt(
  { head, anchor, cell, grid: { data, rows, columns } }: BoxPlace,
  objectConfidence: number,
  { size, labels, minConfidence }: Common,
): Detection<"tensor"> | undefined {
  const cells = rows * columns;
  const start = anchor * (NUMBERS_PER_BOX + labels.length) * cells + cell;
  const at = (channel: number) => data[start + channel * cells] ?? NaN;
  let classId = 0;
  for (let i = 1; i < labels.length; i++) {
    if (at(NUMBERS_PER_BOX + i) > at(NUMBERS_PER_BOX + classId)) classId = i;
  }
  const confidence = objectConfidence * confidenceOf(at(NUMBERS_PER_BOX + classId));
  if (!(confidence >= minConfidence)) return undefined;
  const { anchors, scaleXY = 1 } = head;
  const [anchorWidth, anchorHeight] = anchors[anchor] ?? [NaN, NaN];
  const within = (channel: number) => confidenceOf(at(channel)) * scaleXY - (scaleXY - 1) / 2;
  const x = (cell % columns + within(0)) * size.width / columns;
  const y = (Math.floor(cell / columns) + within(1)) * size.height / rows;
  const width = Math.exp(at(2)) * anchorWidth;
  const height = Math.exp(at(3)) * anchorHeight;
  const box = { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
  return { box, confidence, classId, label: labels[classId] ?? String(classId) };
}
