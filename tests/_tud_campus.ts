/**
 * A short street scene with its truth and what a tracker made of it, for comparing metrics.
 *
 * @module
 */

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
