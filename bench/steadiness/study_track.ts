import { blend, type Box, type Frame, type Track, track } from "../../mod.ts";
import { lowPass } from "../../pipeline/filters/low_pass.ts";
import { coordinatesOf, type PlacedBox } from "../../pipeline/metrics/coordinates.ts";
import { fastestTimes } from "../../pipeline/metrics/fast_motion.ts";
import type { Sample } from "../../pipeline/metrics/sample.ts";
import type { TimedTracks } from "../../stages/smooth_offline.ts";
import type { CandidateFrame, Footage } from "./detections.ts";

/** A series for each of centre x, centre y, log width and log height, in % of the object's size. */
export type Series = readonly (readonly Sample[])[];

/** One object without a gap, long enough to be judged, and where it truly was as far as is known. */
export interface StudyTrack {
  /** Clip, model and number. */
  readonly name: string;
  /** The clip: what is chosen for it must not have seen it. */
  readonly clip: string;
  /** Its frames, each with this object alone. */
  readonly frames: readonly (TimedTracks & { readonly tracks: readonly [Track] })[];
  /** How many frames a second it has. */
  readonly fps: number;
  /** Its median size, in pixels. */
  readonly sizePx: number;
  /** What was detected. */
  readonly raw: Series;
  /** What of it is slow enough to be motion. */
  readonly reference: Series;
  /** The times of the fastest quarter. */
  readonly fastUs: ReadonlySet<number>;
  /** Whether it hardly moves. */
  readonly isStill: boolean;
  /** The candidates of the whole clip. */
  readonly candidates: readonly CandidateFrame[];
  /** Above which overlap they are one object. */
  readonly iou: number;
  /** The true boxes, by the time of the frame, where they are known. */
  readonly truth?: ReadonlyMap<number, Box<"frame">>;
}

/** As few frames say too little. */
const MIN_FRAMES = 40;
/** Half an octave of the flicker band has to be there. */
const MIN_FPS = 18;
/** An object whose fastest quarter begins below this speed hardly moves, in % of its size a second. */
const STILL_SPEED = 8;

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
  const lengthUs = run.at(-1)!.timestampUs - run[0]!.timestampUs;
  const fps = 1e6 * (run.length - 1) / lengthUs;
  const boxes = run.map(({ timestampUs, tracks }) => ({ timestampUs, box: tracks[0].box }));
  const { sizePx } = coordinatesOf(boxes)!;
  const raw = seriesOf(boxes, sizePx);
  const reference = raw.map((samples) => {
    const slow = lowPass(samples.map(({ value }) => value), { cutoffHz, fps });
    return samples.map(({ timestampUs }, i) => ({ timestampUs, value: slow[i]! }));
  });
  return {
    name: `${clip} ${model} ${run[0]!.tracks[0].trackId}`,
    clip,
    frames: run,
    fps,
    sizePx,
    raw,
    reference,
    fastUs: fastestTimes(reference),
    isStill: upperSpeedOf(reference) < STILL_SPEED,
    ...rest,
  };
}

/** The speed that is exceeded a quarter of the time, in % of the size a second. */
function upperSpeedOf(reference: Series): number {
  const [first] = reference;
  const speeds = first!.slice(2).map((_, i) => {
    const seconds = (first![i + 2]!.timestampUs - first![i]!.timestampUs) / 1e6;
    return Math.hypot(...reference.map((s) => s[i + 2]!.value - s[i]!.value)) / seconds;
  }).sort((a, b) => a - b);
  return speeds[Math.floor(0.75 * speeds.length)]!;
}

/**
 * The four coordinates of boxes, in % of a size that is the same for all methods: with a size of its own,
 * a method would be measured by another rule.
 */
export function seriesOf(boxes: readonly PlacedBox[], sizePx: number): Series {
  const series = (valueOf: (box: Box<"frame">) => number): Sample[] =>
    boxes.map(({ timestampUs, box }) => ({ timestampUs, value: 100 * valueOf(box) }));
  return [
    series(({ x1, x2 }) => (x1 + x2) / 2 / sizePx),
    series(({ y1, y2 }) => (y1 + y2) / 2 / sizePx),
    series(({ x1, x2 }) => Math.log(x2 - x1)),
    series(({ y1, y2 }) => Math.log(y2 - y1)),
  ];
}
