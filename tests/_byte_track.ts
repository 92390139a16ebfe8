/**
 * Plain ByteTrack as it was published, to compare with: Zhang et al., "ByteTrack: Multi-Object Tracking
 * by Associating Every Detection Box", arXiv 2110.06864, algorithm 1, with the constants of the
 * authors' program. It counts in frames and knows one class.
 *
 * @module
 */

import { type Box, iouOf } from "../pipeline/box.ts";
import { assign } from "../pipeline/filters/assignment.ts";
import type { NumberedBox } from "../pipeline/metrics/compared_frame.ts";

/** A detection as ByteTrack sees it. */
export interface ScoredBox {
  readonly box: Box<"frame">;
  readonly confidence: number;
}

/** One of the four coordinates: its value and velocity (a frame), with their covariance. */
interface Axis {
  value: number;
  velocity: number;
  p: number;
  c: number;
  v: number;
}

interface Strack {
  id: number;
  /** Centre x and y, width over height, height. */
  readonly axes: readonly Axis[];
  state: "unconfirmed" | "tracked" | "lost";
  confidence: number;
  readonly bornAt: number;
  seenAt: number;
}

const POSITION_WEIGHT = 1 / 20;
const VELOCITY_WEIGHT = 1 / 160;

/** The standard deviations of a kind of noise: `weight` times the height, but for the proportions. */
const noise = (weight: number, height: number, proportions: number) =>
  [0, 1, 2, 3].map((i) => i === 2 ? proportions : weight * height);

function measured({ x1, y1, x2, y2 }: Box<"frame">): number[] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1];
}

function boxOf({ axes }: Strack): Box<"frame"> {
  const [x, y, proportions, height] = axes.map(({ value }) => value) as [
    number,
    number,
    number,
    number,
  ];
  const width = proportions * height;
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

function begun(box: Box<"frame">): Axis[] {
  const values = measured(box);
  const positions = noise(2 * POSITION_WEIGHT, values[3]!, 1e-2);
  const velocities = noise(10 * VELOCITY_WEIGHT, values[3]!, 1e-5);
  return values.map((value, i) => (
    { value, velocity: 0, p: positions[i]! ** 2, c: 0, v: velocities[i]! ** 2 }
  ));
}

function predict({ axes, state }: Strack): void {
  const height = axes[3]!.value;
  const positions = noise(POSITION_WEIGHT, height, 1e-2);
  const velocities = noise(VELOCITY_WEIGHT, height, 1e-5);
  if (state !== "tracked") axes[3]!.velocity = 0;
  axes.forEach((axis, i) => {
    axis.value += axis.velocity;
    axis.p += 2 * axis.c + axis.v + positions[i]! ** 2;
    axis.c += axis.v;
    axis.v += velocities[i]! ** 2;
  });
}

function correct({ axes }: Strack, box: Box<"frame">): void {
  const sds = noise(POSITION_WEIGHT, axes[3]!.value, 1e-1);
  measured(box).forEach((value, i) => {
    const axis = axes[i]!;
    const s = axis.p + sds[i]! ** 2;
    const [k, l] = [axis.p / s, axis.c / s];
    const innovation = value - axis.value;
    axis.value += k * innovation;
    axis.velocity += l * innovation;
    axis.v -= l * axis.c;
    axis.p *= 1 - k;
    axis.c *= 1 - k;
  });
}

/** Pairs tracks with detections where it costs at most a limit; a cost is 1 - IoU (times confidence). */
function matched(
  tracks: readonly Strack[],
  detections: readonly ScoredBox[],
  { limit, isFused }: { readonly limit: number; readonly isFused: boolean },
): Map<Strack, ScoredBox> {
  const data = tracks.flatMap((track) =>
    detections.map(({ box, confidence }) => {
      const cost = 1 - iouOf(boxOf(track), box) * (isFused ? confidence : 1);
      return Math.min(cost - limit, 0);
    })
  );
  const columns = assign({ rows: tracks.length, columns: detections.length, data });
  const pairs = new Map<Strack, ScoredBox>();
  tracks.forEach((track, row) => {
    const column = columns[row]!;
    if (column === -1 || data[row * detections.length + column] === 0) return;
    pairs.set(track, detections[column]!);
  });
  return pairs;
}

/** Options of {@linkcode byteTracked}. */
export interface ByteTrackOptions {
  /** Above which confidence a detection takes part in the first association. */
  readonly threshold: number;
  /** For how many frames a lost track is kept. */
  readonly buffer: number;
}

/** Follows the detections of each frame in turn. */
export function byteTracked(
  frames: readonly (readonly ScoredBox[])[],
  { threshold, buffer }: ByteTrackOptions,
): NumberedBox[][] {
  let tracks: Strack[] = [];
  let lastId = 0;
  return frames.map((detections, frame) => {
    const high = detections.filter(({ confidence }) => confidence > threshold);
    const low = detections.filter(({ confidence }) => confidence > 0.1 && confidence < threshold);
    for (const track of tracks) if (track.state !== "unconfirmed") predict(track);
    const taken = new Set<ScoredBox>();
    const seen = new Set<Strack>();
    const take = (pairs: Map<Strack, ScoredBox>) => {
      for (const [track, detection] of pairs) {
        correct(track, detection.box);
        Object.assign(track, { state: "tracked", confidence: detection.confidence, seenAt: frame });
        taken.add(detection);
        seen.add(track);
      }
    };
    const rest = () => high.filter((detection) => !taken.has(detection));
    const wasTracked = tracks.filter(({ state }) => state === "tracked");
    const unconfirmed = tracks.filter(({ state }) => state === "unconfirmed");
    const pool = tracks.filter(({ state }) => state !== "unconfirmed");
    take(matched(pool, high, { limit: 0.8, isFused: true }));
    const left = wasTracked.filter((track) => !seen.has(track));
    take(matched(left, low, { limit: 0.5, isFused: false }));
    for (const track of left) if (!seen.has(track)) track.state = "lost";
    take(matched(unconfirmed, rest(), { limit: 0.7, isFused: true }));
    tracks = tracks.filter((track) =>
      track.state === "tracked" || (track.state === "lost" && frame - track.seenAt <= buffer)
    );
    for (const { box, confidence } of rest()) {
      if (confidence < threshold + 0.1) continue;
      const state = frame === 0 ? "tracked" : "unconfirmed";
      tracks.push(
        { id: ++lastId, axes: begun(box), state, confidence, bornAt: frame, seenAt: frame },
      );
    }
    tracks = withoutDuplicates(tracks);
    return tracks.filter(({ state }) => state === "tracked")
      .map((track) => ({ trackId: track.id, box: boxOf(track) }));
  });
}

/** Of a tracked and a lost one in nearly the same place, the one that lived longer stays. */
function withoutDuplicates(tracks: readonly Strack[]): Strack[] {
  const dropped = new Set<Strack>();
  for (const a of tracks.filter(({ state }) => state === "tracked")) {
    for (const b of tracks.filter(({ state }) => state === "lost")) {
      if (1 - iouOf(boxOf(a), boxOf(b)) >= 0.15) continue;
      dropped.add(a.seenAt - a.bornAt > b.seenAt - b.bornAt ? b : a);
    }
  }
  return tracks.filter((track) => !dropped.has(track));
}
