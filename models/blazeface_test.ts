import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { blazeface, blazefaceAnchors, type BlazefaceVariant } from "./blazeface.ts";

/** Outputs of which all say "no face", but one anchor. */
function outputsOf(anchors: number, anchor: number, logit: number, numbers: readonly number[]) {
  const regressors = new Float32Array(anchors * 16);
  regressors.set(numbers, anchor * 16);
  const logits = new Float32Array(anchors).fill(-1000);
  logits[anchor] = logit;
  return {
    boxes: { dims: [1, anchors, 16], data: regressors },
    confidences: { dims: [1, anchors, 1], data: logits },
  };
}

const SIXTEEN = [10, -4, 30, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

// Two layers of cells: 16x16 with 2 anchors each, then 8x8 with 6 each.
Deno.test.each([
  { anchor: 0, x: 4, y: 4 },
  { anchor: 1, x: 4, y: 4 },
  { anchor: 2, x: 12, y: 4 },
  { anchor: 33, x: 4, y: 12 },
  { anchor: 511, x: 124, y: 124 },
  { anchor: 512, x: 8, y: 8 },
  { anchor: 518, x: 24, y: 8 },
  { anchor: 560, x: 8, y: 24 },
  { anchor: 895, x: 120, y: 120 },
])("blazefaceAnchors() puts anchor $anchor of the short range at ($x, $y)", ({ anchor, x, y }) => {
  const anchors = blazefaceAnchors("short");
  assertEquals(anchors.length, 4 * 896);
  assertEquals([...anchors.subarray(4 * anchor, 4 * anchor + 4)], [x, y, 128, 128]);
});

Deno.test("blazefaceAnchors() has one anchor for each of the full range's 48x48 cells", () => {
  const anchors = blazefaceAnchors("full");
  assertEquals(anchors.length, 4 * 2304);
  assertEquals([...anchors.subarray(0, 8)], [2, 2, 192, 192, 6, 2, 192, 192]);
  assertEquals([...anchors.subarray(192, 196)], [2, 6, 192, 192]);
  assertEquals([...anchors.subarray(-4)], [190, 190, 192, 192]);
});

Deno.test("blazeface() decodes a box and its points from its anchor's centre", () => {
  // Anchor 33 lies at (4, 12); a logit of ln 9 is a confidence of 9 / 10.
  const outputs = outputsOf(896, 33, Math.log(9), SIXTEEN);
  const faces = blazeface({ variant: "short" }).decode(outputs, 0.5);
  const [face] = faces;
  assert(face && faces.length === 1);
  assertEquals(face.box, { x1: -1, y1: -2, x2: 29, y2: 18 });
  assertAlmostEquals(face.confidence, 0.9, 1e-6);
  assertEquals([face.classId, face.label], [0, "face"]);
  assertEquals(face.keypoints, [
    { label: "right eye", x: 5, y: 14 },
    { label: "left eye", x: 7, y: 16 },
    { label: "nose tip", x: 9, y: 18 },
    { label: "mouth centre", x: 11, y: 20 },
    { label: "right ear tragion", x: 13, y: 22 },
    { label: "left ear tragion", x: 15, y: 24 },
  ]);
});

Deno.test.each<{ variant: BlazefaceVariant; anchors: number; size: number; confidence: number }>([
  { variant: "short", anchors: 896, size: 128, confidence: 0.5 },
  { variant: "full", anchors: 2304, size: 192, confidence: 0.6 },
  { variant: "back", anchors: 896, size: 256, confidence: 0.65 },
])("blazeface() reads $variant as MediaPipe's graph has it", (facts) => {
  const { input, defaults, decode } = blazeface({ variant: facts.variant });
  assertEquals([input.width, input.height], [facts.size, facts.size]);
  assertEquals([defaults.confidence, defaults.iou], [facts.confidence, 0.3]);
  // The range is from -1 to 1, and the border black, so -1.
  assertEquals([(0 - input.mean[0]) / input.std[0], (255 - input.mean[2]) / input.std[2]], [-1, 1]);
  assertEquals(input.border, [0, 0, 0]);
  const last = decode(outputsOf(facts.anchors, facts.anchors - 1, 5, SIXTEEN), 0.5)[0];
  const lastCell = { short: 16, full: 4, back: 32 }[facts.variant];
  assertEquals(last?.box.x1, facts.size - lastCell / 2 + 10 - 15);
});

Deno.test("blazeface() keeps what is just as confident as asked, and nothing below", () => {
  const { decode } = blazeface({ variant: "short" });
  assertEquals(decode(outputsOf(896, 5, 0, SIXTEEN), 0.5).length, 1);
  assertEquals(decode(outputsOf(896, 5, -1e-3, SIXTEEN), 0.5).length, 0);
  assertEquals(decode(outputsOf(896, 5, 1e30, SIXTEEN), 1).length, 1);
  assertEquals(decode(outputsOf(896, 5, 0, SIXTEEN), 0).length, 896);
});

Deno.test.each([
  { flaw: "a width below 0", numbers: [0, 0, -1, 20] },
  { flaw: "a height below 0", numbers: [0, 0, 20, -1] },
  { flaw: "a width that is no number", numbers: [0, 0, NaN, 20] },
  { flaw: "a centre that is no number", numbers: [NaN, 0, 20, 20] },
  { flaw: "an endless height", numbers: [0, 0, 20, Infinity] },
])("blazeface() leaves out a box of $flaw", ({ numbers }) => {
  assertEquals(blazeface({ variant: "short" }).decode(outputsOf(896, 5, 9, numbers), 0.5), []);
});

Deno.test("blazeface() leaves out a confidence that is no number", () => {
  assertEquals(
    blazeface({ variant: "short" }).decode(outputsOf(896, 5, NaN, SIXTEEN), 0),
    [
      ...blazeface({ variant: "short" }).decode(outputsOf(896, 5, -1000, SIXTEEN), 0),
    ].toSpliced(5, 1),
  );
});

Deno.test("blazeface() refuses outputs of another network, and says what it saw", () => {
  assertThrows(
    () => blazeface({ variant: "full" }).decode(outputsOf(896, 5, 9, SIXTEEN), 0.5),
    ModelError,
    "outputs of [1,896,16] and [1,896,1]: [1,2304,16] is missing",
  );
});

Deno.test("blazeface() refuses a variant that there is not", () => {
  // @ts-expect-error: only the three variants are of its type.
  assertThrows(() => blazeface({ variant: "toString" }), TypeError, 'current value is "toString"');
});
