import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { averagePrecisionOf, type JudgedFrame } from "./average_precision.ts";

const BOX = { x1: 0, y1: 0, x2: 10, y2: 10 };
const FAR = { x1: 100, y1: 0, x2: 110, y2: 10 };
const NOWHERE = { x1: 200, y1: 0, x2: 210, y2: 10 };

const found = (box: typeof BOX, confidence: number) => ({ classId: 0, box, confidence });
const there = (...boxes: (typeof BOX)[]) => boxes.map((box) => ({ classId: 0, box }));

Deno.test.each<{ name: string; frames: JudgedFrame[]; ap50: number; ap: number; recall50: number }>(
  [
    {
      name: "1 where each object is found exactly",
      frames: [{ truth: there(BOX, FAR), detections: [found(BOX, 0.3), found(FAR, 0.9)] }],
      ap50: 1,
      ap: 1,
      recall50: 1,
    },
    {
      name: "0 where nothing is found",
      frames: [{ truth: there(BOX), detections: [found(FAR, 0.9)] }],
      ap50: 0,
      ap: 0,
      recall50: 0,
    },
    {
      name: "1 up to a recall of a half, and two thirds from there, for a hit, a miss, a hit",
      frames: [
        { truth: there(BOX), detections: [found(BOX, 0.9), found(NOWHERE, 0.8)] },
        { truth: there(FAR), detections: [found(FAR, 0.7)] },
      ],
      ap50: (51 + 50 * 2 / 3) / 101,
      ap: (51 + 50 * 2 / 3) / 101,
      recall50: 1,
    },
    {
      name: "a half where a wrong one comes first",
      frames: [{ truth: there(BOX), detections: [found(NOWHERE, 0.9), found(BOX, 0.8)] }],
      ap50: 1 / 2,
      ap: 1 / 2,
      recall50: 1,
    },
    {
      name: "not lessened by a second box of an object that comes behind the first",
      frames: [{ truth: there(BOX), detections: [found(BOX, 0.9), found(BOX, 0.8)] }],
      ap50: 1,
      ap: 1,
      recall50: 1,
    },
    {
      // An IoU of 0.72: enough for 0.5, 0.55, 0.6, 0.65 and 0.7.
      name: "a half over all overlaps for a box that reaches the first five",
      frames: [{ truth: there(BOX), detections: [found({ ...BOX, x2: 7.2 }, 0.9)] }],
      ap50: 1,
      ap: 1 / 2,
      recall50: 1,
    },
    {
      name: "lessened by what is found in frames without objects",
      frames: [
        { truth: [], detections: [found(BOX, 0.9)] },
        { truth: there(BOX), detections: [found(BOX, 0.8)] },
      ],
      ap50: 1 / 2,
      ap: 1 / 2,
      recall50: 1,
    },
  ],
)("averagePrecisionOf() is $name", ({ frames, ap50, ap, recall50 }) => {
  const { classes: [only], meanAp50, meanAp } = averagePrecisionOf(frames);
  assertAlmostEquals(only!.ap50, ap50, 1e-12);
  assertAlmostEquals(only!.ap, ap, 1e-12);
  assertEquals([meanAp50, meanAp, only!.recall50], [only!.ap50, only!.ap, recall50]);
});

Deno.test("averagePrecisionOf() leaves a class without objects out of account", () => {
  const truth = there(BOX);
  const detections = [found(BOX, 0.5), { ...found(FAR, 0.9), classId: 1 }];
  const { classes, meanAp } = averagePrecisionOf([{ truth, detections }]);
  assertEquals(classes.map(({ classId, detections }) => [classId, detections]), [[0, 1]]);
  assertEquals(meanAp, 1);
  assertEquals(averagePrecisionOf([{ truth: [], detections }]), { classes: [] });
});

Deno.test("averagePrecisionOf() refuses what makes no sense", () => {
  const frame = { truth: there(BOX), detections: [found(BOX, NaN)] };
  assertThrows(() => averagePrecisionOf([frame]), RangeError, "NaN");
  assertThrows(() => averagePrecisionOf([], { maxDetections: 0 }), RangeError, "value is 0");
});

/** A box as x, y, width and height, and its class. */
interface MadeBox {
  readonly c: number;
  readonly b: readonly [number, number, number, number];
  /** Whether it is a crowd, where there are such. */
  readonly k?: number;
}

/** What a class or the mean of all reaches. */
interface Wanted {
  readonly classId: number;
  readonly truth?: number;
  readonly detections?: number;
  readonly ap50: number;
  readonly ap75?: number;
  readonly ap: number;
  readonly recall50: number;
}

interface Cases {
  readonly cases: readonly {
    readonly maxDetections: number;
    readonly frames: readonly {
      readonly truth: readonly MadeBox[];
      readonly detections: readonly (MadeBox & { readonly s: number })[];
    }[];
    readonly classes: readonly Wanted[];
    readonly meanAp: number;
    readonly meanAp50: number;
    readonly meanAp75?: number;
  }[];
}

async function casesIn(file: string) {
  const place = new URL(`../../tests/fixtures/average_precision/${file}`, import.meta.url);
  const { cases }: Cases = JSON.parse(await Deno.readTextFile(place));
  return cases.map((one, i) => ({ ...one, name: `${i} of ${file}` }));
}

const boxed = ({ c, b: [x, y, width, height], k }: MadeBox) => ({
  classId: c,
  box: { x1: x, y1: y, x2: x + width, y2: y + height },
  isCrowd: k === 1,
});

Deno.test.each([...await casesIn("cases.json"), ...await casesIn("crowds.json")])(
  "averagePrecisionOf() has the numbers of COCO's evaluation in case $name",
  (wanted) => {
    const frames = wanted.frames.map(({ truth, detections }) => ({
      truth: truth.map(boxed),
      detections: detections.map((one) => ({ ...boxed(one), confidence: one.s })),
    }));
    const ours = averagePrecisionOf(frames, wanted);
    assertEquals(ours.classes.length, wanted.classes.length);
    for (const [i, told] of wanted.classes.entries()) {
      const { classId, ap, ap50, recall50, ap75, truth, detections } = told;
      const one = ours.classes[i]!;
      assertEquals(one.classId, classId);
      if (ap75 !== undefined) {
        assertEquals([one.truth, one.detections], [truth, detections]);
        assertAlmostEquals(one.ap75, ap75, 1e-9);
      }
      assertAlmostEquals(one.ap50, ap50, 1e-9);
      assertAlmostEquals(one.ap, ap, 1e-9);
      assertAlmostEquals(one.recall50, recall50, 1e-9);
    }
    assertAlmostEquals(ours.meanAp75!, wanted.meanAp75 ?? ours.meanAp75!, 1e-9);
    assertAlmostEquals(ours.meanAp!, wanted.meanAp, 1e-9);
    assertAlmostEquals(ours.meanAp50!, wanted.meanAp50, 1e-9);
  },
);
