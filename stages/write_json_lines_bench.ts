import { discard } from "../pipeline/discard.ts";
import type { Tracked } from "../pipeline/items.ts";
import { planesFrom } from "../pipeline/planes.ts";
import { writeJsonLines } from "./write_json_lines.ts";

const FRAMES = 100;
const timeBase = { num: 1, den: 25 };

/** Frames in which objects are followed, each with six keypoints. */
function itemsOf(objects: number): Tracked[] {
  const source = {
    ...{ name: "made", width: 1920, height: 1080, timeBase, startS: 0, isCut: false },
    colour: { matrix: "bt709", range: "limited", tags: {} },
    ...{ otherStreams: [], complaints: [] },
  } as const;
  return Array.from({ length: FRAMES }, (_, index) => ({
    frame: {
      planes: planesFrom(new Uint8Array(0), 0, 0),
      ...{ pts: index, timeBase, timestampUs: 40_000 * index, index, source },
      [Symbol.dispose]() {},
    },
    detections: Array.from({ length: objects }, (_, object) => {
      const [x1, y1] = [60 * object + index / 7, 30 * object + index / 3];
      const box = { x1, y1, x2: x1 + 40.123, y2: y1 + 60.456 };
      const keypoints = Array.from(
        { length: 6 },
        (_, k) => ({ x: x1 + k, y: y1 + k, label: "eye" }),
      );
      const known = { box, rawBox: box, keypoints, confidence: 0.91234, classId: 0, label: "face" };
      return { ...known, trackId: object + 1 };
    }),
  }));
}

for (const objects of [3, 30]) {
  const items = itemsOf(objects);
  const group = `${FRAMES} frames with ${objects} objects of six keypoints`;
  Deno.bench("JSON.stringify() of what was found", { group, baseline: true }, () => {
    for (const { detections } of items) JSON.stringify(detections);
  });
  Deno.bench("writeJsonLines() to nowhere", { group }, async () => {
    await ReadableStream.from(items).pipeThrough(writeJsonLines(new WritableStream()))
      .pipeTo(discard());
  });
}
