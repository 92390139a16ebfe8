import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../box.ts";
import type { Detection } from "../detection.ts";
import {
  interOcularDistance,
  perturbationJitter,
  type PerturbedPicture,
  sizeOf,
} from "./perturbation.ts";
import { seededRandom } from "./random.ts";

function face(box: Box<"frame">, classId = 0): Detection {
  const y = box.y1 + 10;
  const keypoints = [
    { label: "right eye", x: box.x1 + 5, y },
    { label: "left eye", x: box.x1 + 25, y },
  ];
  return { box, confidence: 0.9, classId, label: "face", keypoints };
}

const BOX = { x1: 100, y1: 100, x2: 140, y2: 190 };
const PICTURE = { width: 400, height: 300, detections: [face(BOX)] };

function moved({ x1, y1, x2, y2 }: Box<"frame">, dx: number, dy: number): Box<"frame"> {
  return { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy };
}

/** Pictures of one object, found in each picture and view with an error of its own. */
function noisyPictures(sigma: number, scale = 1): PerturbedPicture[] {
  const random = seededRandom(4);
  const found = (dx: number, dy: number) => {
    const error = () => sigma * random.normal();
    const box = moved(BOX, dx, dy);
    return face({
      x1: (box.x1 + error()) * scale,
      y1: (box.y1 + error()) * scale,
      x2: (box.x2 + error()) * scale,
      y2: (box.y2 + error()) * scale,
    });
  };
  return Array.from({ length: 400 }, () => ({
    width: 400 * scale,
    height: 300 * scale,
    detections: [found(0, 0)],
    views: [[0, 3], [2, 0], [5, 7], [-4, 1]].map(([dx, dy]) => ({
      dx: dx! * scale,
      dy: dy! * scale,
      detections: [found(dx!, dy!)],
    })),
  }));
}

Deno.test("perturbationJitter() is 0 where everything follows the picture", () => {
  const views = [[1, 0], [0, 8], [-3, 5]].map(([dx, dy]) => ({
    dx: dx!,
    dy: dy!,
    detections: [face(moved(BOX, dx!, dy!))],
  }));
  for (const points of ["box", "keypoints"] as const) {
    const { byShift, ...jitter } = perturbationJitter([{ ...PICTURE, views }], { points });
    assertAlmostEquals(jitter.jitterPercent!, 0);
    assertEquals([jitter.flipRatePercent, jitter.pairs, jitter.unmeasured], [0, 3, 0]);
    assertEquals(byShift.map(({ dx, dy, pairs }) => [dx, dy, pairs]), [[1, 0, 1], [0, 8, 1], [
      -3,
      5,
      1,
    ]]);
  }
});

Deno.test("perturbationJitter() is the distance over the normaliser, by axis and by shift", () => {
  const views = [
    { dx: 4, dy: 0, detections: [face(moved(BOX, 4 + 3, 0))] },
    { dx: 0, dy: 4, detections: [face(moved(BOX, 0, 4 - 4))] },
  ];
  const jitter = perturbationJitter([{ ...PICTURE, views }], { normaliser: interOcularDistance });
  assertAlmostEquals(jitter.jitterPercent!, 100 * Math.sqrt((9 + 16) / 2) / 20);
  assertAlmostEquals(jitter.xPercent!, 100 * Math.sqrt(9 / 2 / 2) / 20);
  assertAlmostEquals(jitter.yPercent!, 100 * Math.sqrt(16 / 2 / 2) / 20);
  assertAlmostEquals(jitter.byShift[0]!.jitterPercent!, 15);
  assertAlmostEquals(jitter.byShift[1]!.jitterPercent!, 20);
  const bySize = perturbationJitter([{ ...PICTURE, views }]);
  assertAlmostEquals(bySize.jitterPercent!, 100 * Math.sqrt(12.5) / 60);
});

Deno.test("perturbationJitter() reads independent errors back, at any scale", () => {
  const jitter = perturbationJitter(noisyPictures(1.5), { normaliser: () => 60 });
  // 1600 pairs, of which four share an original: about 2 % of standard error.
  assertAlmostEquals(jitter.xPercent!, 2.5, 0.15);
  assertAlmostEquals(jitter.yPercent!, 2.5, 0.15);
  assertAlmostEquals(jitter.jitterPercent!, 5, 0.2);
  const large = perturbationJitter(noisyPictures(1.5, 3), { normaliser: () => 180 });
  assertAlmostEquals(large.jitterPercent!, jitter.jitterPercent!, 1e-9);
  assertEquals(jitter.byObject.length, 400);
  const squares = jitter.byObject.reduce((sum, row) => sum + row.jitterPercent! ** 2, 0);
  assertAlmostEquals(Math.sqrt(squares / 400), jitter.jitterPercent!, 1e-9);
});

Deno.test("perturbationJitter() counts what comes and goes, and pairs within a class", () => {
  const views = [
    { dx: 1, dy: 0, detections: [] },
    { dx: 0, dy: 1, detections: [face(moved(BOX, 0, 1)), face(moved(BOX, 120, 1))] },
    { dx: 1, dy: 1, detections: [face(moved(BOX, 1, 1), 3)] },
  ];
  const { flipRatePercent, pairs, byObject } = perturbationJitter([{ ...PICTURE, views }]);
  // One lost; a pair and one that appeared; one lost and one of another class.
  assertAlmostEquals(flipRatePercent!, 100 * 4 / 6);
  assertEquals(pairs, 1);
  assertEquals(byObject.length, 1);
  assertAlmostEquals(byObject[0]!.flipRatePercent!, 100 * 2 / 4);
});

Deno.test("perturbationJitter() leaves out objects that a shift cuts off", () => {
  const atEdge = { x1: 3, y1: 100, x2: 43, y2: 190 };
  const picture = {
    ...PICTURE,
    detections: [face(BOX), face(atEdge)],
    views: [
      { dx: -8, dy: 0, detections: [face(moved(BOX, -8, 0)), face({ ...atEdge, x1: 0, x2: 35 })] },
      // What appears at the other edge may have been cut off before.
      { dx: 8, dy: 0, detections: [face(moved(BOX, 8, 0)), face(moved(BOX, 8 + 255, 0))] },
    ],
  };
  const { jitterPercent, flipRatePercent, pairs } = perturbationJitter([picture]);
  assertAlmostEquals(jitterPercent!, 0);
  assertEquals([flipRatePercent, pairs], [0, 2]);
});

Deno.test("perturbationJitter() keeps a wider margin where asked, and counts what it leaves out", () => {
  const views = [{ dx: 0, dy: 0, detections: [face(BOX)] }];
  const within = { ...PICTURE, views };
  assertEquals([perturbationJitter([within]).pairs, perturbationJitter([within]).nearEdge], [1, 0]);
  const { pairs, detections, nearEdge } = perturbationJitter([
    { ...within, margin: { x: 101, y: 0 } },
    { ...within, margin: { x: 100, y: 100 } },
  ]);
  assertEquals([pairs, detections, nearEdge], [1, 2, 1]);
});

Deno.test("perturbationJitter() tells how sizes and confidences change", () => {
  const enlarged = { ...face({ ...BOX, x2: BOX.x1 + 40 * 1.21 }), confidence: 0.75 };
  const original = { ...face(BOX), confidence: 0.5 };
  const row = perturbationJitter([{
    ...PICTURE,
    detections: [original],
    views: [{ dx: 0, dy: 0, detections: [enlarged] }, { dx: 0, dy: 0, detections: [original] }],
  }]);
  // √1.21 = 1.1, and the odds rise from 1 to 3; in one of two views.
  assertAlmostEquals(row.logScalePercent!, 100 * Math.log(1.1) / Math.sqrt(2));
  assertAlmostEquals(row.logitDeviation!, Math.log(3) / 2);
});

Deno.test("perturbationJitter() gives no number of nothing, and says what it could not measure", () => {
  const empty = perturbationJitter([{ ...PICTURE, detections: [], views: [] }]);
  assertEquals([empty.jitterPercent, empty.flipRatePercent, empty.pairs], [
    undefined,
    undefined,
    0,
  ]);
  const { keypoints: _, ...blind } = face(BOX);
  const views = [{ dx: 0, dy: 0, detections: [blind] }];
  const unmeasured = perturbationJitter([{ ...PICTURE, detections: [blind], views }], {
    normaliser: interOcularDistance,
  });
  assertEquals([unmeasured.jitterPercent, unmeasured.unmeasured], [undefined, 1]);
  assertEquals(unmeasured.flipRatePercent, 0);
});

Deno.test("perturbationJitter() refuses keypoints that do not belong together", () => {
  const { keypoints: _, ...blind } = face(BOX);
  const views = [{ dx: 0, dy: 0, detections: [blind] }];
  const pictures = [{ ...PICTURE, views }];
  assertThrows(() => perturbationJitter(pictures, { points: "keypoints" }), RangeError, "2 and 0");
  assertThrows(() => perturbationJitter([], { minIou: 2 }), RangeError, "minIou");
});

Deno.test("sizeOf() and interOcularDistance() are in pixels", () => {
  assertEquals(sizeOf(face(BOX)), 60);
  assertEquals(interOcularDistance(face(BOX)), 20);
  assert(sizeOf(face({ ...BOX, x2: 90 })) === 0);
});
