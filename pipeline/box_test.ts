import { assertAlmostEquals, assertEquals } from "@std/assert";
import { areaOf, type Box, clippedTo, iouOf } from "./box.ts";

const BOX: Box<"frame"> = { x1: 10, y1: 20, x2: 40, y2: 60 };

Deno.test("areaOf() is width times height, and 0 for a box that is inside out", () => {
  assertEquals(areaOf(BOX), 1200);
  assertEquals(areaOf({ ...BOX, x2: 5 }), 0);
  assertEquals(areaOf({ ...BOX, x2: 5, y2: 10 }), 0);
});

Deno.test("iouOf() is 1 for equal boxes, 0 for boxes that touch, and symmetric", () => {
  const right = { ...BOX, x1: 40, x2: 70 };
  const part = { ...BOX, x1: 25, y1: 40 };
  assertEquals(iouOf(BOX, BOX), 1);
  assertEquals(iouOf(BOX, right), 0);
  assertEquals(iouOf(BOX, part), 300 / 1200);
  assertEquals(iouOf(part, BOX), 300 / 1200);
});

Deno.test("iouOf() does not change when both boxes are moved and stretched", () => {
  const other = { x1: 17, y1: 5, x2: 55, y2: 47 };
  const moved = ({ x1, y1, x2, y2 }: Box<"frame">) => ({
    x1: x1 * 3 - 7,
    y1: y1 * 0.5 + 2,
    x2: x2 * 3 - 7,
    y2: y2 * 0.5 + 2,
  });
  // 23 x 27 shared, of 1200 and 38 x 42.
  assertAlmostEquals(iouOf(BOX, other), 621 / (1200 + 1596 - 621));
  assertAlmostEquals(iouOf(moved(BOX), moved(other)), 621 / (1200 + 1596 - 621));
});

Deno.test("iouOf() is 0 for boxes without area, inside out or not a number", () => {
  const odd = [
    { ...BOX, x2: 10 },
    { ...BOX, x1: 40, x2: 10 },
    { x1: 40, y1: 60, x2: 10, y2: 20 },
    { ...BOX, y1: NaN },
  ];
  for (const box of odd) {
    assertEquals([iouOf(box, box), iouOf(box, BOX), iouOf(BOX, box)], [0, 0, 0]);
  }
});

Deno.test("clippedTo() keeps what lies in the picture, and nothing of what lies outside", () => {
  const size = { width: 30, height: 50 };
  assertEquals(clippedTo(BOX, size), { x1: 10, y1: 20, x2: 30, y2: 50 });
  assertEquals(clippedTo({ x1: -5, y1: -5, x2: 5, y2: 5 }, size), { x1: 0, y1: 0, x2: 5, y2: 5 });
  const outside: Box<"frame"> = clippedTo({ x1: 31, y1: 0, x2: 99, y2: 9 }, size);
  assertEquals(outside, { x1: 30, y1: 0, x2: 30, y2: 9 });
  assertEquals(areaOf(outside), 0);
});

Deno.test("boxes of two spaces do not mix", () => {
  const inTensor: Box<"tensor"> = { x1: 0, y1: 0, x2: 1, y2: 1 };
  // @ts-expect-error: One lies in the frame, the other in the tensor.
  assertEquals(iouOf(BOX, inTensor), 0);
  // @ts-expect-error: A box of the tensor is none of the frame.
  const inFrame: Box<"frame"> = inTensor;
  assertEquals(areaOf(inFrame), 1);
});
