/**
 * Scenes with their truth and what a tracker made of them, for comparing metrics.
 *
 * @module
 */

import type { Detection } from "../pipeline/detection.ts";
import type { ComparedFrame, NumberedBox } from "../pipeline/metrics/compared_frame.ts";

const FOLDER = new URL("./fixtures/mot/", import.meta.url);

/** The boxes of a file in MOT Challenge text, by frame number. */
function boxesIn(file: string): Map<number, NumberedBox[]> {
  const frames = new Map<number, NumberedBox[]>();
  for (const line of Deno.readTextFileSync(new URL(file, FOLDER)).trim().split("\n")) {
    const [frame, trackId, x1, y1, width, height] = line.split(",").map(Number);
    const box = { x1: x1!, y1: y1!, x2: x1! + width!, y2: y1! + height! };
    frames.set(frame!, [...frames.get(frame!) ?? [], { trackId: trackId!, box }]);
  }
  return frames;
}

/** All frames of the clip TUD-Campus. */
export function tudCampus(): ComparedFrame[] {
  const truth = boxesIn("TUD-Campus.gt.txt");
  const tracks = boxesIn("TUD-Campus.test.txt");
  const count = Math.max(...truth.keys(), ...tracks.keys());
  return Array.from({ length: count }, (_, i) => ({
    truth: truth.get(i + 1) ?? [],
    tracks: tracks.get(i + 1) ?? [],
  }));
}

/** The public detections of the clip, by frame. */
export function tudCampusDetections(): Detection[][] {
  const frames: Detection[][] = tudCampus().map(() => []);
  const text = Deno.readTextFileSync(new URL("TUD-Campus.det.txt", FOLDER));
  for (const line of text.trim().split("\n")) {
    const [frame, _id, x1, y1, width, height, confidence] = line.split(",").map(Number);
    const box = { x1: x1!, y1: y1!, x2: x1! + width!, y2: y1! + height! };
    frames[frame! - 1]!.push({ box, confidence: confidence!, classId: 0, label: "person" });
  }
  return frames;
}

/** What TrackEval says of the clip. */
export interface TrackEvalSays {
  readonly HOTA: Record<"HOTA" | "DetA" | "AssA" | "LocA", readonly number[]>;
  readonly CLEAR: Readonly<Record<string, number>>;
  readonly Identity: Readonly<Record<string, number>>;
}

/** The metrics of the clip as TrackEval computed them. */
export function trackEvalOfTudCampus(): TrackEvalSays {
  const text = Deno.readTextFileSync(new URL("trackeval_expected.json", FOLDER));
  return (JSON.parse(text) as { "TUD-Campus": TrackEvalSays })["TUD-Campus"];
}

/** Number, x, y, width and height. */
type NumberedRow = readonly [number, number, number, number, number];

/** What a second implementation says of a crowded scene. */
export interface Crowd {
  readonly frames: readonly ComparedFrame[];
  readonly clear: Readonly<Record<string, number>>;
  readonly idf1: number;
  readonly idTruePositives: number;
  /** HOTA, DetA, AssA and LocA at each of the 19 limits. */
  readonly hotaDetAssLoc: readonly (readonly [number, number, number, number])[];
}

/** A made scene in which objects overlap, numbers are swapped, and frames lack truth or tracks. */
export function crowd(): Crowd {
  const { frames, ...expected } = JSON.parse(
    Deno.readTextFileSync(new URL("crowd.json", FOLDER)),
  ) as Omit<Crowd, "frames"> & {
    frames: readonly Record<"truth" | "tracks", readonly NumberedRow[]>[];
  };
  const boxOf = ([trackId, x1, y1, width, height]: NumberedRow): NumberedBox => ({
    trackId,
    box: { x1, y1, x2: x1 + width, y2: y1 + height },
  });
  return {
    ...expected,
    frames: frames.map(({ truth, tracks }) => ({
      truth: truth.map(boxOf),
      tracks: tracks.map(boxOf),
    })),
  };
}
