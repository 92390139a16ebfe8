import type { Detection, Keypoint } from "../pipeline/detection.ts";
import type { Detector, DetectorDefaults, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { type AnchorGrid, anchorsOf, NUMBERS_PER_ANCHOR } from "./_anchors.ts";
import { confidenceOf, logitFloorOf } from "./_logistic.ts";

/**
 * Which BlazeFace: `short` for faces near the camera (128x128 pixels), `full` for those farther away
 * too (192x192), `back` the older one for rear cameras (256x256).
 */
export type BlazefaceVariant = "short" | "full" | "back";

/** Options of {@linkcode blazeface}. */
export interface BlazefaceOptions {
  /** Which network it is. */
  readonly variant: BlazefaceVariant;
  /**
   * The name of the model.
   *
   * @default {`blazeface-${variant}`}
   */
  readonly name?: string;
  /**
   * The order of the dimensions of the network's input.
   *
   * @default {"nchw"}
   */
  readonly layout?: InputSpec["layout"];
}

/** What tells the variants apart. */
interface VariantFacts {
  /** The width and height of its input, in pixels. */
  readonly size: number;
  /** How many cells there are in a row, and how many anchors in each. */
  readonly grids: readonly { readonly cells: number; readonly anchors: number }[];
  readonly defaults: DetectorDefaults;
}

/**
 * Input, anchors and confidence are those of MediaPipe's graphs (modules/face_detection/
 * face_detection_short_range.pbtxt and face_detection_full_range.pbtxt, and graphs/face_detection/
 * face_detection_back_mobile_gpu.pbtxt), the overlap that of its tasks (face_detector_graph.cc).
 * MediaPipe does not limit the number of faces.
 */
export const BLAZEFACE_VARIANTS: Readonly<Record<BlazefaceVariant, VariantFacts>> = {
  short: {
    size: 128,
    grids: [{ cells: 16, anchors: 2 }, { cells: 8, anchors: 6 }],
    defaults: { confidence: 0.5, iou: 0.3, maxDetections: 300 },
  },
  full: {
    size: 192,
    grids: [{ cells: 48, anchors: 1 }],
    defaults: { confidence: 0.6, iou: 0.3, maxDetections: 300 },
  },
  back: {
    size: 256,
    grids: [{ cells: 16, anchors: 2 }, { cells: 8, anchors: 6 }],
    defaults: { confidence: 0.65, iou: 0.3, maxDetections: 300 },
  },
};

/** The points of a face in the network's order; left and right are the person's own. */
const KEYPOINT_LABELS = [
  "right eye",
  "left eye",
  "nose tip",
  "mouth centre",
  "right ear tragion",
  "left ear tragion",
];

/** What the network tells of each face: centre, size, and the points, in input pixels. */
const NUMBERS_PER_FACE = 4 + 2 * KEYPOINT_LABELS.length;

/**
 * The anchors of a BlazeFace, all of the input's size (MediaPipe, ssd_anchors_calculator.cc, with
 * `fixed_anchor_size`, which joins layers of the same stride).
 *
 * @param variant Which network it is.
 * @returns Centre and size of each, in input pixels.
 */
export function blazefaceAnchors(variant: BlazefaceVariant): Float32Array<ArrayBuffer> {
  const { size, grids } = BLAZEFACE_VARIANTS[variant];
  return anchorsOf(grids.map(({ cells, anchors }): AnchorGrid => ({
    cells,
    step: size / cells,
    shapes: Array.from({ length: anchors }, () => ({ width: size, height: size })),
  })));
}

/**
 * BlazeFace, MediaPipe's face detector (Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face
 * Detection on Mobile GPUs", 2019): how its input is made and what its outputs mean.
 *
 * It has two outputs, found by their last dimension: `[1, anchors, 16]` and `[1, anchors, 1]`.
 *
 * @param options Which network it is.
 * @returns The detector.
 * @throws {TypeError} If there is no such variant.
 *
 * @example What the network for near faces wants
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { input, labels } = blazeface({ variant: "short" });
 * assertEquals([input.width, input.height, ...labels], [128, 128, "face"]);
 * ```
 */
export function blazeface(
  { variant, name = `blazeface-${variant}`, layout = "nchw" }: BlazefaceOptions,
): Detector {
  if (!Object.hasOwn(BLAZEFACE_VARIANTS, variant)) {
    throw new TypeError(
      `Cannot make a BlazeFace as variant must be short, full or back: current value is "${variant}"`,
    );
  }
  const facts = BLAZEFACE_VARIANTS[variant];
  const anchors = blazefaceAnchors(variant);
  return {
    name,
    input: {
      width: facts.size,
      height: facts.size,
      layout,
      channels: "rgb",
      resize: "letterbox",
      border: [0, 0, 0],
      mean: [127.5, 127.5, 127.5],
      std: [127.5, 127.5, 127.5],
    },
    labels: ["face"],
    defaults: facts.defaults,
    decode: (outputs, minConfidence) => facesFrom(outputs, minConfidence, anchors),
  };
}

/** MediaPipe's tensors_to_detections_calculator.cc, with `reverse_output_order`. */
function facesFrom(
  outputs: Outputs,
  minConfidence: number,
  anchors: Float32Array,
): Detection<"tensor">[] {
  const count = anchors.length / NUMBERS_PER_ANCHOR;
  const regressors = numbersOf(outputs, count, NUMBERS_PER_FACE);
  const logits = numbersOf(outputs, count, 1);
  const faces: Detection<"tensor">[] = [];
  const floor = logitFloorOf(minConfidence);
  for (let anchor = 0; anchor < count; anchor++) {
    const logit = logits[anchor] ?? NaN;
    if (logit < floor) continue; // Nearly all of them, without the cost of an exponential.
    const confidence = confidenceOf(logit);
    if (!(confidence >= minConfidence)) continue; // So written, NaN is left out too.
    const face = faceAt(anchor, regressors, anchors, confidence);
    if (face) faces.push(face);
  }
  return faces;
}

/** The face of an anchor; none if its size is below 0 or nothing at all. */
function faceAt(
  anchor: number,
  regressors: Float32Array,
  anchors: Float32Array,
  confidence: number,
): Detection<"tensor"> | undefined {
  const start = anchor * NUMBERS_PER_FACE;
  const at = (offset: number) => regressors[start + offset] ?? NaN;
  const [anchorX = NaN, anchorY = NaN] = anchors.subarray(anchor * NUMBERS_PER_ANCHOR);
  const [x, y, width, height] = [at(0) + anchorX, at(1) + anchorY, at(2), at(3)];
  const box = { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
  if (!(width >= 0 && height >= 0 && Object.values(box).every(Number.isFinite))) return undefined;
  const keypoints = KEYPOINT_LABELS.map((label, i): Keypoint<"tensor"> => ({
    label,
    x: at(4 + 2 * i) + anchorX,
    y: at(5 + 2 * i) + anchorY,
  }));
  return { box, confidence, classId: 0, label: "face", keypoints };
}

function numbersOf(outputs: Outputs, anchors: number, last: number): Float32Array {
  for (const { dims, data } of Object.values(outputs)) {
    if (dims.at(-1) === last && data.length === anchors * last) return data;
  }
  const seen = Object.values(outputs).map(({ dims }) => `[${dims}]`).join(" and ");
  throw new ModelError(
    `Cannot find faces in outputs of ${seen}: [1,${anchors},${last}] is missing`,
  );
}
