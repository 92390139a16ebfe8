import { z } from "zod";
import type { DetectorDefaults, InputSpec } from "../pipeline/detector.ts";

/** Where a model's file comes from. */
export interface ModelOrigin {
  /** The npm package that brings it, with its version; absent for steadybox's or a user's own file. */
  readonly package?: string;
  /** The file: its path in the package, as the user gave it, or its name at the URL. */
  readonly file: string;
  /** Where it was downloaded from, without user, password and query. */
  readonly url?: string;
  /** What its card names as its source, such as a page that describes it. */
  readonly source?: string;
}

/** What is to be known of a model. */
export interface ModelCard {
  /** Its name, such as `blazeface-full`. */
  readonly name: string;
  /** What it finds. */
  readonly task: "face detection" | "object detection";
  /** The names of its classes, by class number. */
  readonly labels: readonly string[];
  /** How a frame becomes its input. */
  readonly input: InputSpec;
  /** How many numbers its layers have learnt, zeros of sparse ones included. */
  readonly parameters: number;
  /** How many multiplications with addition a frame takes; absent if its file does not tell. */
  readonly multiplyAccumulates?: number;
  /** The size of the file that it comes from, in bytes. */
  readonly sizeBytes: number;
  /** Its licence, as an SPDX identifier or as its card has it; absent where nothing tells. */
  readonly licence?: string;
  /** The SHA-256 of the file that it comes from, in hexadecimal digits. */
  readonly sha256: string;
  /** Where that file comes from. */
  readonly origin: ModelOrigin;
  /** What its authors recommend. */
  readonly defaults: DetectorDefaults;
}

const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const colour = z.tuple([z.number(), z.number(), z.number()]).readonly();

/**
 * What a {@linkcode ModelCard} must be like.
 *
 * @example A card needs a name
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(modelCardSchema.safeParse({ name: "" }).success, false);
 * ```
 */
export const modelCardSchema: z.ZodType<ModelCard> = z.strictObject({
  name: z.string().min(1),
  task: z.enum(["face detection", "object detection"]),
  labels: z.array(z.string().min(1)).min(1).readonly(),
  input: z.strictObject({
    width: z.int().positive(),
    height: z.int().positive(),
    layout: z.enum(["nchw", "nhwc"]),
    channels: z.enum(["rgb", "bgr"]),
    resize: z.enum(["letterbox", "stretch"]),
    border: colour,
    mean: colour,
    std: colour,
  }).readonly(),
  parameters: count,
  multiplyAccumulates: z.exactOptional(count),
  sizeBytes: count,
  licence: z.exactOptional(z.string().min(1)),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  origin: z.strictObject({
    package: z.exactOptional(z.string().min(1)),
    file: z.string().min(1),
    url: z.exactOptional(z.string().min(1)),
    source: z.exactOptional(z.string().min(1)),
  }).readonly(),
  defaults: z.strictObject({
    confidence: fraction,
    iou: fraction,
    maxDetections: z.int().positive(),
  })
    .readonly(),
}).readonly();
