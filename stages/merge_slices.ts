import { areaOf, type Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { checkTieOptions } from "./_ties.ts";
import { blended } from "./blend.ts";
import { BoxIndex } from "./slicing/box_index.ts";
import { suppressed } from "./suppress.ts";

/** Options of {@linkcode mergeSlices}. */
export interface MergeSlicesOptions {
  /**
   * What becomes of overlapping candidates of the same slice: the mean, or all but the best go.
   *
   * @default {"blend"}
   */
  readonly ties?: "blend" | "suppress";
  /**
   * Above which intersection over union two candidates of the same slice are taken for one object,
   * from 0 to 1.
   *
   * @default {0.3}
   */
  readonly iou?: number;
  /**
   * From which intersection over the smaller of both on detections of different slices are taken for
   * one object, above 0 and up to 1. The default is SAHI's.
   *
   * @default {0.5}
   */
  readonly overlap?: number;
  /**
   * From which confidence on a detection makes the box of a surer one grow, from 0 to 1. Those below
   * are taken for parts of it as well, but leave its box as it is: where doubtful candidates are let
   * through for the sake of tracking, the boxes of sure objects are what they are without.
   *
   * @default {0}
   */
  readonly minConfidence?: number;
  /**
   * How many objects a frame may hold; the most confident ones stay.
   *
   * @default {Infinity}
   */
  readonly maxDetections?: number;
}

/**
 * Puts together what was found in the slices of each frame and in the frame as a whole: first the
 * ties within each of them are resolved, then what remains is merged ({@linkcode mergedSlices}). It
 * stands in the place of `blend` or `suppress`.
 *
 * @param options What is taken for one object.
 * @returns The stage.
 * @throws {RangeError} If `iou`, `overlap`, `minConfidence` or `maxDetections` makes no sense.
 * @throws {TypeError} If `ties` makes no sense.
 *
 * @example A car on the seam of two slices
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const car = { classId: 0, label: "car" };
 * const frame = { [Symbol.dispose]() {} } as never;
 * const detections = [
 *   { ...car, slice: 0, confidence: 0.6, box: { x1: 580, y1: 40, x2: 640, y2: 80 } },
 *   { ...car, slice: 1, confidence: 0.9, box: { x1: 590, y1: 40, x2: 680, y2: 82 } },
 * ];
 * const items = ReadableStream.from([{ frame, detections }]).pipeThrough(mergeSlices());
 * const [item] = await Array.fromAsync(items);
 * assertEquals(item?.detections, [
 *   { ...car, confidence: 0.9, box: { x1: 580, y1: 40, x2: 680, y2: 82 } },
 * ]);
 * ```
 */
export function mergeSlices(
  options: MergeSlicesOptions = {},
): MeteredStage<Detected, Detected> {
  check(options);
  return stage("mergeSlices", async function* mergeSlices(items: AsyncIterable<Detected>) {
    for await (const item of items) {
      yield { ...item, detections: mergedSlices(item.detections, options) };
    }
  });
}

/**
 * Puts together what was found in the slices of one frame and in the frame as a whole: first the
 * ties within each of them are resolved, then what remains is merged by {@linkcode merged}.
 *
 * @param candidates The candidates, in any order, with the numbers of their slices.
 * @param options What is taken for one object.
 * @returns One detection an object, by falling confidence.
 * @throws {RangeError} If `iou`, `overlap`, `minConfidence` or `maxDetections` makes no sense.
 * @throws {TypeError} If `ties` makes no sense.
 */
export function mergedSlices(
  candidates: readonly Detection[],
  options: MergeSlicesOptions = {},
): Detection[] {
  const { ties, iou, maxDetections } = check(options);
  const resolve = ties === "blend" ? blended : suppressed;
  const detections = [...Map.groupBy(candidates, ({ slice }) => slice).values()]
    .flatMap((found) => resolve(found, { iou }));
  return merged(detections, options)
    .slice(0, maxDetections)
    .map(({ slice: _, ...detection }) => detection);
}

/**
 * Merges detections that overlap, by greedy non-maximum merging (SAHI; Akyon et al., arXiv 2202.06934;
 * combine.py, `greedy_nmm`, and `GreedyNMMPostprocess` with the metric `IOS`).
 *
 * The most confident detection takes all others of its class of which the intersection with its own
 * box, over the area of the smaller of both, reaches `overlap`; one after the other, by falling
 * confidence, its box grows to hold theirs, as long as the intersection with what it has become so far
 * is above `overlap`; one of which it is not any more is gone all the same, as is one below
 * `minConfidence`. Then comes the next one, until none is left. Confidence, class and keypoints are
 * those of the most confident.
 *
 * Only boxes that lie near each other are compared, so that the time grows little faster than their
 * number. Differences: a box without an area merges with none, and equal confidences are taken in
 * the order given.
 *
 * @param detections The detections, in any order. One whose confidence is no number, or whose box is
 * not finite, is left out.
 * @param options What is taken for one object.
 * @returns The objects, by falling confidence.
 * @throws {RangeError} If `overlap` or `minConfidence` makes no sense.
 */
export function merged(
  detections: readonly Detection[],
  { overlap = 0.5, minConfidence = 0 }: Pick<MergeSlicesOptions, "overlap" | "minConfidence"> = {},
): Detection[] {
  checkMerging({ overlap, minConfidence });
  const sorted = detections
    .filter(({ confidence, box: { x1, y1, x2, y2 } }) =>
      [confidence, x1, y1, x2, y2].every(Number.isFinite)
    )
    .sort((a, b) => b.confidence - a.confidence);
  const groups = Map.groupBy(sorted, ({ classId }) => classId).values();
  return [...groups].flatMap((group) => mergedOfClass(group, { overlap, minConfidence }))
    .sort((a, b) => b.confidence - a.confidence);
}

/** What is merged, and what makes boxes grow. */
type Merging = Pick<Required<MergeSlicesOptions>, "overlap" | "minConfidence">;

function mergedOfClass(
  sorted: readonly Detection[],
  { overlap, minConfidence }: Merging,
): Detection[] {
  const boxes = sorted.map(({ box }) => box);
  const index = new BoxIndex(boxes);
  const isTaken = new Uint8Array(sorted.length);
  const objects: Detection[] = [];
  for (const [place, top] of sorted.entries()) {
    if (isTaken[place]) continue;
    index.delete(place);
    const others = index.near(top.box)
      .filter((other) => overlapOf(top.box, boxes[other]!) >= overlap)
      .sort((a, b) => a - b); // By falling confidence, as all are.
    let box = top.box;
    for (const other of others) {
      isTaken[other] = 1;
      index.delete(other);
      if (sorted[other]!.confidence < minConfidence) continue;
      if (overlapOf(box, boxes[other]!) > overlap) box = unionOf(box, boxes[other]!);
    }
    objects.push({ ...top, box });
  }
  return objects;
}

/** The intersection of two boxes over the smaller of both, from 0 to 1; NaN if one is empty. */
function overlapOf(a: Box<"frame">, b: Box<"frame">): number {
  const width = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1));
  const height = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
  return width * height / Math.min(areaOf(a), areaOf(b));
}

/** The smallest box that holds both. */
function unionOf(a: Box<"frame">, b: Box<"frame">): Box<"frame"> {
  return {
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  };
}

function check(
  { ties = "blend", iou = 0.3, overlap = 0.5, minConfidence = 0, maxDetections = Infinity }:
    MergeSlicesOptions,
): Required<MergeSlicesOptions> {
  checkTieOptions("merge slices", { iou, maxDetections });
  checkMerging({ overlap, minConfidence });
  if (ties !== "blend" && ties !== "suppress") {
    throw new TypeError(
      `Cannot merge slices as ties must be blend or suppress: current value is "${ties}"`,
    );
  }
  return { ties, iou, overlap, minConfidence, maxDetections };
}

function checkMerging({ overlap, minConfidence }: Merging): void {
  if (!(overlap > 0 && overlap <= 1)) {
    throw new RangeError(
      `Cannot merge as overlap must be above 0 and up to 1: current value is ${overlap}`,
    );
  }
  if (!(minConfidence >= 0 && minConfidence <= 1)) {
    throw new RangeError(
      `Cannot merge as minConfidence must be from 0 to 1: current value is ${minConfidence}`,
    );
  }
}
