import { blend, type Box, type Frame, type Track, track } from "../../mod.ts";
import type { TimedTracks } from "../../stages/smooth_offline.ts";
import { MIN_FPS, type Segment, segmentOf } from "../jitter/measures/segment.ts";
import type { CandidateFrame, Footage } from "./detections.ts";

/** One object without a gap, long enough to be judged, and where it truly was as far as is known. */
export interface StudyTrack extends Segment {
  /** Clip, model and number. */
  readonly name: string;
  /** The clip: what is chosen for it must not have seen it. */
  readonly clip: string;
  /** Its frames, each with this object alone. */
  readonly frames: readonly (TimedTracks & { readonly tracks: readonly [Track] })[];
  /** The candidates of the whole clip. */
  readonly candidates: readonly CandidateFrame[];
  /** Above which overlap they are one object. */
  readonly iou: number;
  /** The true boxes, by the time of the frame, where they are known. */
  readonly truth?: ReadonlyMap<number, Box<"frame">>;
}

/** As few frames say too little. */
const MIN_FRAMES = 40;

/** How a clip becomes tracks. */
export interface TrackingOptions {
  /** Above which overlap candidates are one object. */
  readonly iou: number;
  /** The confidence at which an object appears. */
  readonly minConfidence: number;
  /** Below which frequency a track is motion, in Hz. */
  readonly cutoffHz: number;
}

/** All tracks of a clip that can be judged. */
export async function studyTracksOf(
  { clip, model, truth: path }: Footage,
  candidates: readonly CandidateFrame[],
  { iou, minConfidence, cutoffHz }: TrackingOptions,
): Promise<StudyTrack[]> {
  const items = candidates.map(({ timestampUs, candidates }) => ({
    frame: { timestampUs, [Symbol.dispose]() {} } as Frame,
    detections: candidates,
  }));
  const tracked = await Array.fromAsync(
    ReadableStream.from(items).pipeThrough(blend({ iou })).pipeThrough(
      track({ minConfidence, camera: false }),
    ),
  );
  const truth = path === undefined ? undefined : await truthOf(path, candidates);
  const frames = tracked.map(({ frame: { timestampUs }, detections: tracks }) => ({
    timestampUs,
    tracks,
  }));
  return unbroken(frames).filter(({ length }) => length >= MIN_FRAMES)
    .map((run) => studied(run, { clip, model, candidates, iou, cutoffHz, ...truth && { truth } }))
    .filter(({ fps }) => fps >= MIN_FPS);
}

/** Reads a table of `frame,label,x,y,w,h`: frames count from 0, pixels from 1. */
async function truthOf(
  path: string,
  frames: readonly CandidateFrame[],
): Promise<Map<number, Box<"frame">>> {
  const rows = (await Deno.readTextFile(path)).trim().split("\n").slice(1);
  return new Map(rows.map((row) => {
    const [frame, , x, y, width, height] = row.split(",").map(Number);
    const [x1, y1] = [x! - 1, y! - 1];
    const timestampUs = frames[frame!]!.timestampUs;
    return [timestampUs, { x1, y1, x2: x1 + width!, y2: y1 + height! }];
  }));
}

type Run = (TimedTracks & { readonly tracks: readonly [Track] })[];

/** The stretches in which an object is in every frame. */
function unbroken(frames: readonly TimedTracks[]): Run[] {
  const runs: Run[] = [];
  let open = new Map<number, Run>();
  for (const { timestampUs, tracks } of frames) {
    const next = new Map<number, Run>();
    for (const track of tracks) {
      const run = open.get(track.trackId) ?? [];
      if (!run.length) runs.push(run);
      run.push({ timestampUs, tracks: [track] });
      next.set(track.trackId, run);
    }
    open = next;
  }
  return runs;
}

function studied(
  run: Run,
  { clip, model, cutoffHz, ...rest }: {
    readonly clip: string;
    readonly model: string;
    readonly candidates: readonly CandidateFrame[];
    readonly iou: number;
    readonly truth?: ReadonlyMap<number, Box<"frame">>;
    readonly cutoffHz: number;
  },
): StudyTrack {
  const boxes = run.map(({ timestampUs, tracks }) => ({ timestampUs, box: tracks[0].box }));
  return {
    name: `${clip} ${model} ${run[0]!.tracks[0].trackId}`,
    clip,
    frames: run,
    ...segmentOf(boxes, { cutoffHz }),
    ...rest,
  };
}
