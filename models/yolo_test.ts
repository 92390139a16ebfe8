import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { yolo, type YoloOptions } from "./yolo.ts";

const OPTIONS: YoloOptions = {
  name: "made",
  size: { width: 64, height: 32 },
  labels: ["car", "bus"],
  heads: [{ output: "head", anchors: [[10, 20], [30, 8]] }],
};

/** An output of two anchors, two classes and 2x4 cells in which nothing is found. */
function emptyHead() {
  const data = new Float32Array(2 * 7 * 2 * 4).fill(-20);
  const set = (place: { anchor: number; row: number; column: number }, numbers: number[]) => {
    for (const [i, number] of numbers.entries()) {
      data[((place.anchor * 7 + i) * 2 + place.row) * 4 + place.column] = number;
    }
  };
  return { outputs: { head: { dims: [1, 14, 2, 4], data } }, set };
}

/** The logit of a probability. */
function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

Deno.test("yolo() finds a box where the paper's formulas put it", () => {
  const { outputs, set } = emptyHead();
  const numbers = [logit(0.25), logit(0.5), Math.log(2), 0, logit(0.9), logit(0.2), logit(0.8)];
  set({ anchor: 1, row: 1, column: 2 }, numbers);
  const [found, ...more] = yolo(OPTIONS).decode(outputs, 0.5);
  assertEquals(more, []);
  assertEquals([found?.classId, found?.label], [1, "bus"]);
  assertAlmostEquals(found!.confidence, 0.9 * 0.8, 1e-6);
  // Cells are 16x16; the middle is at (2.25, 1.5) of them, the size (2 * 30) x 8.
  const { x1, y1, x2, y2 } = found!.box;
  for (const [i, edge] of [36 - 30, 24 - 4, 36 + 30, 24 + 4].entries()) {
    assertAlmostEquals([x1, y1, x2, y2][i]!, edge, 1e-5);
  }
});

Deno.test("yolo() reaches beyond the cell as far as scaleXY says", () => {
  const { outputs, set } = emptyHead();
  set({ anchor: 0, row: 0, column: 0 }, [20, -20, 0, 0, 20, 20, 20]);
  const heads = [{ ...OPTIONS.heads[0]!, scaleXY: 1.2 }];
  const [{ box } = { box: undefined }] = yolo({ ...OPTIONS, heads }).decode(outputs, 0.5);
  assertAlmostEquals((box!.x1 + box!.x2) / 2, 1.1 * 16, 1e-4);
  assertAlmostEquals((box!.y1 + box!.y2) / 2, -0.1 * 16, 1e-4);
});

Deno.test("yolo() needs both an object and a class, and leaves out what is no number", () => {
  const { outputs, set } = emptyHead();
  set({ anchor: 0, row: 0, column: 0 }, [0, 0, 0, 0, logit(0.7), logit(0.7), -20]); // 0.49
  set({ anchor: 0, row: 0, column: 1 }, [0, 0, 0, 0, NaN, 20, 20]);
  set({ anchor: 0, row: 0, column: 2 }, [0, 0, 0, 0, 20, NaN, NaN]);
  set({ anchor: 0, row: 0, column: 3 }, [0, 0, 0, 0, Infinity, Infinity, 0]); // Quite sure.
  const found = yolo(OPTIONS).decode(outputs, 0.5);
  assertEquals(found.map(({ confidence, classId }) => [confidence, classId]), [[1, 0]]);
  assertEquals(yolo(OPTIONS).decode(outputs, 0.48).length, 2);
});

Deno.test("yolo() joins what its heads find", () => {
  const [first, second] = [emptyHead(), emptyHead()];
  first.set({ anchor: 0, row: 0, column: 0 }, [0, 0, 0, 0, 20, 20, -20]);
  second.set({ anchor: 0, row: 0, column: 0 }, [0, 0, 0, 0, 20, -20, 20]);
  const heads = [OPTIONS.heads[0]!, { ...OPTIONS.heads[0]!, output: "other" }];
  const outputs = { ...first.outputs, other: second.outputs.head };
  const found = yolo({ ...OPTIONS, heads }).decode(outputs, 0.5);
  assertEquals(found.map(({ label }) => label), ["car", "bus"]);
});

Deno.test.each([
  { flaw: "a missing output", outputs: {} },
  {
    flaw: "an output of other channels",
    outputs: { head: { dims: [1, 18, 2, 4], data: new Float32Array(144) } },
  },
  {
    flaw: "a batch",
    outputs: { head: { dims: [2, 14, 2, 4], data: new Float32Array(224) } },
  },
])("yolo() refuses $flaw", ({ outputs }) => {
  assertThrows(() => yolo(OPTIONS).decode(outputs, 0.5), ModelError, '"head"');
});

Deno.test.each([
  { flaw: "no labels", change: { labels: [] } },
  { flaw: "no heads", change: { heads: [] } },
  { flaw: "no width", change: { size: { width: 0, height: 32 } } },
  { flaw: "an anchor of nothing", change: { heads: [{ output: "head", anchors: [[0, NaN]] }] } },
] as { flaw: string; change: Partial<YoloOptions> }[])("yolo() refuses $flaw", ({ change }) => {
  assertThrows(() => yolo({ ...OPTIONS, ...change }), RangeError, "Cannot make a YOLO");
});
