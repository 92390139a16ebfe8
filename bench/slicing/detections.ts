import {
  decode,
  decodeBoxes,
  type Detected,
  type Detection,
  type Detector,
  type Frame,
  infer,
  type InferenceSession,
  letterbox,
  type Prepared,
  slice,
  type SliceOptions,
  stage,
} from "../../mod.ts";

/** What is looked at by which network. */
export interface Subject {
  /** The path of the clip. */
  readonly path: string;
  /** Which frames of it count. */
  readonly frames: ReadonlySet<number>;
  readonly detector: Detector;
  readonly session: InferenceSession;
}

/** From here on candidates are kept, so that thresholds can be compared afterwards. */
const LEAST_CONFIDENCE = 0.05;

/**
 * What a network proposes in some frames of a clip, before ties are resolved.
 *
 * @param subject What is looked at.
 * @param cut How frames are cut; not at all where absent.
 * @returns The candidates of each frame, by its number.
 */
export async function candidatesOf(
  { path, frames, detector, session }: Subject,
  cut?: SliceOptions,
): Promise<Map<number, readonly Detection[]>> {
  const only = stage("only", async function* (items: AsyncIterable<Frame>) {
    for await (const item of items) {
      if (frames.has(item.index)) yield item;
      else item[Symbol.dispose]();
    }
  });
  let prepared: ReadableStream<Prepared> = decode(path)
    .pipeThrough(only)
    .pipeThrough(letterbox(detector.input));
  if (cut) prepared = prepared.pipeThrough(slice(detector.input, cut));
  const items: ReadableStream<Detected> = prepared
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector, { minConfidence: LEAST_CONFIDENCE }));
  const candidates = new Map<number, readonly Detection[]>();
  for await (const { frame, detections } of items) {
    using owned = frame;
    candidates.set(owned.index, detections);
  }
  return candidates;
}
