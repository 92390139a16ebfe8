import { assert, assertEquals } from "@std/assert";
import type { Box } from "../../pipeline/box.ts";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { BoxIndex } from "./box_index.ts";

/** Boxes of very different sizes, evenly spread over a square. */
function boxesIn(side: number, count: number, seed: number): Box<"frame">[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const [x1, y1] = [random.uniform() * side - 50, random.uniform() * side - 50];
    const size = Math.exp(random.uniform() * 4) * 2; // From 2 to 109 pixels.
    return { x1, y1, x2: x1 + size, y2: y1 + size * (0.3 + 2 * random.uniform()) };
  });
}

function isOverlapping(a: Box<"frame">, b: Box<"frame">): boolean {
  return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

Deno.test("BoxIndex finds all boxes that overlap, and none that was taken out", () => {
  const boxes = [
    ...boxesIn(600, 400, 1),
    { x1: 0, y1: 0, x2: 600, y2: 600 },
    { x1: 5, y1: 5, x2: 5, y2: 9 },
  ];
  const index = new BoxIndex(boxes);
  const left = new Set(boxes.keys());
  for (const [place, box] of boxes.entries()) {
    const near = new Set(index.near(box));
    assertEquals(near.difference(left).size, 0);
    for (const other of left) {
      if (isOverlapping(box, boxes[other]!)) assert(near.has(other), `${place}, ${other}`);
    }
    if (place % 3 === 0) {
      index.delete(place);
      left.delete(place);
    }
  }
});

/** How many boxes are compared when each is compared with those near it. */
function comparisonsOf(boxes: readonly Box<"frame">[]): number {
  const index = new BoxIndex(boxes);
  return boxes.reduce((sum, box) => sum + index.near(box).length, 0);
}

Deno.test("BoxIndex compares in proportion to the number of boxes, where they are as dense", () => {
  const [few, many] = [
    comparisonsOf(boxesIn(2000, 1000, 2)),
    comparisonsOf(boxesIn(8000, 16000, 3)),
  ];
  assert(many < 18 * few, `${many} comparisons of 16 times as many boxes, ${few} before`);
  assert(many < 16000 ** 2 / 100, `${many} comparisons`);
});
