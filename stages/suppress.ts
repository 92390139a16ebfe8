import type { Detection } from "../pipeline/detection.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { checkTieOptions, resolved } from "./_ties.ts";

/** Options of {@linkcode suppress}. */
export interface SuppressOptions {
  /**
   * Above which intersection over union the less confident of two boxes goes, from 0 to 1. The
   * default is what SSD (arXiv 1512.02325, section 3.7) and Darknet's detectors were published with.
   *
   * @default {0.45}
   */
  readonly iou?: number;
  /**
   * How many objects a frame may hold; the most confident ones stay.
   *
   * @default {Infinity}
   */
  readonly maxDetections?: number;
  /**
   * Whether boxes of different classes can be one object.
   *
   * @default {false}
   */
  readonly acrossClasses?: boolean;
}

/**
 * Resolves ties in each frame by suppression: of the boxes that overlap, the most confident one
 * stays as it is. See {@linkcode suppressed}.
 *
 * @param options What counts as a tie.
 * @returns The stage.
 * @throws {RangeError} If `iou` or `maxDetections` makes no sense.
 *
 * @example The more confident of two boxes stays
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const face = { classId: 0, label: "face" };
 * const frame = { [Symbol.dispose]() {} } as never;
 * const detections = [
 *   { ...face, confidence: 0.5, box: { x1: 0, y1: 0, x2: 10, y2: 10 } },
 *   { ...face, confidence: 0.6, box: { x1: 2, y1: 0, x2: 12, y2: 10 } },
 * ];
 * const items = ReadableStream.from([{ frame, detections }]).pipeThrough(suppress());
 * const [item] = await Array.fromAsync(items);
 * assertEquals(item?.detections, detections.slice(1));
 * ```
 */
export function suppress(options: SuppressOptions = {}): MeteredStage<Detected, Detected> {
  check(options);
  return stage("suppress", async function* suppress(items: AsyncIterable<Detected>) {
    for await (const item of items) {
      yield { ...item, detections: suppressed(item.detections, options) };
    }
  });
}

/**
 * Resolves ties by greedy non-maximum suppression: the most confident candidate stays, those that
 * overlap it by more than `iou` go; then the next one, until none is left.
 *
 * @param detections The candidates, in any order; equal confidences are taken in the order given.
 * One whose confidence is no number is left out.
 * @param options What counts as a tie.
 * @returns One detection an object, by falling confidence.
 * @throws {RangeError} If `iou` or `maxDetections` makes no sense.
 */
export function suppressed(
  detections: readonly Detection[],
  options: SuppressOptions = {},
): Detection[] {
  return resolved(detections, check(options), function* (ties) {
    for (const { top } of ties) yield top;
  });
}

function check(
  { iou = 0.45, maxDetections = Infinity, acrossClasses = false }: SuppressOptions,
): Required<SuppressOptions> {
  checkTieOptions("suppress", { iou, maxDetections });
  return { iou, maxDetections, acrossClasses };
}
