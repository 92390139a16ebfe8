import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { blackFrame } from "../tests/_frames.ts";
import { blend, blended } from "./blend.ts";
import VECTORS from "../tests/fixtures/nms/mediapipe_weighted_nms_transcribed.json" with {
  type: "json",
};

type Edges = readonly [x1: number, y1: number, x2: number, y2: number];

function boxOf([x1, y1, x2, y2]: Edges): Box<"frame"> {
  return { x1, y1, x2, y2 };
}

function detection(edges: Edges, confidence: number, classId = 0): Detection {
  return { box: boxOf(edges), confidence, classId, label: `class ${classId}` };
}

for (const [number, vector] of VECTORS.cases.entries()) {
  Deno.test(`blended() gives what MediaPipe's weighted suppression gives: case ${number}`, () => {
    // In pixels of a frame that is not square, as MediaPipe compares relative boxes.
    const [width, height] = [1280, 720];
    const detections = vector.boxes.map((box, i): Detection => ({
      ...detection(
        [box[0]! * width, box[1]! * height, box[2]! * width, box[3]! * height],
        vector.scores[i]!,
      ),
      keypoints: vector.keypoints[i]!.map(([x, y], k) => ({
        x: x! * width,
        y: y! * height,
        label: `${k}`,
      })),
    }));
    const objects = blended(detections, { iou: vector.min_suppression_threshold });
    assertEquals(objects.length, vector.out.length);
    for (const [i, { box, keypoints, confidence }] of objects.entries()) {
      const expected = vector.out[i]!;
      assertAlmostEquals(confidence, expected.score, 1e-6);
      assertAlmostEquals(box.x1 / width, expected.box[0]!, 1e-6);
      assertAlmostEquals(box.y1 / height, expected.box[1]!, 1e-6);
      assertAlmostEquals(box.x2 / width, expected.box[2]!, 1e-6);
      assertAlmostEquals(box.y2 / height, expected.box[3]!, 1e-6);
      assertEquals(keypoints?.length, expected.keypoints.length);
      for (const [k, { x, y, label }] of (keypoints ?? []).entries()) {
        assertAlmostEquals(x / width, expected.keypoints[k]![0]!, 1e-6);
        assertAlmostEquals(y / height, expected.keypoints[k]![1]!, 1e-6);
        assertEquals(label, `${k}`);
      }
    }
  });
}

Deno.test("blended() weights by confidence and keeps the top's confidence", () => {
  const objects = blended([
    { ...detection([0, 0, 10, 10], 0.3), keypoints: [{ x: 0, y: 4, label: "nose" }] },
    { ...detection([4, 0, 14, 10], 0.9), keypoints: [{ x: 8, y: 0, label: "nose" }] },
  ]);
  assertEquals(objects.length, 1);
  assertEquals(objects[0]?.confidence, 0.9);
  assertAlmostEquals(objects[0]!.box.x1, 3);
  assertAlmostEquals(objects[0]!.box.x2, 13);
  assertAlmostEquals(objects[0]!.keypoints![0]!.x, 6);
  assertAlmostEquals(objects[0]!.keypoints![0]!.y, 1);
});

Deno.test("blended() takes only an overlap above the threshold for a tie", () => {
  const half = [detection([0, 0, 4, 4], 0.9), detection([0, 0, 4, 2], 0.8)]; // IoU 1/2.
  assertEquals(blended(half, { iou: 0.5 }), half);
  assertEquals(blended(half, { iou: 0.499 }).length, 1);
});

Deno.test("blended() compares with the top's own box, not with the mean", () => {
  // The third overlaps the mean of the first two by 3/7, but the first by 1/4.
  const chain = [
    detection([0, 0, 10, 10], 0.5),
    detection([4, 0, 14, 10], 0.499),
    detection([6, 0, 16, 10], 0.4),
  ];
  const objects = blended(chain);
  assertEquals(objects.length, 2);
  assertEquals(objects[1], chain[2]);
});

Deno.test("blended() keeps classes apart unless told otherwise", () => {
  const both = [detection([0, 0, 10, 10], 0.4, 0), detection([0, 0, 10, 10], 0.6, 1)];
  assertEquals(blended(both), both.toReversed());
  const [object, ...others] = blended(both, { acrossClasses: true });
  assertEquals([object?.classId, object?.label, others.length], [1, "class 1", 0]);
});

Deno.test("blended() takes equal confidences in the order given", () => {
  const equal = [
    detection([0, 0, 10, 10], 0.5),
    detection([4, 0, 14, 10], 0.5),
    detection([9, 0, 19, 10], 0.5),
  ];
  // From the left the first two tie (IoU 3/7), from the right the last two (IoU 1/3).
  assertEquals(blended(equal).map(({ box }) => box.x1), [2, 9]);
  assertEquals(blended(equal.toReversed()).map(({ box }) => box.x1), [6.5, 0]);
});

Deno.test("blended() stops at a box without area, as MediaPipe does", () => {
  const flat = detection([5, 5, 5, 9], 0.7);
  const given = [detection([0, 0, 9, 9], 0.9), flat, detection([20, 0, 29, 9], 0.5)];
  assertEquals(blended(given), given.slice(0, 2));
  const broken = detection([NaN, 0, 9, 9], 0.7);
  assertEquals(blended([given[0]!, broken, given[2]!]), [given[0]!, broken]);
  assertEquals(blended([...given, detection([0, 0, 9, 9], 0.1, 1)]).length, 3); // By class.
});

Deno.test("blended() leaves out what has no confidence to speak of", () => {
  const good = detection([0, 0, 10, 10], 0.5);
  assertEquals(blended([detection([0, 0, 10, 10], NaN), good]), [good]);
  const none = [detection([0, 0, 10, 10], 0), detection([2, 0, 12, 10], 0)];
  assertEquals(blended(none), none.slice(0, 1)); // Nothing to weight by.
});

Deno.test("blended() copes with members that lack keypoints", () => {
  const nose = { x: 3, y: 4, label: "nose" };
  const top = { ...detection([0, 0, 10, 10], 0.5), keypoints: [nose] };
  const [object] = blended([top, detection([2, 0, 12, 10], 0.5)]);
  assertEquals(object?.keypoints, [nose]);
});

Deno.test("blended() keeps the most confident objects where there are too many", () => {
  const row = [0.2, 0.9, 0.5, 0.7].map((confidence, i) =>
    detection([i * 20, 0, i * 20 + 10, 10], confidence, i % 2)
  );
  const confidences = (maxDetections: number) =>
    blended(row, { maxDetections }).map(({ confidence }) => confidence);
  assertEquals(confidences(2), [0.9, 0.7]);
  assertEquals(confidences(3), [0.9, 0.7, 0.5]);
  assertEquals(confidences(9), [0.9, 0.7, 0.5, 0.2]);
});

Deno.test("blended() leaves its input as it was", () => {
  const given = [detection([0, 0, 10, 10], 0.3), detection([1, 0, 11, 10], 0.6)];
  const before = structuredClone(given);
  blended(given);
  assertEquals(given, before);
  assertEquals(blended([]), []);
});

Deno.test("blended() takes nothing for a tie at an iou of 1", () => {
  const same = [detection([0, 0, 10, 10], 0.6), detection([0, 0, 10, 10], 0.3)];
  assertEquals(blended(same, { iou: 1 }), same);
});

Deno.test("blend() resolves each frame by itself and passes the rest on", async () => {
  const [one, other] = [detection([0, 0, 10, 10], 0.5), detection([2, 0, 12, 10], 0.5)];
  const items = [
    { frame: blackFrame(0), detections: [one, other] },
    { frame: blackFrame(1), detections: [one], isHeld: true as const },
    { frame: blackFrame(2), detections: [] },
  ];
  const results = await Array.fromAsync(ReadableStream.from(items).pipeThrough(blend()));
  assertEquals(results.map(({ frame }) => frame), items.map(({ frame }) => frame));
  assertEquals(results.map(({ isHeld }) => isHeld), [undefined, true, undefined]);
  assertEquals(results.map(({ detections }) => detections.length), [1, 1, 0]);
  assertEquals(results[0]?.detections[0]?.box, boxOf([1, 0, 11, 10]));
});

Deno.test("blend() refuses options that make no sense", () => {
  for (const iou of [-0.1, 1.1, NaN]) {
    assertThrows(
      () => blend({ iou }),
      RangeError,
      `iou must be from 0 to 1: current value is ${iou}`,
    );
  }
  for (const maxDetections of [0, -1, 1.5, NaN]) {
    assertThrows(() => blend({ maxDetections }), RangeError, `current value is ${maxDetections}`);
  }
});
