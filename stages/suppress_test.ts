import { assertEquals, assertThrows } from "@std/assert";
import { iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { blackFrame } from "../tests/_frames.ts";
import { suppress, suppressed } from "./suppress.ts";
import VECTORS from "../tests/fixtures/nms/tfjs_nms_softnms.json" with { type: "json" };

type Edges = readonly [x1: number, y1: number, x2: number, y2: number];

function detection(
  [x1, y1, x2, y2]: Edges,
  confidence: number,
  classId = 0,
): Detection {
  return { box: { x1, y1, x2, y2 }, confidence, classId, label: `class ${classId}` };
}

for (const [number, vector] of VECTORS.cases.entries()) {
  if (vector.algo !== "nms") continue;
  Deno.test(`suppressed() keeps what TensorFlow.js keeps: case ${number}`, () => {
    const detections = vector.boxes.map(([y1, x1, y2, x2], i) =>
      detection([x1! * 640, y1! * 360, x2! * 640, y2! * 360], vector.scores[i]!)
    );
    const objects = suppressed(
      detections.filter(({ confidence }) => confidence > vector.score_threshold),
      { iou: vector.iou_threshold, maxDetections: vector.max_output },
    );
    assertEquals(objects, vector.indices.map((i) => detections[i]!));
  });
}

/** Greedy suppression in the plainest words, to compare with. */
function keptPlainly(detections: Detection[], iou: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted((a, b) => b.confidence - a.confidence)) {
    if (kept.every(({ box }) => !(iouOf(box, candidate.box) > iou))) kept.push(candidate);
  }
  return kept;
}

Deno.test("suppressed() keeps what a plain double loop keeps, odd boxes included", () => {
  let state = 7;
  const random = () => (state = state * 48271 % 2147483647) / 2147483647;
  for (let round = 0; round < 50; round++) {
    const detections = Array.from({ length: 60 }, (_, i) => {
      const [x1, y1] = [random() * 60, random() * 40];
      // Some are inside out, some without area, some broken.
      const width = i % 11 === 0 ? -random() * 9 : i % 13 === 0 ? 0 : 5 + random() * 20;
      const height = i % 17 === 0 ? NaN : i % 22 === 0 ? -5 : 5 + random() * 20;
      return detection([x1, y1, x1 + width, y1 + height], random());
    });
    for (const iou of [0, 0.2, 0.45, 0.9]) {
      assertEquals(suppressed(detections, { iou }), keptPlainly(detections, iou));
    }
  }
});

Deno.test("suppressed() takes only an overlap above the threshold for a tie", () => {
  const half = [detection([0, 0, 4, 4], 0.9), detection([0, 0, 4, 2], 0.8)]; // IoU 1/2.
  assertEquals(suppressed(half, { iou: 0.5 }), half);
  assertEquals(suppressed(half, { iou: 0.499 }), half.slice(0, 1));
});

Deno.test("suppressed() keeps what only a suppressed box overlaps", () => {
  const chain = [
    detection([0, 0, 10, 10], 0.9),
    detection([3, 0, 13, 10], 0.8),
    detection([6, 0, 16, 10], 0.7),
  ];
  assertEquals(suppressed(chain), [chain[0]!, chain[2]!]);
});

Deno.test("suppressed() keeps classes apart unless told otherwise", () => {
  const both = [detection([0, 0, 10, 10], 0.4, 0), detection([0, 0, 10, 10], 0.6, 1)];
  assertEquals(suppressed(both), both.toReversed());
  assertEquals(suppressed(both, { acrossClasses: true }), both.slice(1));
});

Deno.test("suppressed() keeps the most confident objects where there are too many", () => {
  const row = [0.2, 0.9, 0.5, 0.7].map((confidence, i) =>
    detection([i * 20, 0, i * 20 + 10, 10], confidence, i % 2)
  );
  const confidences = suppressed(row, { maxDetections: 3 }).map(({ confidence }) => confidence);
  assertEquals(confidences, [0.9, 0.7, 0.5]);
});

Deno.test("suppress() resolves each frame by itself and passes the rest on", async () => {
  const [one, other] = [detection([0, 0, 10, 10], 0.5), detection([2, 0, 12, 10], 0.6)];
  const items = [
    { frame: blackFrame(0), detections: [one, other] },
    { frame: blackFrame(1), detections: [one], isHeld: true as const },
  ];
  const results = await Array.fromAsync(ReadableStream.from(items).pipeThrough(suppress()));
  assertEquals(results, [{ ...items[0]!, detections: [other] }, items[1]!]);
});

Deno.test("suppress() refuses options that make no sense", () => {
  assertThrows(() => suppress({ iou: 2 }), RangeError, "Cannot suppress as iou");
  assertThrows(() => suppress({ maxDetections: 0 }), RangeError, "maxDetections");
});
