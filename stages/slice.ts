import type { InputSpec } from "../pipeline/detector.ts";
import type { InputPool } from "../pipeline/input_pool.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Prepared, Slices } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { makerByFrame, tensorMaker } from "./sampling/tensor_maker.ts";
import { checkRegions, type Region } from "./slicing/region.ts";
import { slicesOf } from "./slicing/slices_of.ts";

/** Options of {@linkcode slice}. */
export interface SliceOptions {
  /**
   * The width and height of a slice, in whole pixels of the frame from 32; one number stands for both.
   * A network that stretches pictures (`resize`) may see better in slices of the frame's proportions.
   */
  readonly size: number | Size;
  /**
   * The share of a slice that the next one shows too, at least; from 0 to 0.9. What is smaller than that
   * is seen as a whole by one of both. The default is SAHI's.
   *
   * @default {0.2}
   */
  readonly overlap?: number;
  /**
   * Where objects are looked for: slices that touch none of these polygons are left out.
   *
   * @default {[], which means everywhere}
   */
  readonly regions?: readonly Region[];
}

/**
 * Has the network look at overlapping slices of each frame too, besides the whole, so that small
 * objects are as large to it as others (SAHI; Akyon et al., "Slicing Aided Hyper Inference and
 * Fine-tuning for Small Object Detection", arXiv 2202.06934). It stands behind `letterbox`;
 * `mergeSlices`, behind `decodeBoxes`, puts together what was found.
 *
 * How many slices there are follows from the size of each frame; one that is no larger than a slice has
 * none. In the border of a slice that is letterboxed lies what of the frame is around it.
 *
 * @param input What the network wants: the same that `letterbox` got.
 * @param options How frames are cut.
 * @returns The stage.
 * @throws {RangeError} If `size`, `overlap` or a region makes no sense.
 *
 * @example Full HD in slices of 640 pixels
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { planesByteLength, planesFrom } from "../pipeline/planes.ts";
 *
 * const frame = {
 *   planes: planesFrom(new Uint8Array(planesByteLength(1920, 1080)), 1920, 1080),
 *   source: { colour: { matrix: "bt709", range: "limited", tags: {} } },
 *   [Symbol.dispose]() {},
 * } as never;
 * const fit = { scaleX: 10, scaleY: 10, offsetX: 0, offsetY: -420 };
 * const input = { dims: [1, 3, 192, 192], data: new Float32Array(3 * 192 * 192) };
 * const slices = slice({
 *   width: 192,
 *   height: 192,
 *   layout: "nchw",
 *   channels: "rgb",
 *   resize: "letterbox",
 *   border: [0, 0, 0],
 *   mean: [127.5, 127.5, 127.5],
 *   std: [127.5, 127.5, 127.5],
 * }, { size: 640 });
 * const [item] = await Array.fromAsync(
 *   ReadableStream.from([{ frame, fit, input }]).pipeThrough(slices),
 * );
 * assertEquals(item?.slices?.fits.length, 8);
 * ```
 */
export function slice(
  input: InputSpec,
  { size, overlap = 0.2, regions = [] }: SliceOptions,
): MeteredStage<Prepared, Prepared> {
  const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
  check({ width, height, overlap });
  checkRegions("slice", regions);
  const makerFor = makerByFrame((frame, colour) => {
    const parts = slicesOf(frame, { size: { width, height }, overlap, regions });
    return tensorMaker(input, { frame, colour, resampler: "bilinear", parts });
  });

  function slicesIn({ frame, picture }: Prepared): Slices {
    if (frame.planes.width === 0) throw new RangeError("Cannot slice a frame that is not whole");
    const { fits, make } = makerFor(frame);
    const slices = {
      fits,
      make: (parts: { readonly from: number; readonly to: number }, pool?: InputPool) =>
        make(frame.planes, { parts, pool }),
    };
    return picture ? { ...slices, picture: { ...picture, fits } } : slices;
  }

  return stage("slice", async function* slice(items: AsyncIterable<Prepared>) {
    for await (const item of items) {
      const isSeen = item.input ?? item.picture;
      yield isSeen ? { ...item, slices: slicesIn(item) } : item;
    }
  });
}

function check(
  { width, height, overlap }: Size & Required<Pick<SliceOptions, "overlap">>,
): void {
  if (![width, height].every((pixels) => Number.isInteger(pixels) && pixels >= 32)) {
    throw new RangeError(
      `Cannot slice as size must be whole numbers from 32: current value is ${width}x${height}`,
    );
  }
  if (!(overlap >= 0 && overlap <= 0.9)) {
    throw new RangeError(
      `Cannot slice as overlap must be from 0 to 0.9: current value is ${overlap}`,
    );
  }
}
