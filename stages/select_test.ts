import { assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import { detected, found } from "../tests/_detected.ts";
import { select, type SelectOptions } from "./select.ts";

/** Which of the boxes stay, in frames of 640x360. */
async function kept(boxes: Box<"frame">[], options: SelectOptions): Promise<number[]> {
  const item = detected({ detections: boxes.map((box) => found(box)) });
  const [selected] = await Array.fromAsync(
    ReadableStream.from([item]).pipeThrough(select(options)),
  );
  return selected!.detections.map(({ box }) => boxes.indexOf(box as Box<"frame">));
}

const box = (x1: number, y1: number, width: number, height: number) => (
  { x1, y1, x2: x1 + width, y2: y1 + height }
);

Deno.test("select() keeps what has its middle in one of the regions", async () => {
  const boxes = [
    box(0, 0, 100, 100),
    box(280, 0, 100, 100),
    box(260, 0, 100, 100),
    box(0, 260, 9, 9),
  ];
  const left = [[0, 0], ["50%", 0], ["50%", "50%"], [0, "50%"]] as const;
  const below = [[0, 250], [20, 250], [20, 300], [0, 300]] as const;
  assertEquals(await kept(boxes, { regions: [left] }), [0, 2]);
  assertEquals(await kept(boxes, { regions: [left, below] }), [0, 2, 3]);
  assertEquals(await kept(boxes, {}), [0, 1, 2, 3]);
});

Deno.test("select() keeps what is wide and high enough", async () => {
  const boxes = [box(0, 0, 20, 20), box(0, 0, 19, 90), box(0, 0, 90, 19), box(0, 0, 21, 400)];
  assertEquals(await kept(boxes, { minSize: 20 }), [0, 3]);
  assertEquals(await kept(boxes, { minSize: 20.5 }), [3]);
});

Deno.test("select() reads shares of each frame's own size", async () => {
  const half = [["0%", 0], ["50%", 0], ["50%", 999], [0, 999]] as const;
  const items = [200, 100].map((width, index) =>
    detected({ index, source: { width, height: 99 }, detections: [found(box(60, 0, 10, 10))] })
  );
  const selected = await Array.fromAsync(
    ReadableStream.from(items).pipeThrough(select({ regions: [half] })),
  );
  assertEquals(selected.map(({ detections }) => detections.length), [1, 0]);
});

Deno.test("select() refuses options that make no sense", () => {
  assertThrows(() => select({ minSize: -1 }), RangeError, "minSize");
  assertThrows(() => select({ minSize: NaN }), RangeError, "NaN");
  assertThrows(() => select({ regions: [[[0, 0], [1, 1]]] }), RangeError, "3 corners");
});
