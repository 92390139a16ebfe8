import { assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detector } from "../pipeline/detector.ts";
import type { Detected, Inferred } from "../pipeline/items.ts";
import { blackFrame } from "../tests/_frames.ts";
import { decodeBoxes, type DecodeBoxesOptions } from "./decode_boxes.ts";
import { inputOf } from "../tests/_input_of.ts";

const FIT = { scaleX: 10, scaleY: 5, offsetX: -20, offsetY: 7 };

/** A detector whose candidates are given, and that notes what it was asked. */
function detectorOf(
  candidates: Detection<"tensor">[],
): Detector & { readonly askedFor: number[] } {
  const askedFor: number[] = [];
  return {
    name: "made",
    input: inputOf(8, 8, { resize: "stretch" }),
    labels: ["car", "cat", "dog"],
    defaults: { confidence: 0.6, iou: 0.3, maxDetections: 100 },
    askedFor,
    decode(_, minConfidence) {
      askedFor.push(minConfidence);
      return candidates.filter(({ confidence }) => confidence >= minConfidence);
    },
  };
}

function candidate(
  box: Box<"tensor">,
  { confidence = 0.9, classId = 0 } = {},
): Detection<"tensor"> {
  return { box, confidence, classId, label: ["car", "cat", "dog"][classId]! };
}

const UNIT: Box<"tensor"> = { x1: 1, y1: 2, x2: 3, y2: 4 };

async function decoded(
  detector: Detector,
  options?: DecodeBoxesOptions,
  hasOutputs = [true],
): Promise<Detected[]> {
  const items: Inferred[] = hasOutputs.map((has, index) => ({
    frame: blackFrame(index),
    ...has && { outputs: {} },
    fit: FIT,
  }));
  const stage = decodeBoxes(detector, options);
  return await Array.fromAsync(ReadableStream.from(items).pipeThrough(stage));
}

Deno.test("decodeBoxes() projects boxes and keypoints into the frame", async () => {
  const keypoints = [{ x: 0, y: 0, label: "nose" }, { x: 2.5, y: -1, label: "ear" }];
  const [item] = await decoded(detectorOf([{ ...candidate(UNIT), keypoints }]));
  assertEquals(item?.detections, [{
    box: { x1: -10, y1: 17, x2: 10, y2: 27 },
    confidence: 0.9,
    classId: 0,
    label: "car",
    keypoints: [{ x: -20, y: 7, label: "nose" }, { x: 5, y: 2, label: "ear" }],
  }]);
  assertEquals(item !== undefined && "isHeld" in item, false);
});

Deno.test("decodeBoxes() asks for the detector's own confidence unless told otherwise", async () => {
  const detector = detectorOf([0.5, 0.6, 0.7].map((confidence) => candidate(UNIT, { confidence })));
  const [recommended] = await decoded(detector);
  const [lower] = await decoded(detector, { minConfidence: 0.55 });
  assertEquals(detector.askedFor, [0.6, 0.55]);
  assertEquals(recommended?.detections.map(({ confidence }) => confidence), [0.6, 0.7]);
  assertEquals(lower?.detections.length, 2);
});

Deno.test("decodeBoxes() holds the last candidates on frames without outputs", async () => {
  const found: Detection<"tensor">[] = [];
  const detector = { ...detectorOf([]), decode: () => found.splice(0) };
  found.push(candidate(UNIT));
  const items = await decoded(detector, {}, [false, true, false, false, true, false]);
  assertEquals(items.map(({ detections }) => detections.length), [0, 1, 1, 1, 0, 0]);
  assertEquals(items.map(({ isHeld }) => isHeld ?? false), [true, false, true, true, false, true]);
  assertEquals(items.map(({ frame }) => frame.index), [0, 1, 2, 3, 4, 5]);
  assertEquals(items[3]?.detections, items[1]?.detections);
});

Deno.test("decodeBoxes() leaves out boxes that are inside out or not finite", async () => {
  const wrong = [
    { ...UNIT, x2: 0.5 },
    { ...UNIT, y2: 1.5 },
    { ...UNIT, x1: NaN },
    { ...UNIT, y2: NaN },
    { ...UNIT, x2: Infinity },
    { ...UNIT, x1: -Infinity, x2: -Infinity },
  ];
  const flat = { ...UNIT, x2: 1 }; // MediaPipe keeps it.
  const [item] = await decoded(detectorOf([...wrong, flat].map((box) => candidate(box))));
  assertEquals(item?.detections.map(({ box }) => box), [{ x1: -10, y1: 17, x2: -10, y2: 27 }]);
});

Deno.test("decodeBoxes() keeps the classes wanted, by name or by number", async () => {
  const detector = detectorOf([0, 1, 2, 1].map((classId) => candidate(UNIT, { classId })));
  for (
    const [classes, expected] of [
      [["cat"], [1, 1]],
      [[2, "car"], [0, 2]],
      [[1, "cat"], [1, 1]],
      [undefined, [0, 1, 2, 1]],
    ] as const
  ) {
    const [item] = await decoded(detector, classes && { classes });
    assertEquals(item?.detections.map(({ classId }) => classId), [...expected]);
  }
});

Deno.test("decodeBoxes() names the known classes where one is unknown", () => {
  const known = `known are 0 "car", 1 "cat", 2 "dog"`;
  for (const unknown of ["cow", 3, -1, 0.5, "0"]) {
    const message = `there is no class ${JSON.stringify(unknown)}: ${known}`;
    assertThrows(() => decodeBoxes(detectorOf([]), { classes: [unknown] }), RangeError, message);
  }
  assertThrows(() => decodeBoxes(detectorOf([]), { classes: [] }), RangeError, "classes is empty");
});

Deno.test("decodeBoxes() refuses a confidence that is not from 0 to 1", () => {
  for (const minConfidence of [-0.1, 1.1, NaN]) {
    assertThrows(
      () => decodeBoxes(detectorOf([]), { minConfidence }),
      RangeError,
      `current value is ${minConfidence}`,
    );
  }
});
