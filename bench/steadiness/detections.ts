import {
  decode,
  decodeBoxes,
  type Detected,
  type Detection,
  infer,
  letterbox,
  loadModel,
  openSession,
  sink,
} from "../../mod.ts";

/** A clip and the network that looks at it. */
export interface Footage {
  /** The name of the clip, without its ending. */
  readonly clip: string;
  /** Where it lies. */
  readonly path: string;
  /** The model, as the registry names it. */
  readonly model: string;
  /** How much of it is looked at, in seconds; all where absent. */
  readonly durationS?: number;
  /** A table of the true box of its only object, by frame, where there is one. */
  readonly truth?: string;
}

/** What a network found in one frame: every candidate, before ties are resolved. */
export interface CandidateFrame {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The candidates, in frame pixels. */
  readonly candidates: readonly Detection[];
}

/** As low as hysteresis may want it. */
const MIN_CONFIDENCE = 0.3;

/**
 * All candidates of a clip. The network runs once for a clip: what it said is kept in a folder that
 * is not committed, and read from there the next time.
 *
 * @param footage The clip and the network.
 * @param cache The folder, with a slash at the end.
 * @returns The frames, in the order of time.
 */
export async function candidatesOf(footage: Footage, cache: URL): Promise<CandidateFrame[]> {
  const file = new URL(`${footage.clip}.${footage.model}.jsonl`, cache);
  const kept = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (kept !== undefined) return kept.trimEnd().split("\n").map((line) => JSON.parse(line));
  const frames = await detected(footage);
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeTextFile(file, frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));
  return frames;
}

async function detected({ path, model, durationS }: Footage): Promise<CandidateFrame[]> {
  const { detector, network } = await loadModel(model);
  await using session = await openSession(network, { device: "cpu" });
  const frames: CandidateFrame[] = [];
  await decode(path, durationS === undefined ? {} : { durationS })
    .pipeThrough(letterbox(detector.input))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector, { minConfidence: MIN_CONFIDENCE }))
    .pipeTo(sink("collect", async (items: AsyncIterable<Detected>) => {
      for await (const { frame, detections } of items) {
        frames.push({ timestampUs: frame.timestampUs, candidates: detections.map(rounded) });
      }
    }));
  return frames;
}

/** A thousandth of a pixel is far below what trembles, and keeps the file small. */
function rounded(detection: Detection): Detection {
  const { box, keypoints } = detection;
  const round = (value: number) => Math.round(value * 1e3) / 1e3;
  return {
    ...detection,
    confidence: Math.round(detection.confidence * 1e5) / 1e5,
    box: { x1: round(box.x1), y1: round(box.y1), x2: round(box.x2), y2: round(box.y2) },
    ...keypoints && {
      keypoints: keypoints.map((point) => ({ ...point, x: round(point.x), y: round(point.y) })),
    },
  };
}
