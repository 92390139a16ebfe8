import { type Box, iouOf, type Point } from "../../../pipeline/box.ts";
import { assign } from "../../../pipeline/filters/assignment.ts";
import { averageDelayOf } from "../../../pipeline/metrics/average_delay.ts";
import { clearOf } from "../../../pipeline/metrics/clear.ts";
import type { PlacedBox } from "../../../pipeline/metrics/coordinates.ts";
import { hotaOf } from "../../../pipeline/metrics/hota.ts";
import { identityOf } from "../../../pipeline/metrics/identity.ts";
import {
  accelerationError,
  normalisedMeanFlicker,
  type PointFrame,
} from "../../../pipeline/metrics/point_stability.ts";
import { stabilityOf } from "../../../pipeline/metrics/stability.ts";
import type { Track } from "../../../pipeline/track.ts";
import type { ClipRun } from "../methods/method_run.ts";
import type { MethodReading } from "../measures/method_result.ts";
import { MIN_FRAMES } from "../measures/measured_track.ts";
import type { ObservedClip, TrueBox } from "../observe/observed_clip.ts";
import type { TruthResult, TruthSection } from "../report/report_types.ts";
import { segmentOf } from "../measures/segment.ts";
import { segmentReading } from "../measures/segment_reading.ts";
import { perCoordinate, weightedMean } from "../measures/track_reading.ts";

/** From which overlap on a box is the object's. */
const MIN_IOU = 0.5;
/** The same where it is to be told how well boxes lie at all. */
const LOOSE_IOU = 0.1;
/** Numbers of one clip never reach those of the next. */
const CLIP_STRIDE = 1e9;

/** A frame with its truth. */
interface TruthFrame {
  readonly timestampUs: number;
  readonly truth: readonly TrueBox[];
  readonly tracks: readonly Track[];
}

/**
 * What is known by the truth: how well each method finds, follows and holds the true boxes, all clips that
 * have a truth in a row; and how much the truth trembles itself.
 *
 * @param readings The methods.
 * @returns The section; `null` if no clip has a truth.
 */
export function truthSection(readings: readonly MethodReading[]): TruthSection | null {
  const known = (readings[0]?.runs ?? []).filter(({ measured: { clip } }) => clip.truth);
  if (!known.length) return null;
  const frames = known.flatMap(framesWithTruth);
  const boxes = frames.reduce((sum, { truth }) => sum + truth.length, 0);
  return {
    clips: known.map(({ measured: { clip } }) => clip.name),
    frames: frames.length,
    objects: new Set(frames.flatMap(({ truth }) => truth.map(({ trackId }) => trackId))).size,
    boxes,
    floor: floorOf(known.map(({ measured: { clip } }) => clip)),
    methods: readings.map(({ method: { id }, runs }) => truthResult(id, runs)),
  };
}

/**
 * All frames of a clip; numbers are moved so that clips can stand in a row. A file of tracks may end before
 * the truth does: nothing was found there.
 */
function framesWithTruth({ outputs, measured: { clip } }: ClipRun, place: number): TruthFrame[] {
  const moved = <T extends { readonly trackId: number }>(item: T): T => (
    { ...item, trackId: item.trackId + place * CLIP_STRIDE }
  );
  const truth = clip.truth!.frames;
  const known = clip.video ? 0 : [...truth.keys()].reduce((a, b) => Math.max(a, b)) + 1;
  return Array.from({ length: Math.max(outputs.length, known) }, (_, frame) => ({
    timestampUs: outputs[frame]?.timestampUs ?? Infinity,
    truth: (truth.get(frame) ?? []).map(moved),
    tracks: (outputs[frame]?.tracks ?? []).map(moved),
  }));
}

function truthResult(method: string, runs: readonly ClipRun[]): TruthResult {
  const clips = runs.filter(({ measured: { clip } }) => clip.truth).map(framesWithTruth);
  const frames = clips.flat();
  const { mota, motp, recall, precision, idSwitches, fragmentations } = clearOf(frames);
  const { idf1, idPrecision, idRecall } = identityOf(frames);
  const hota = hotaOf(frames);
  const stability = stabilityOf(frames);
  const points = clips.flatMap(pointsOf);
  const ofPoints = (metric: (frames: readonly PointFrame[]) => number | undefined) =>
    weightedMean(points, metric, ({ length }) => length) ?? null;
  return {
    method,
    meanIou: clearOf(frames, { minIou: LOOSE_IOU }).motp ?? null,
    clear: {
      mota: mota ?? null,
      motp: motp ?? null,
      recall: recall ?? null,
      precision: precision ?? null,
      idSwitches,
      fragmentations,
    },
    identity: {
      idf1: idf1 ?? null,
      idPrecision: idPrecision ?? null,
      idRecall: idRecall ?? null,
    },
    hota: hota ? { hota: hota.hota, detA: hota.detA, assA: hota.assA, locA: hota.locA } : null,
    stability: stability
      ? {
        fragment: stability.fragment,
        centre: stability.centre,
        scaleRatio: stability.scaleRatio,
        total: stability.total,
      }
      : null,
    averageDelayFrames: averageDelayOf(frames.map(withoutClasses))?.delayFrames ?? null,
    normalisedMeanFlicker: ofPoints((some) => normalisedMeanFlicker(some)),
    accelerationErrorPxPerS2: ofPoints((some) => accelerationError(some)),
  };
}

/** MOT text has no classes, so none count. */
function withoutClasses({ truth, tracks }: TruthFrame) {
  return {
    truth: truth.map((box) => ({ ...box, classId: 0 })),
    detections: tracks.map((track) => ({ ...track, classId: 0 })),
  };
}

/** The corners of each object where it was found, beside the true ones. */
function pointsOf(frames: readonly TruthFrame[]): PointFrame[][] {
  const objects = new Map<number, PointFrame[]>();
  for (const { timestampUs, truth, tracks } of frames) {
    for (const [object, track] of pairsIn(truth, tracks)) {
      const points = objects.get(object.trackId) ?? [];
      objects.set(object.trackId, points);
      points.push({ timestampUs, points: cornersOf(track.box), truth: cornersOf(object.box) });
    }
  }
  return [...objects.values()];
}

function cornersOf({ x1, y1, x2, y2 }: Box<"frame">): Point<"frame">[] {
  return [{ x: x1, y: y1 }, { x: x2, y: y2 }];
}

/**
 * Pairs true boxes with tracks so that they overlap most in all, by half or more each.
 *
 * @param truth The true boxes of a frame.
 * @param tracks Its tracks.
 * @returns The pairs.
 */
export function pairsIn<T extends Pick<Track, "box">>(
  truth: readonly TrueBox[],
  tracks: readonly T[],
): [TrueBox, T][] {
  const ious = truth.flatMap(({ box }) => tracks.map((track) => iouOf(box, track.box)));
  const data = ious.map((iou) => Math.min(0, MIN_IOU - iou - Number.EPSILON));
  const columns = assign({ rows: truth.length, columns: tracks.length, data });
  return truth.flatMap((object, row): [TrueBox, T][] => {
    const column = columns[row]!;
    const isPair = column >= 0 && data[row * tracks.length + column]! < 0;
    return isPair ? [[object, tracks[column]!]] : [];
  });
}

/** How much the truth trembles against its own slow part: objects in 20 frames in a row and more. */
function floorOf(clips: readonly ObservedClip[]): TruthSection["floor"] {
  const readings = clips.flatMap(trueRuns).map((boxes) => segmentReading(segmentOf(boxes), boxes));
  const mean = (deviation: "sigma3" | "flicker") =>
    perCoordinate((c) =>
      weightedMean(readings, (reading) => reading[deviation][c], ({ frames }) => frames) ?? null
    );
  return { sigma3Percent: mean("sigma3"), flickerPercent: mean("flicker") };
}

function trueRuns({ truth, observations: [{ frames }] }: ObservedClip): PlacedBox[][] {
  const runs: PlacedBox[][] = [];
  let open = new Map<number, PlacedBox[]>();
  frames.forEach(({ timestampUs }, frame) => {
    const next = new Map<number, PlacedBox[]>();
    for (const { trackId, box } of truth!.frames.get(frame) ?? []) {
      const run = open.get(trackId) ?? [];
      if (!run.length) runs.push(run);
      run.push({ timestampUs, box });
      next.set(trackId, run);
    }
    open = next;
  });
  return runs.filter(({ length }) => length >= MIN_FRAMES);
}
