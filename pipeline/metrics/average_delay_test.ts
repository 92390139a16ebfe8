import { assertAlmostEquals, assertEquals } from "@std/assert";
import { averageDelayOf, type DelayFrame } from "./average_delay.ts";

const BOX = { x1: 0, y1: 0, x2: 10, y2: 10 };
const ELSEWHERE = { x1: 500, y1: 0, x2: 510, y2: 10 };

/** Frames with one object, found from a frame on, and as many false detections as told. */
function framesOf(
  { count, foundFrom, confidence = 0.9, falseConfidences = [] }: {
    count: number;
    foundFrom: number;
    confidence?: number;
    falseConfidences?: readonly number[];
  },
): DelayFrame[] {
  return Array.from({ length: count }, (_, frame) => ({
    truth: [{ trackId: 1, box: BOX, classId: 0 }],
    detections: [
      ...(frame >= foundFrom ? [{ box: BOX, classId: 0, confidence }] : []),
      ...falseConfidences.map((confidence) => ({ box: ELSEWHERE, classId: 0, confidence })),
    ],
  }));
}

Deno.test("averageDelayOf() is the number of frames until an object is found", () => {
  assertAlmostEquals(averageDelayOf(framesOf({ count: 20, foundFrom: 0 }))!.delayFrames, 0);
  assertAlmostEquals(averageDelayOf(framesOf({ count: 20, foundFrom: 3 }))!.delayFrames, 3);
});

Deno.test("averageDelayOf() is the length of an object that is never found, 30 at most", () => {
  assertAlmostEquals(averageDelayOf(framesOf({ count: 20, foundFrom: 20 }))!.delayFrames, 20);
  assertAlmostEquals(averageDelayOf(framesOf({ count: 90, foundFrom: 90 }))!.delayFrames, 30);
});

Deno.test("averageDelayOf() takes an object for found by its own class and more than half", () => {
  const half = { x1: 0, y1: 0, x2: 10, y2: 5 };
  const frames = framesOf({ count: 10, foundFrom: 10 }).map(({ truth }) => ({
    truth,
    detections: [
      { box: BOX, classId: 1, confidence: 0.9 },
      { box: half, classId: 0, confidence: 0.9 },
    ],
  }));
  assertAlmostEquals(averageDelayOf(frames)!.delayFrames, 10);
});

Deno.test("averageDelayOf() sets the confidence by the false positives a frame may have", () => {
  // Found surely from frame 5 on, and unsurely, below a false one in every frame, from the start.
  const sure = framesOf({ count: 10, foundFrom: 5, falseConfidences: [0.6] });
  const unsure = framesOf({ count: 10, foundFrom: 0, confidence: 0.3 });
  const frames = sure.map(({ truth, detections }, i) => ({
    truth,
    detections: i < 5 ? [...detections, ...unsure[i]!.detections] : detections,
  }));
  const { byRate, delayFrames } = averageDelayOf(frames)!;
  // A false positive a frame is too many up to 0.8 a frame.
  assertEquals(byRate.map((rate) => rate.aboveConfidence), [
    0.6,
    0.6,
    0.6,
    0.6,
    -Infinity,
    -Infinity,
  ]);
  assertEquals(byRate.map((rate) => rate.delayFrames), [5, 5, 5, 5, 0, 0]);
  assertAlmostEquals(delayFrames, 6 / (4 / 6 + 2) - 1);
});

Deno.test("averageDelayOf() counts nothing at the confidence that lets too much through", () => {
  const frames = framesOf({ count: 10, foundFrom: 2, confidence: 0.6, falseConfidences: [0.6] });
  const { byRate } = averageDelayOf(frames)!;
  assertEquals(byRate.map((rate) => rate.delayFrames), [10, 10, 10, 10, 2, 2]);
});

Deno.test("averageDelayOf() takes a second detection of an object for false", () => {
  const frames = framesOf({ count: 10, foundFrom: 0 }).map(({ truth, detections }) => ({
    truth,
    detections: [...detections, { box: BOX, classId: 0, confidence: 0.4 }],
  }));
  const { byRate } = averageDelayOf(frames)!;
  assertEquals(byRate.map((rate) => rate.aboveConfidence).slice(0, 4), [0.4, 0.4, 0.4, 0.4]);
});

Deno.test("averageDelayOf() is the mean over objects at each rate, and nothing without any", () => {
  const late = framesOf({ count: 10, foundFrom: 4 }).map(({ truth, detections }) => ({
    truth: [...truth, { trackId: 2, box: ELSEWHERE, classId: 0 }],
    detections: [...detections, { box: ELSEWHERE, classId: 0, confidence: 0.8 }],
  }));
  assertAlmostEquals(averageDelayOf(late)!.delayFrames, 2);
  assertEquals(averageDelayOf([{ truth: [], detections: [] }]), undefined);
});
