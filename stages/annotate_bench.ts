import type { Detection } from "../pipeline/detection.ts";
import type { FrameSource } from "../pipeline/frame.ts";
import type { Detected } from "../pipeline/items.ts";
import { planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { Annotator } from "./drawing/annotator.ts";

const FRAMES = 100;
const LABELS = ["face", "person", "traffic light", "Лицо", "वाहन"];
const planes = planesFrom(new Uint8Array(planesByteLength(1920, 1080)).fill(128), 1920, 1080);

/** Twenty boxes of 180x220 that wander, with confidences that change from frame to frame. */
function wandering(index: number): Detection[] {
  return Array.from({ length: 20 }, (_, object) => {
    const x1 = (object % 5) * 370 + (index + object) % 40;
    const y1 = Math.floor(object / 5) * 260 + 30 + (index * object) % 20;
    return {
      box: { x1, y1, x2: x1 + 180, y2: y1 + 220 },
      classId: object % 5,
      label: LABELS[object % 5] as string,
      confidence: ((object * 37 + index * 3) % 101) / 100,
      keypoints: [0.3, 0.7].map((share) => ({
        x: x1 + 180 * share,
        y: y1 + 90,
        label: "eye",
      })),
    };
  });
}

const timeBase = { num: 1, den: 25 };
const source: FrameSource = {
  name: "made",
  width: 1920,
  height: 1080,
  timeBase,
  colour: { matrix: "bt709", range: "limited", tags: {} },
  startS: 0,
  isCut: false,
  otherStreams: [],
  complaints: [],
};

const items: Detected[] = Array.from({ length: FRAMES }, (_, index) => ({
  frame: {
    planes,
    pts: index,
    timeBase,
    timestampUs: 40_000 * index,
    index,
    source,
    [Symbol.dispose]() {},
  },
  detections: wandering(index),
}));

function itemAt(index: number): Detected {
  return items[index % FRAMES] as Detected;
}

const all = { labels: true, confidence: true, keypoints: true, trails: true, lineWidth: undefined };
const group = "a frame of 1920x1080 with 20 objects";
const copy = new Uint8Array(planes.data.length);

Deno.bench("copying the frame", { group, baseline: true }, () => copy.set(planes.data));

for (
  const [name, options] of [
    ["boxes", { ...all, labels: false, confidence: false, keypoints: false }],
    ["boxes and keypoints", { ...all, labels: false, confidence: false }],
    ["boxes, keypoints, labels and confidences", all],
  ] as const
) {
  const annotator = new Annotator(itemAt(0).frame, options);
  for (const item of items) await annotator.draw(item); // Every label and number is known by now.
  let index = 0;
  Deno.bench(name, { group }, async () => await annotator.draw(itemAt(index++)));
}
