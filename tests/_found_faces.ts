import { loadModel } from "../models/registry.ts";
import { openSession } from "../models/session.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Frame } from "../pipeline/frame.ts";
import { blend } from "../stages/blend.ts";
import { decode } from "../stages/decode.ts";
import { decodeBoxes } from "../stages/decode_boxes.ts";
import { infer } from "../stages/infer.ts";
import { letterbox, type LetterboxOptions } from "../stages/letterbox.ts";

/** What is to look for faces, and where. */
export interface Search {
  /** The path of the clip. */
  readonly path: string;
  /** The name of the model. */
  readonly model: string;
  /** Which frames are looked at, by their number. */
  readonly wants: (index: number) => boolean;
  /** How the network's input is sampled; the stage's own default where absent. */
  readonly resampler?: NonNullable<LetterboxOptions["resampler"]>;
}

/** What was found in a frame. */
export interface FoundFaces {
  /** The frame's presentation time, in ticks of its source. */
  readonly pts: number;
  /** The faces, by falling confidence. */
  readonly detections: readonly Detection[];
}

/** A stage as a user would write it: it passes on the frames that are wanted and drops the others. */
function only(wants: (index: number) => boolean): TransformStream<Frame, Frame> {
  return new TransformStream({
    transform(frame, controller) {
      if (wants(frame.index)) controller.enqueue(frame);
      else frame[Symbol.dispose]();
    },
  });
}

/**
 * Finds faces in some frames of a clip with the whole pipeline, on the processor, at the model's own
 * threshold.
 *
 * @param search What is to look, and where.
 * @returns What was found, by the number of the frame.
 */
export async function foundFaces(
  { path, model: name, wants, resampler }: Search,
): Promise<Map<number, FoundFaces>> {
  const { detector, network } = await loadModel(name);
  await using session = await openSession(network, { device: "cpu" });
  const items = decode(path)
    .pipeThrough(only(wants))
    .pipeThrough(letterbox(detector.input, { ...resampler && { resampler } }))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector))
    .pipeThrough(blend({ iou: detector.defaults.iou }));
  const found = new Map<number, FoundFaces>();
  for await (const { frame, detections } of items) {
    using owned = frame;
    found.set(owned.index, { pts: owned.pts, detections });
  }
  return found;
}
