import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import { merged, mergedSlices, mergeSlices } from "./merge_slices.ts";

const LABELS = ["car", "cat", "dog"];

function found(box: Box<"frame">, confidence = 0.5, classId = 0): Detection {
  return { box, confidence, classId, label: LABELS[classId]! };
}

/** Objects that were each found several times, in whole and in part. */
function crowd(seed: number, objects = 60): Detection[] {
  const random = seededRandom(seed);
  return Array.from({ length: objects }, () => {
    const [x, y] = [random.uniform() * 800, random.uniform() * 400];
    const [width, height] = [10 + random.uniform() * 90, 10 + random.uniform() * 90];
    const classId = random.below(3);
    return Array.from({ length: 1 + random.below(5) }, () => {
      const x1 = x + (random.uniform() - 0.3) * width;
      const y1 = y + (random.uniform() - 0.3) * height;
      const box = {
        x1,
        y1,
        x2: x1 + width * (0.4 + 0.7 * random.uniform()),
        y2: y1 + height * (0.4 + 0.7 * random.uniform()),
      };
      return found(box, random.uniform(), classId);
    });
  }).flat();
}

/**
 * SAHI's rules, with every box compared with every other: `greedy_nmm` finds whose boxes go to whom by
 * the boxes as they were found, then `GreedyNMMPostprocess` joins those that match what has grown.
 */
function mergedBySahi(detections: readonly Detection[], threshold: number): Detection[] {
  const ios = (a: Box<"frame">, b: Box<"frame">) => {
    const areas = [a, b].map(({ x1, y1, x2, y2 }) => (x2 - x1) * (y2 - y1));
    const width = Math.max(Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1), 0);
    const height = Math.max(Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1), 0);
    return (width * height) / Math.min(...areas);
  };
  const kept: Detection[] = [];
  for (const classId of LABELS.keys()) {
    let order = detections.filter((one) => one.classId === classId)
      .toSorted((a, b) => a.confidence - b.confidence);
    while (order.length > 0) {
      let top = order.pop()!;
      const matches = order.filter(({ box }) => !(ios(top.box, box) < threshold)).reverse();
      order = order.filter((one) => !matches.includes(one));
      for (const { box } of matches) {
        if (!(ios(top.box, box) > threshold)) continue;
        top = {
          ...top,
          box: {
            x1: Math.min(top.box.x1, box.x1),
            y1: Math.min(top.box.y1, box.y1),
            x2: Math.max(top.box.x2, box.x2),
            y2: Math.max(top.box.y2, box.y2),
          },
        };
      }
      kept.push(top);
    }
  }
  return kept.sort((a, b) => b.confidence - a.confidence);
}

Deno.test("merged() gives what SAHI's greedy merging gives, at all overlaps", () => {
  let gone = 0;
  for (let seed = 0; seed < 40; seed++) {
    const detections = crowd(seed);
    for (const overlap of [0.2, 0.5, 0.8, 1]) {
      const expected = mergedBySahi(detections, overlap);
      assertEquals(merged(detections, { overlap }), expected);
      gone += detections.length - expected.length;
    }
  }
  assert(gone > 1000); // There was something to merge.
});

Deno.test("merged() lets no doubtful detection make a box grow", () => {
  for (let seed = 0; seed < 20; seed++) {
    const detections = crowd(seed);
    const sure = detections.filter(({ confidence }) => confidence >= 0.6);
    const all = merged(detections, { minConfidence: 0.6 });
    assertEquals(all.filter(({ confidence }) => confidence >= 0.6), merged(sure));
    assert(all.length > merged(sure).length);
  }
});

Deno.test("merged() leaves boxes without area alone, and those that are no boxes out", () => {
  const line = found({ x1: 5, y1: 0, x2: 5, y2: 10 }, 0.4);
  const whole = found({ x1: 0, y1: 0, x2: 10, y2: 10 }, 0.5);
  const odd = [
    found({ x1: 0, y1: 0, x2: Infinity, y2: 10 }, 0.9),
    found({ x1: NaN, y1: 0, x2: 1, y2: 10 }, 0.9),
    found({ x1: 0, y1: 0, x2: 1, y2: 1 }, NaN),
  ];
  assertEquals(merged([line, ...odd, whole]), [whole, line]);
  assertEquals(merged([]), []);
});

Deno.test("mergedSlices() resolves ties slice by slice, then merges, and forgets the slices", () => {
  const box = (x1: number, x2: number) => ({ x1, y1: 0, x2, y2: 100 });
  const keypoints = [{ label: "nose", x: 1, y: 2 }];
  const candidates = [
    { ...found(box(0, 100), 0.9), slice: 0, keypoints },
    { ...found(box(40, 140), 0.8), slice: 0 }, // Another object: an IoU of 0.43 only.
    { ...found(box(2, 102), 0.7), slice: 0 },
    { ...found(box(20, 120), 0.6), slice: 1 },
    found(box(500, 600), 0.5),
    { ...found(box(0, 100), 0.5, 1), slice: 1 },
  ];
  const expected = [
    { ...found(box(0, 140), 0.9), keypoints },
    found(box(500, 600), 0.5),
    found(box(0, 100), 0.5, 1),
  ];
  assertEquals(mergedSlices(candidates, { ties: "suppress", iou: 0.5 }), expected);
  const [first] = mergedSlices(candidates.slice(0, 3), { ties: "blend", iou: 0.5, overlap: 1 });
  assertAlmostEquals(first!.box.x1, 0.7 * 2 / 1.6, 1e-9);
  assertAlmostEquals(first!.box.x2, (0.9 * 100 + 0.7 * 102) / 1.6, 1e-9);
  assertEquals(
    mergedSlices(candidates, { ties: "suppress", iou: 0.5, maxDetections: 1 }),
    expected.slice(0, 1),
  );
});

Deno.test("mergeSlices() refuses options that make no sense", () => {
  assertThrows(() => mergeSlices({ overlap: 0 }), RangeError, "overlap must be above 0");
  assertThrows(() => mergeSlices({ overlap: NaN }), RangeError, "NaN");
  assertThrows(() => mergeSlices({ iou: 2 }), RangeError, "iou");
  assertThrows(() => mergeSlices({ minConfidence: -1 }), RangeError, "minConfidence");
  assertThrows(() => mergeSlices({ maxDetections: 0 }), RangeError, "maxDetections");
  assertThrows(() => mergeSlices({ ties: "none" as "blend" }), TypeError, "none");
});
