import { z } from "zod";
import type { DetectorDefaults, InputSpec } from "../../pipeline/detector.ts";
import { COCO_LABELS } from "../coco_labels.ts";
import type { Anchors } from "./layout.ts";
import { LAYOUT_NAMES } from "./layouts.ts";

/** What a card tells of a network where the file does not, or otherwise. */
export interface NetworkDescription {
  /** The name of its layout, such as `yolov8`; else it is told by the shapes. */
  readonly layout?: string | undefined;
  /** Which output plays which part of the layout, by the parts' names; else told by their own. */
  readonly outputs?: Readonly<Record<string, string>> | undefined;
  /** How its input is made, where that is not as the layout's project does it. */
  readonly input?: Partial<InputSpec> | undefined;
  /** The names of its classes, by class number; a card may say `"coco"` for those of COCO. */
  readonly labels?: readonly string[] | undefined;
  /** The anchors of each head, in input pixels, the finest head first. */
  readonly anchors?: Anchors | undefined;
  /** Darknet's `scale_x_y` of each head, the finest head first. */
  readonly scaleXY?: readonly number[] | undefined;
  /** What its authors recommend. */
  readonly defaults?: Partial<DetectorDefaults> | undefined;
}

/** Text that fits on one line. */
const line = z.string().regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, "must be text on one line");

const fraction = z.number().min(0).max(1);
const size = z.int().positive();
const rgb = z.tuple([z.number(), z.number(), z.number()]).readonly();
const positives = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])
  .readonly();
const sides = z.tuple([z.number().positive(), z.number().positive()]).readonly();

/**
 * The fields by which a card describes a network, for a schema of the whole card: what
 * {@linkcode NetworkDescription} says, checked.
 */
export const NETWORK_DESCRIPTION_FIELDS: {
  readonly layout: z.ZodType<string | undefined>;
  readonly outputs: z.ZodType<NetworkDescription["outputs"]>;
  readonly input: z.ZodType<NetworkDescription["input"]>;
  readonly labels: z.ZodType<NetworkDescription["labels"]>;
  readonly anchors: z.ZodType<NetworkDescription["anchors"]>;
  readonly scaleXY: z.ZodType<NetworkDescription["scaleXY"]>;
  readonly defaults: z.ZodType<NetworkDescription["defaults"]>;
} = {
  layout: z.exactOptional(z.enum(LAYOUT_NAMES)),
  outputs: z.exactOptional(z.record(z.string(), z.string().min(1)).readonly()),
  input: z.exactOptional(
    z.strictObject({
      width: z.exactOptional(size),
      height: z.exactOptional(size),
      layout: z.exactOptional(z.enum(["nchw", "nhwc"])),
      channels: z.exactOptional(z.enum(["rgb", "bgr"])),
      resize: z.exactOptional(z.enum(["letterbox", "stretch"])),
      border: z.exactOptional(rgb),
      mean: z.exactOptional(rgb),
      std: z.exactOptional(positives),
    }).readonly(),
  ),
  labels: z.exactOptional(
    z.preprocess(
      (labels) => labels === "coco" ? COCO_LABELS : labels,
      z.array(line).min(1).readonly(),
    ),
  ),
  anchors: z.exactOptional(
    z.array(z.array(sides).length(3).readonly()).min(1).max(5).readonly(),
  ),
  scaleXY: z.exactOptional(z.array(z.number().positive()).min(1).max(5).readonly()),
  defaults: z.exactOptional(
    z.strictObject({
      confidence: z.exactOptional(fraction),
      iou: z.exactOptional(fraction),
      maxDetections: z.exactOptional(size),
    }).readonly(),
  ),
};
