import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Contour, contoursFrom } from "./contour.ts";
import { fillOutline } from "./fill_outline.ts";

/** With an em of one pixel and the baseline at the bottom, lengths are pixels. */
const OPTIONS = { fontSize: 1, height: 20, baseline: 20 };

function rectangle(x1: number, y1: number, x2: number, y2: number): Contour {
  return [{ x: x1, y: y1 }, { x: x2, y: y1 }, { x: x2, y: y2 }, { x: x1, y: y2 }];
}

function inkIn(contours: readonly Contour[]): number {
  const { alpha } = fillOutline({ contours, advance: 0 }, OPTIONS);
  return alpha.reduce((sum, value) => sum + value, 0) / 255;
}

Deno.test("fillOutline() covers each pixel by the share that lies inside", () => {
  const contours = [rectangle(1.25, 2, 3.5, 3.5)];
  const { left, width, alpha } = fillOutline({ contours, advance: 7 }, OPTIONS);
  assertEquals({ left, width }, { left: 1, width: 3 });
  const rows = [15, 16, 17, 18].map((row) => [...alpha.subarray(3 * row, 3 * row + 3)]);
  assertEquals(rows, [[0, 0, 0], [96, 128, 64], [191, 255, 128], [0, 0, 0]]);
});

Deno.test("fillOutline() fills a circle of curves with its area", () => {
  const k = 0.5522847498; // The handles of a quarter circle, within 0.03 % of the radius.
  const path =
    `M0,1C${k},1,1,${k},1,0C1,${-k},${k},-1,0,-1C${-k},-1,-1,${-k},-1,0C-1,${k},${-k},1,0,1Z`;
  const contours = contoursFrom(path, { scale: 8, x: 10, y: 10 });
  assertAlmostEquals(inkIn(contours), Math.PI * 64, 0.005 * Math.PI * 64);
});

Deno.test("fillOutline() fills a parabola with two thirds of its box", () => {
  const contours = contoursFrom("M0,0Q6,18,12,0Z", { scale: 1, x: 0, y: 1 });
  assertAlmostEquals(inkIn(contours), 12 * 9 * 2 / 3, 1);
});

Deno.test("fillOutline() unites what runs one way round and cuts out what runs the other", () => {
  const outer = rectangle(0, 0, 10, 10);
  assertAlmostEquals(inkIn([outer, rectangle(5, 5, 15, 15)]), 175, 0.1);
  assertAlmostEquals(inkIn([outer, rectangle(2, 2, 6, 6).toReversed()]), 84, 0.1);
});

Deno.test("fillOutline() leaves out what lies above or below the line", () => {
  assertAlmostEquals(inkIn([rectangle(0, -5, 4, 25)]), 80, 0.1);
  assertAlmostEquals(inkIn([rectangle(0, 30, 4, 40)]), 0, 0);
});

Deno.test("fillOutline() makes an empty sprite of a space", () => {
  const { width, alpha, advance } = fillOutline({ contours: [], advance: 0.5 }, {
    ...OPTIONS,
    fontSize: 10,
  });
  assertEquals({ width, length: alpha.length, advance }, { width: 0, length: 0, advance: 5 });
});

Deno.test("contoursFrom() scales, moves and closes each part of a path", () => {
  const contours = contoursFrom("M1,2L3,4L5,-6ZM0,0L1e1,0L0,1Z", { scale: 0.5, x: 10, y: 20 });
  assertEquals(contours, [
    [{ x: 10.5, y: 21 }, { x: 11.5, y: 22 }, { x: 12.5, y: 17 }],
    [{ x: 10, y: 20 }, { x: 15, y: 20 }, { x: 10, y: 20.5 }],
  ]);
  assert(contoursFrom("", { scale: 1, x: 0, y: 0 }).length === 0);
});
