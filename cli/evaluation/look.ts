import type { Detection } from "../../pipeline/detection.ts";
import type { Detector } from "../../pipeline/detector.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { InferenceSession } from "../../pipeline/inference_session.ts";
import type { Detected } from "../../pipeline/items.ts";
import type { MeteredStage } from "../../pipeline/stage.ts";
import { decode } from "../../stages/decode.ts";
import { decodeBoxes } from "../../stages/decode_boxes.ts";
import { decodePictures } from "../../stages/decode_pictures.ts";
import { infer } from "../../stages/infer.ts";
import { letterbox } from "../../stages/letterbox.ts";
import { mergeSlices } from "../../stages/merge_slices.ts";
import { slice as cut } from "../../stages/slice.ts";
import { stderr } from "../_console.ts";
import { Progress } from "../_progress.ts";
import type { Sources } from "../_sources.ts";
import { Tally } from "../_tally.ts";
import { tiesFor } from "../_ties.ts";
import { asked } from "../_usage_error.ts";
import type { NamedObject, Truth } from "./truth.ts";

/** From which confidence on candidates count for the average: what SSD and Tiny SSD take. */
const LEAST_CONFIDENCE = 0.01;

/** How a network looks. */
export interface LookOptions {
  /** What becomes of overlapping boxes. */
  readonly ties: "blend" | "suppress";
  /** Above which overlap two boxes are one object; the model's own where absent. */
  readonly iou: number | undefined;
  /** The confidence of what counts as found; the model's own where absent. */
  readonly conf: number | undefined;
  /** The size of slices, where frames are looked at in such. */
  readonly slice: Size | undefined;
  /** How much slices overlap. */
  readonly overlap: number;
  /** The network sees one frame in so many. */
  readonly vidStride: number;
  /** Whether nothing but errors is said. */
  readonly quiet: boolean;
}

/** What is looked at, and what is there. */
export interface Subject {
  readonly sources: Sources;
  readonly truth: Truth;
}

/** A frame that both a network and somebody who boxed it have looked at. */
export interface LookedAt {
  readonly objects: readonly NamedObject[];
  readonly detections: readonly Detection[];
}

/** What a network finds in each frame that somebody boxed, as `run` finds it, but for tracking. */
export async function* look(
  { sources, truth }: Subject,
  { detector, session }: { readonly detector: Detector; readonly session: InferenceSession },
  options: LookOptions,
): AsyncGenerator<LookedAt | "nobody looked"> {
  const tally = new Tally();
  using _ = options.quiet ? undefined : shown(tally);
  const { slice, overlap, vidStride } = options;
  const isWhole = slice !== undefined || session.maxPictureBytes !== undefined;
  const scaled = isWhole ? {} : { scaledFor: detector.input, isWhole, hasLuma: false };
  const frames = sources.kind === "video"
    ? decode(sources.url, scaled)
    : decodePictures(sources.paths);
  const prepared = frames.pipeThrough(
    letterbox(detector.input, { stride: vidStride, on: session }),
  );
  const found = (slice === undefined ? prepared : prepared.pipeThrough(
    asked("--slice", () => cut(detector.input, { size: slice, overlap })),
  ))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector, { minConfidence: LEAST_CONFIDENCE }))
    .pipeThrough(resolved(detector, options))
    .pipeThrough(tally.counting());
  for await (const { frame, detections, isHeld } of found) {
    using owned = frame;
    if (isHeld) continue;
    const { index, source: { name, width, height } } = owned;
    const objects = truth.objectsAt({
      name,
      index,
      width,
      height,
      isFrame: sources.kind === "video",
    });
    yield objects ? { objects, detections } : "nobody looked";
  }
}

/** What resolves ties; in slices, only what `run` shows makes boxes grow. */
function resolved(
  detector: Detector,
  { ties, iou = detector.defaults.iou, slice, conf }: LookOptions,
): MeteredStage<Detected, Detected> {
  if (slice === undefined) return tiesFor({ ties, iou, maxDet: Infinity }, detector);
  const minConfidence = conf ?? detector.defaults.confidence;
  return mergeSlices({ ties, iou, minConfidence, maxDetections: Infinity });
}

function shown(tally: Tally): Progress {
  const startedAtMs = performance.now();
  return new Progress({
    tally,
    durationS: undefined,
    terminal: stderr,
    isLive: stderr.isTerminal,
    elapsedMs: () => performance.now() - startedAtMs,
  });
}
