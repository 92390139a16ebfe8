import { basename } from "node:path";
import type { Detector } from "../../../pipeline/detector.ts";
import type { FrameSource } from "../../../pipeline/frame.ts";
import type { InferenceSession } from "../../../pipeline/inference_session.ts";
import type { Detected, Tracked } from "../../../pipeline/items.ts";
import { sink } from "../../../pipeline/sink.ts";
import { type MeteredStage, stage } from "../../../pipeline/stage.ts";
import { decode } from "../../../stages/decode.ts";
import { decodeBoxes } from "../../../stages/decode_boxes.ts";
import { infer } from "../../../stages/infer.ts";
import { letterbox } from "../../../stages/letterbox.ts";
import { track } from "../../../stages/track.ts";
import { sha256Of } from "./file_digest.ts";
import {
  type DetectionWay,
  nameOfWay,
  type Observation,
  type ObservedClip,
  type Resize,
} from "./observed_clip.ts";
import { type CandidateFrame, MAX_GAP_S, replayed, type SeenFrame, tiesStage } from "./replayed.ts";

/** What is told while a clip is looked at. */
export interface ObservedFrame {
  /** What the frame came from. */
  readonly source: FrameSource;
  /** How many objects it shows. */
  readonly detections: number;
}

/** How a video is looked at. */
export interface ObserveOptions {
  /** The network, and what its outputs mean. */
  readonly detector: Detector;
  /** What runs it. */
  readonly session: InferenceSession;
  /** The ways to find objects, the baseline first. */
  readonly ways: readonly [DetectionWay, ...DetectionWay[]];
  /** The confidence with which an object appears. */
  readonly minConfidence: number;
  /** Where to begin, in seconds. */
  readonly startS?: number | undefined;
  /** How much to take, in seconds. */
  readonly durationS?: number | undefined;
  /** Ends the clip early: what was seen is kept. */
  readonly until: AbortSignal;
  /** Called for every frame of every pass. */
  readonly onFrame?: (frame: ObservedFrame) => void;
}

/** Which share of the wanted confidence keeps an object going, as in `steadybox run`. */
const DOUBT = 0.5;

/** What the first pass saw. */
interface FirstPass {
  readonly frames: readonly CandidateFrame[];
  readonly tracked: readonly SeenFrame[];
  readonly source: FrameSource;
}

/**
 * Finds and follows objects in a video in every way that is asked for. The network runs once for each
 * way of scaling; all ways of resolving ties read the same candidates, and the camera's motion is
 * searched for once. Interrupted, it has what was seen until then, and only the ways that have seen as
 * much.
 *
 * @param path The file.
 * @param options See {@linkcode ObserveOptions}.
 * @returns What was seen; nothing if it was ended before the first frame.
 * @throws {SourceError} If the file cannot be read.
 * @throws {DeviceError} If the device fails.
 */
export async function observedVideo(
  path: string,
  options: ObserveOptions,
): Promise<ObservedClip | undefined> {
  const { ways, startS = 0, durationS, until } = options;
  const startedAtMs = performance.now();
  const first = await firstPass(path, options);
  const detectionS = (performance.now() - startedAtMs) / 1000;
  if (!first) return undefined;
  const observations = [
    { id: nameOfWay(ways[0]), way: ways[0], frames: first.tracked },
    ...await otherObservations(path, first, options),
  ] as const;
  return {
    name: basename(path),
    sha256: await sha256Of(path),
    size: { width: first.source.width, height: first.source.height },
    video: { path, startS, ...durationS !== undefined && { durationS } },
    observations,
    hasOtherBoxes: false,
    hasOwnNumbers: false,
    detectionS,
    complaints: first.source.complaints,
    isInterrupted: until.aborted,
  };
}

/** What is seen in all ways but the first; of a way of scaling that is interrupted, nothing. */
async function otherObservations(
  path: string,
  { frames, tracked }: FirstPass,
  options: ObserveOptions,
): Promise<Observation[]> {
  const [{ resize }, ...others] = options.ways;
  const candidates = new Map<Resize, readonly CandidateFrame[]>([[resize, frames]]);
  const observations: Observation[] = [];
  for (const way of others) {
    const known = candidates.get(way.resize) ?? await candidatesOf(path, way.resize, options);
    if (!known) break;
    candidates.set(way.resize, known);
    const seen = await replayed(known, way.ties, { ...options, seen: tracked });
    observations.push({ id: nameOfWay(way), way, frames: seen });
  }
  return observations;
}

/** What all passes have in common. */
function candidatesIn(
  path: string,
  resize: Resize,
  { detector, session, minConfidence, startS, durationS, until }: ObserveOptions,
): ReadableStream<Detected> {
  return decode(path, {
    until,
    ...startS !== undefined && { startS },
    ...durationS !== undefined && { durationS },
  })
    .pipeThrough(letterbox(detector.input, { resampler: resize }))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector, { minConfidence: DOUBT * minConfidence }));
}

async function firstPass(path: string, options: ObserveOptions): Promise<FirstPass | undefined> {
  const { ways: [{ ties, resize }], minConfidence, onFrame } = options;
  const frames: CandidateFrame[] = [];
  const tracked: SeenFrame[] = [];
  let source: FrameSource | undefined;
  const collect = sink("collect", async (items: AsyncIterable<Tracked>) => {
    for await (const { frame, detections: tracks, isCut, cameraMotion } of items) {
      source = frame.source;
      const { timestampUs } = frame;
      tracked.push({
        timestampUs,
        tracks,
        ...isCut && { isCut },
        ...cameraMotion && { cameraMotion },
      });
      onFrame?.({ source, detections: tracks.length });
    }
  });
  await candidatesIn(path, resize, options)
    .pipeThrough(kept(frames))
    .pipeThrough(tiesStage(ties, options.detector))
    .pipeThrough(track({ minConfidence, maxGapS: MAX_GAP_S }))
    .pipeTo(collect);
  return source && { frames, tracked, source };
}

async function candidatesOf(
  path: string,
  resize: Resize,
  options: ObserveOptions,
): Promise<CandidateFrame[] | undefined> {
  const frames: CandidateFrame[] = [];
  await candidatesIn(path, resize, options).pipeThrough(kept(frames)).pipeTo(
    sink("watch", async (items: AsyncIterable<Detected>) => {
      for await (const { frame: { source }, detections: { length } } of items) {
        options.onFrame?.({ source, detections: length });
      }
    }),
  );
  return options.until.aborted ? undefined : frames;
}

/** Keeps the candidates of each frame that passes. */
function kept(frames: CandidateFrame[]): MeteredStage<Detected, Detected> {
  return stage("keep", async function* keep(items: AsyncIterable<Detected>) {
    for await (const item of items) {
      frames.push({ timestampUs: item.frame.timestampUs, candidates: item.detections });
      yield item;
    }
  });
}
