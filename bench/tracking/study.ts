/**
 * Prints how well track() and plain ByteTrack follow the people of TUD-Campus from MOT Challenge's
 * public detections: `deno run --allow-read bench/tracking/study.ts`.
 *
 * @module
 */

import { clearOf } from "../../pipeline/metrics/clear.ts";
import type { ComparedFrame } from "../../pipeline/metrics/compared_frame.ts";
import { hotaOf } from "../../pipeline/metrics/hota.ts";
import { identityOf } from "../../pipeline/metrics/identity.ts";
import { track } from "../../stages/track.ts";
import { byteTracked } from "../../tests/_byte_track.ts";
import { detected } from "../../tests/_detected.ts";
import { tudCampus, tudCampusDetections } from "../../tests/_tracked_scenes.ts";

/** The clip's frames a second. */
const FPS = 25;

const detections = tudCampusDetections();

function row(minConfidence: number, name: string, tracks: readonly ComparedFrame["tracks"][]) {
  const frames = tudCampus().map(({ truth }, i): ComparedFrame => ({ truth, tracks: tracks[i]! }));
  const percent = (share: number) => (100 * share).toFixed(2);
  const { hota } = hotaOf(frames)!;
  const { idf1 } = identityOf(frames);
  const { idSwitches, mota } = clearOf(frames);
  const cells = [minConfidence, name, percent(hota), percent(idf1!), percent(mota!), idSwitches];
  return `| ${cells.join(" | ")} |\n`;
}

async function followed(minConfidence: number): Promise<ComparedFrame["tracks"][]> {
  const frames = detections.map((inFrame, index) =>
    detected({
      index,
      pts: index,
      source: { timeBase: { num: 1, den: FPS } },
      detections: inFrame,
    })
  );
  const tracked = ReadableStream.from(frames).pipeThrough(track({ minConfidence }));
  return await Array.fromAsync(tracked, ({ detections: tracks }) => tracks);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

say("| from | tracker | HOTA | IDF1 | MOTA | id switches |\n");
say("| ---- | ------- | ---- | ---- | ---- | ----------- |\n");
for (const threshold of [0.4, 0.5, 0.6, 0.7]) {
  say(row(threshold, "track()", await followed(threshold)));
  say(row(threshold, "ByteTrack", byteTracked(detections, { threshold, buffer: 30 })));
}
