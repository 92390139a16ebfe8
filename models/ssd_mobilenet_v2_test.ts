import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { ssdMobilenetV2 } from "./ssd_mobilenet_v2.ts";

const ANCHORS = 1917;

/** MediaPipe's own anchors: see ORIGIN.md there. */
const GOLDEN = (await Deno.readTextFile(
  new URL("../tests/fixtures/ssd/mediapipe_anchors.csv", import.meta.url),
)).trim().split("\n").slice(1).map((row) => row.split(",").map(Number));

/** Outputs of which one anchor is sure of a class, and the others of none. */
function outputsOf(
  anchor: number,
  logits: Readonly<Record<number, number>>,
  numbers: readonly number[] = [0, 0, 0, 0],
) {
  const boxes = new Float32Array(ANCHORS * 4);
  boxes.set(numbers, anchor * 4);
  const classes = new Float32Array(ANCHORS * 24).fill(-1000);
  for (const [column, logit] of Object.entries(logits)) {
    classes[anchor * 24 + Number(column)] = logit;
  }
  return {
    "raw_outputs/box_encodings": { dims: [1, ANCHORS, 4], data: boxes },
    "raw_outputs/class_predictions": { dims: [1, ANCHORS, 24], data: classes },
  };
}

Deno.test("ssdMobilenetV2() has MediaPipe's anchors", () => {
  assert(GOLDEN.length > 60);
  const { decode } = ssdMobilenetV2();
  for (const [anchor = NaN, x = NaN, y = NaN, width = NaN, height = NaN] of GOLDEN) {
    const [found, ...others] = decode(outputsOf(anchor, { 4: 5 }), 0.5);
    assert(found && others.length === 0, `anchor ${anchor}`);
    const { x1, y1, x2, y2 } = found.box;
    assertAlmostEquals((x1 + x2) / 2 / 300, x, 2e-6, `anchor ${anchor}`);
    assertAlmostEquals((y1 + y2) / 2 / 300, y, 2e-6, `anchor ${anchor}`);
    assertAlmostEquals((x2 - x1) / 300, width, 6e-6, `anchor ${anchor}`);
    assertAlmostEquals((y2 - y1) / 300, height, 6e-6, `anchor ${anchor}`);
  }
});

Deno.test("ssdMobilenetV2() moves and scales an anchor by y, x, height and width", () => {
  // The last anchors: those of the only cell, of which the first is 285 pixels square.
  const numbers = [1, -2, 5 * Math.log(2), 5 * Math.log(3)];
  const [found] = ssdMobilenetV2().decode(outputsOf(1911, { 23: 5 }, numbers), 0.5);
  assert(found);
  const { x1, y1, x2, y2 } = found.box;
  assertAlmostEquals((y1 + y2) / 2, 150 + 28.5, 1e-4);
  assertAlmostEquals((x1 + x2) / 2, 150 - 57, 1e-4);
  assertAlmostEquals(y2 - y1, 2 * 285, 1e-3);
  assertAlmostEquals(x2 - x1, 3 * 285, 1e-3);
  assertEquals([found.classId, found.label], [22, "Car"]);
});

Deno.test("ssdMobilenetV2() takes an anchor's best class, by its logistic function", () => {
  const { decode } = ssdMobilenetV2();
  const found = decode(outputsOf(7, { 4: Math.log(9), 5: Math.log(4), 0: 50 }), 0.5);
  assertEquals(found.map(({ label }) => label), ["Person"]);
  assertAlmostEquals(found[0]!.confidence, 0.9, 1e-6);
});

Deno.test("ssdMobilenetV2() keeps what is just as confident as asked, and nothing below", () => {
  const { decode } = ssdMobilenetV2();
  assertEquals(decode(outputsOf(7, { 4: 0 }), 0.5).length, 1);
  assertEquals(decode(outputsOf(7, { 4: -1e-3 }), 0.5).length, 0);
  assertEquals(decode(outputsOf(7, { 4: 1e30 }), 1).length, 1);
  assertEquals(decode(outputsOf(7, { 4: NaN }), 0.5).length, 0);
});

Deno.test.each([
  { flaw: "a centre that is no number", numbers: [NaN, 0, 0, 0] },
  { flaw: "an endless width", numbers: [0, 0, 0, 1e6] },
])("ssdMobilenetV2() leaves out a box of $flaw", ({ numbers }) => {
  assertEquals(ssdMobilenetV2().decode(outputsOf(7, { 4: 9 }, numbers), 0.5), []);
});

Deno.test("ssdMobilenetV2() refuses outputs of another network, and says what it saw", () => {
  const { "raw_outputs/box_encodings": boxes } = outputsOf(0, {});
  assertThrows(
    () => ssdMobilenetV2().decode({ "raw_outputs/box_encodings": boxes, other: boxes }, 0.5),
    ModelError,
    `outputs "raw_outputs/box_encodings" of [1,1917,4] and "other" of [1,1917,4]: ` +
      `"raw_outputs/class_predictions" of [1,1917,24] is missing`,
  );
});
