import type { Detection } from "../pipeline/detection.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { checkRegions, isInside, type Polygon, polygonOf, type Region } from "./slicing/region.ts";

/** Options of {@linkcode select}. */
export interface SelectOptions {
  /**
   * Only objects whose middle lies in one of these polygons stay.
   *
   * @default {[], which means everywhere}
   */
  readonly regions?: readonly Region[];
  /**
   * Only objects at least as wide and as high as this stay, in pixels of the frame.
   *
   * @default {0}
   */
  readonly minSize?: number;
}

/**
 * Leaves out detections that are not wanted, by where they are and how large they are.
 *
 * @typeParam T What flows: a frame and its detections.
 * @param options Which are wanted.
 * @returns The stage.
 * @throws {RangeError} If a region or `minSize` makes no sense.
 *
 * @example Only what is in the left half of the frame
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const car = { classId: 0, label: "car", confidence: 0.5 };
 * const frame = { source: { width: 640, height: 360 }, [Symbol.dispose]() {} } as never;
 * const detections = [
 *   { ...car, box: { x1: 10, y1: 10, x2: 50, y2: 40 } },
 *   { ...car, box: { x1: 310, y1: 10, x2: 350, y2: 40 } },
 * ];
 * const left = [["0%", 0], ["50%", 0], ["50%", "100%"], [0, "100%"]] as const;
 * const items = ReadableStream.from([{ frame, detections }])
 *   .pipeThrough(select({ regions: [left] }));
 * const [item] = await Array.fromAsync(items);
 * assertEquals(item?.detections.length, 1);
 * ```
 */
export function select<T extends Detected>(
  { regions = [], minSize = 0 }: SelectOptions = {},
): MeteredStage<T, T> {
  checkRegions("select", regions);
  if (!(minSize >= 0 && minSize < Infinity)) {
    throw new RangeError(`Cannot select as minSize must be 0 or more: current value is ${minSize}`);
  }

  function isWanted({ box: { x1, y1, x2, y2 } }: Detection, polygons: readonly Polygon[]): boolean {
    if (!(x2 - x1 >= minSize && y2 - y1 >= minSize)) return false;
    return regions.length === 0 ||
      polygons.some((polygon) => isInside(polygon, (x1 + x2) / 2, (y1 + y2) / 2));
  }

  return stage("select", async function* select(items: AsyncIterable<T>) {
    let madeFor: Size | undefined;
    let polygons: readonly Polygon[] = [];
    for await (const item of items) {
      const { width, height } = item.frame.source;
      if (madeFor?.width !== width || madeFor.height !== height) {
        madeFor = { width, height };
        polygons = regions.map((region) => polygonOf(region, { width, height }));
      }
      const detections = item.detections.filter((detection) => isWanted(detection, polygons));
      yield { ...item, detections };
    }
  });
}
