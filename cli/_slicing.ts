import type { Detector } from "../pipeline/detector.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Detected, Prepared } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { mergeSlices } from "../stages/merge_slices.ts";
import { select } from "../stages/select.ts";
import { slice } from "../stages/slice.ts";
import { isTouching, polygonOf, type Region } from "../stages/slicing/region.ts";
import type { RunOptions } from "./_run_options.ts";
import { asked, UsageError } from "./_usage_error.ts";

/** The stages that look at slices, and at parts of the picture; each is absent where not asked for. */
export interface Slicing {
  /** Cuts frames. */
  readonly cutting?: MeteredStage<Prepared, Prepared>;
  /** Puts together what was found, and resolves ties. */
  readonly merging?: MeteredStage<Detected, Detected>;
  /** Leaves out what is elsewhere, or too small. */
  readonly selection?: MeteredStage<Detected, Detected>;
}

/**
 * What the user asks for.
 *
 * @param options What was asked for.
 * @param detector The network.
 * @param minConfidence The confidence with which an object appears.
 * @throws {UsageError} If a value makes no sense, or would do nothing.
 */
export function slicingFor(
  { slice: size, overlap, regions, minSize, ties, iou, maxDet }: Pick<
    RunOptions,
    "slice" | "overlap" | "regions" | "minSize" | "ties" | "iou" | "maxDet"
  >,
  { input, defaults, isEndToEnd }: Pick<Detector, "input" | "defaults" | "isEndToEnd">,
  minConfidence: number,
): Slicing {
  const selection = regions.length > 0 || minSize !== undefined
    ? { selection: asked("--region", () => select({ regions, minSize: minSize ?? 0 })) }
    : {};
  if (size === undefined) {
    if (overlap !== undefined) throw new UsageError("Cannot use --overlap without --slice");
    return selection;
  }
  return {
    ...selection,
    cutting: asked(
      "--slice",
      () => slice(input, { size, regions, ...overlap !== undefined && { overlap } }),
    ),
    merging: mergeSlices({
      // No two boxes overlap by more than 1: what such a network says of a slice is left alone.
      ties: isEndToEnd || ties === "suppress" ? "suppress" : "blend",
      iou: isEndToEnd ? 1 : iou ?? defaults.iou,
      minConfidence,
      maxDetections: maxDet ?? defaults.maxDetections,
    }),
  };
}

/**
 * What is to be said where regions lie beside the picture, so that nothing can be found.
 *
 * @param regions The regions.
 * @param frame The size of the picture; absent where there was none.
 * @returns A sentence; `undefined` where there is nothing to say.
 */
export function regionNote(
  regions: readonly Region[],
  frame: Size | undefined,
): string | undefined {
  if (!frame || regions.length === 0) return undefined;
  const { width, height } = frame;
  const isSeen = regions.some((region) =>
    isTouching(polygonOf(region, frame), { x: 0, y: 0, width, height })
  );
  return isSeen
    ? undefined
    : `No part of --region lies in the picture, which is ${width}x${height}`;
}
