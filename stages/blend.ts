import { iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { blendedTie } from "./_blended_tie.ts";
import { checkTieOptions, resolved } from "./_ties.ts";

/** Options of {@linkcode blend}. */
export interface BlendOptions {
  /**
   * Above which intersection over union two boxes are taken for one object, from 0 to 1.
   *
   * @default {0.3}
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
 * Resolves ties in each frame by blending: of the boxes that overlap, the mean weighted by
 * confidence stays. See {@linkcode blended}.
 *
 * @param options What counts as a tie.
 * @returns The stage.
 * @throws {RangeError} If `iou` or `maxDetections` makes no sense.
 *
 * @example Two boxes become one
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const face = { classId: 0, label: "face", confidence: 0.5 };
 * const frame = { [Symbol.dispose]() {} } as never;
 * const detections = [
 *   { ...face, box: { x1: 0, y1: 0, x2: 10, y2: 10 } },
 *   { ...face, box: { x1: 2, y1: 0, x2: 12, y2: 10 } },
 * ];
 * const items = ReadableStream.from([{ frame, detections }]).pipeThrough(blend());
 * const [item] = await Array.fromAsync(items);
 * assertEquals(item?.detections.map(({ box }) => box), [{ x1: 1, y1: 0, x2: 11, y2: 10 }]);
 * ```
 */
export function blend(options: BlendOptions = {}): MeteredStage<Detected, Detected> {
  check(options);
  return stage("blend", async function* blend(items: AsyncIterable<Detected>) {
    for await (const item of items) {
      yield { ...item, detections: blended(item.detections, options) };
    }
  });
}

/**
 * Resolves ties as MediaPipe's weighted non-maximum suppression does (NonMaxSuppressionCalculator,
 * algorithm `WEIGHTED`; BlazeFace, arXiv 1907.05047, "tie resolution").
 *
 * The most confident candidate stays, with its own confidence, class and label; its box and
 * keypoints become the mean, weighted by confidence, of all candidates that overlap its own box by
 * more than `iou`, itself included. These are gone; then the next one, until none is left. Where the
 * most confident candidate left has no area, it stays as it is, and those below it are dropped.
 *
 * Differences: candidates of different classes are kept apart, equal confidences are taken in the
 * order given, `maxDetections` holds, and at an `iou` of 1 all candidates stay as they are.
 *
 * @param detections The candidates, in any order. One whose confidence is no number is left out.
 * @param options What counts as a tie.
 * @returns One detection an object, by falling confidence.
 * @throws {RangeError} If `iou` or `maxDetections` makes no sense.
 */
export function blended(
  detections: readonly Detection[],
  options: BlendOptions = {},
): Detection[] {
  return resolved(detections, check(options), function* (ties) {
    for (const tie of ties) {
      if (!(iouOf(tie.top.box, tie.top.box) > 0)) {
        // MediaPipe's loop ends when it makes no progress, and a box without area overlaps nothing.
        yield tie.top;
        return;
      }
      yield blendedTie(tie);
    }
  });
}

function check(
  { iou = 0.3, maxDetections = Infinity, acrossClasses = false }: BlendOptions,
): Required<BlendOptions> {
  checkTieOptions("blend", { iou, maxDetections });
  return { iou, maxDetections, acrossClasses };
}
