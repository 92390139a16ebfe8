import { areaOf, type Box, iouOf } from "../box.ts";
import type { Detection } from "../detection.ts";

/** An object that is there. */
export interface TrueObject extends Pick<Detection, "classId" | "box"> {
  /**
   * Set on a box around many objects, which nobody has told apart: what is detected in it is neither
   * right nor wrong (COCO's `iscrowd`).
   */
  readonly isCrowd?: boolean;
}

/** A frame of which both is known: what is there, and what was detected. */
export interface JudgedFrame {
  /** What is there. */
  readonly truth: readonly TrueObject[];
  /** What was detected, in any order. */
  readonly detections: readonly Pick<Detection, "classId" | "box" | "confidence">[];
}

/** Options of {@linkcode averagePrecisionOf}. */
export interface AveragePrecisionOptions {
  /**
   * How many detections of a class in a frame count, the most confident ones.
   *
   * @default {100}
   */
  readonly maxDetections?: number;
}

/** How well a class is detected; all ratios are from 0 to 1. */
export interface ClassPrecision {
  /** The class. */
  readonly classId: number;
  /** How many objects of it there are, without crowds. */
  readonly truth: number;
  /** How many of its detections count: at an IoU of 0.5, those that are not in a crowd. */
  readonly detections: number;
  /** The average precision at an IoU of 0.5. */
  readonly ap50: number;
  /** The average precision at an IoU of 0.75. */
  readonly ap75: number;
  /** The mean of the average precisions at IoUs of 0.5, 0.55, … 0.95. */
  readonly ap: number;
  /** The share of the objects that some detection overlaps by an IoU of 0.5. */
  readonly recall50: number;
}

/** How well all classes are detected. */
export interface AveragePrecision {
  /** Each class of which there are objects, by its number. */
  readonly classes: readonly ClassPrecision[];
  /** The mean of the classes' `ap50`; absent if there is no object at all. */
  readonly meanAp50?: number;
  /** The mean of the classes' `ap75`; absent if there is no object at all. */
  readonly meanAp75?: number;
  /** The mean of the classes' `ap`; absent if there is no object at all. */
  readonly meanAp?: number;
}

/** The overlaps from which on a detection is taken for an object. */
const IOUS = Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);

/** Where 0.75 stands among them. */
const AT_75 = 5;

/** The shares of the objects at which the precision is read. */
const RECALLS = Array.from({ length: 101 }, (_, i) => 0.01 * i);

/**
 * The average precision of detections as COCO defines it (Lin et al., "Microsoft COCO", 2014; the
 * details are those of pycocotools' cocoeval.py, for boxes of any size).
 *
 * In each frame the detections of a class, the most confident first, take the object that they overlap
 * most and that none has taken yet. Going down through the detections of all frames, precision and
 * recall follow; the average is of the best precision that is to be had at each of 101 recalls. A
 * class without objects does not count, however much of it is detected.
 *
 * @param frames All frames, those without objects and detections too.
 * @param options What counts.
 * @returns The average precisions.
 * @throws {RangeError} If `maxDetections` makes no sense, or a confidence is no number.
 *
 * @example One object found, another missed, and nothing invented
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const bird = { classId: 0, box: { x1: 0, y1: 0, x2: 10, y2: 10 } };
 * const plane = { classId: 1, box: { x1: 20, y1: 0, x2: 60, y2: 20 } };
 * const detections = [{ ...bird, confidence: 0.8 }];
 * const { meanAp50, classes } = averagePrecisionOf([{ truth: [bird, plane], detections }]);
 * assertEquals(meanAp50, 0.5);
 * assertEquals(classes.map(({ recall50 }) => recall50), [1, 0]);
 * ```
 */
export function averagePrecisionOf(
  frames: readonly JudgedFrame[],
  { maxDetections = 100 }: AveragePrecisionOptions = {},
): AveragePrecision {
  if (!(maxDetections >= 1)) {
    throw new RangeError(
      `Cannot average precisions as maxDetections must be at least 1: current value is ${maxDetections}`,
    );
  }
  const objects = frames.flatMap(({ truth }) => truth).filter(({ isCrowd }) => !isCrowd);
  const classIds = new Set(objects.map(({ classId }) => classId));
  const classes = [...classIds].sort((a, b) => a - b)
    .map((classId) => classPrecisionOf(classId, frames, maxDetections));
  if (classes.length === 0) return { classes };
  return {
    classes,
    meanAp50: meanOf(classes.map(({ ap50 }) => ap50)),
    meanAp75: meanOf(classes.map(({ ap75 }) => ap75)),
    meanAp: meanOf(classes.map(({ ap }) => ap)),
  };
}

/** A class in a frame: its detections, the most confident first, and how they overlap its objects. */
interface Overlaps {
  readonly truth: number;
  readonly confidences: readonly number[];
  /** The IoU of each detection with each object, a row a detection. */
  readonly ious: readonly (readonly number[])[];
  /** The share of each detection that lies in each crowd, a row a detection. */
  readonly shares: readonly (readonly number[])[];
}

/** What a detection is, at an overlap: an object, none, or in a crowd, where nobody knows. */
type Verdict = "hit" | "miss" | "uncounted";

function classPrecisionOf(
  classId: number,
  frames: readonly JudgedFrame[],
  maxDetections: number,
): ClassPrecision {
  const overlaps = frames.map((frame) => overlapsIn(frame, classId, maxDetections));
  const truth = overlaps.reduce((sum, frame) => sum + frame.truth, 0);
  // Equal confidences stay in the order of the frames.
  const confidences = overlaps.flatMap((frame) => frame.confidences);
  const order = Array.from(confidences.keys())
    .sort((a, b) => confidences[b]! - confidences[a]!);
  const hits = IOUS.map((minIou) => {
    const verdicts = overlaps.flatMap((frame) => verdictsIn(frame, minIou));
    return order.map((place) => verdicts[place]!)
      .filter((verdict) => verdict !== "uncounted")
      .map((verdict) => verdict === "hit");
  });
  const aps = hits.map((isHit) => interpolated(isHit, truth));
  return {
    classId,
    truth,
    detections: hits[0]!.length,
    ap50: aps[0]!,
    ap75: aps[AT_75]!,
    ap: meanOf(aps),
    recall50: hits[0]!.filter((isHit) => isHit).length / truth,
  };
}

function overlapsIn(frame: JudgedFrame, classId: number, maxDetections: number): Overlaps {
  const all = frame.truth.filter((object) => object.classId === classId);
  const truth = all.filter(({ isCrowd }) => !isCrowd);
  const crowds = all.filter(({ isCrowd }) => isCrowd);
  const detections = frame.detections.filter((detection) => detection.classId === classId);
  if (detections.some(({ confidence }) => Number.isNaN(confidence))) {
    throw new RangeError("Cannot average precisions as a confidence must be a number: it is NaN");
  }
  const counted = detections.sort((a, b) => b.confidence - a.confidence).slice(0, maxDetections);
  return {
    truth: truth.length,
    confidences: counted.map(({ confidence }) => confidence),
    ious: counted.map(({ box }) => truth.map((object) => iouOf(object.box, box))),
    shares: counted.map(({ box }) => crowds.map((crowd) => shareIn(crowd.box, box))),
  };
}

/** The share of a box that lies in a crowd. */
function shareIn(crowd: Box<"frame">, box: Box<"frame">): number {
  const shared = areaOf({
    x1: Math.max(crowd.x1, box.x1),
    y1: Math.max(crowd.y1, box.y1),
    x2: Math.min(crowd.x2, box.x2),
    y2: Math.min(crowd.y2, box.y2),
  });
  return shared > 0 ? shared / areaOf(box) : 0;
}

/** For each detection, whether it is an object that none before it was. */
function verdictsIn({ truth, ious, shares }: Overlaps, minIou: number): Verdict[] {
  const isTaken = new Array<boolean>(truth).fill(false);
  return ious.map((row, detection) => {
    let best = -1;
    let most = minIou;
    for (const [object, iou] of row.entries()) {
      if (isTaken[object] || iou < most) continue;
      [best, most] = [object, iou]; // Of equal ones the last, as in pycocotools.
    }
    if (best >= 0) {
      isTaken[best] = true;
      return "hit";
    }
    return shares[detection]?.some((share) => share >= minIou) ? "uncounted" : "miss";
  });
}

/** The mean over the recalls of the best precision at that recall or above; 0 where none gets so far. */
function interpolated(isHit: readonly boolean[], truth: number): number {
  const recalls: number[] = [];
  const precisions: number[] = [];
  let found = 0;
  for (const [place, hit] of isHit.entries()) {
    if (hit) found++;
    recalls.push(found / truth);
    precisions.push(found / (place + 1));
  }
  for (let i = precisions.length - 2; i >= 0; i--) {
    precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!);
  }
  let place = 0;
  return meanOf(RECALLS.map((recall) => {
    while (place < recalls.length && recalls[place]! < recall) place++;
    return precisions[place] ?? 0;
  }));
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
