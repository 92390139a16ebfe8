import { type Colour, rgbFromYuv } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import { type Fit, letterboxFit, type Size, stretchFit } from "../../pipeline/fit.ts";
import type { Frame } from "../../pipeline/frame.ts";
import type { InputPool } from "../../pipeline/input_pool.ts";
import type { Planes } from "../../pipeline/planes.ts";
import type { Tensor } from "../../pipeline/tensor.ts";
import type { Rectangle } from "../slicing/region.ts";
import { areaSampler } from "./sample_area.ts";
import { bilinearSampler } from "./sample_bilinear.ts";
import { borderRow } from "./sampler.ts";

/** How pixels are read where tensor and frame differ in size. */
export type Resampler = "bilinear" | "area";

/** What a {@linkcode TensorMaker} is made for. */
export interface TensorMakerOptions {
  /** The size of the pictures. */
  readonly frame: Size;
  /** What their numbers mean. */
  readonly colour: Colour;
  /** How pixels are read. */
  readonly resampler: Resampler;
  /** Which parts of a picture become a tensor each; the whole picture unless told otherwise. */
  readonly parts?: readonly Rectangle[];
}

/** How a tensor is made. */
export interface MakeOptions {
  /** The first part, and the one behind the last one. */
  readonly parts?: { readonly from: number; readonly to: number };
  /** Where its memory is taken from; by itself, it gets its own. */
  readonly pool?: InputPool | undefined;
}

/** Turns the pictures of one size and colour into tensors. */
export interface TensorMaker {
  /** How a picture lies in the tensor of each of its parts. */
  readonly fits: readonly Fit[];
  /** Makes the tensor of parts of a picture, one behind the other; of all of them unless told otherwise. */
  make(planes: Planes, options?: MakeOptions): Tensor;
}

const SAMPLERS = { bilinear: bilinearSampler, area: areaSampler };

/**
 * Makes ready all that depends only on the size and colour of the pictures.
 *
 * @param input What the network wants.
 * @param options What the pictures are.
 * @returns What makes the tensors.
 */
export function tensorMaker(
  input: InputSpec,
  { frame, colour, resampler, parts = [{ x: 0, y: 0, ...frame }] }: TensorMakerOptions,
): TensorMaker {
  const fits = parts.map((part) => fitOf(part, input));
  const samplers = fits.map((fit) =>
    SAMPLERS[resampler]({
      frame,
      tensor: input,
      fit,
      rgbFromYuv: rgbFromYuv(colour),
      border: input.border,
    })
  );
  const { width, height } = input;
  const isPlanar = input.layout === "nchw";
  const channelStep = isPlanar ? width * height : 1;
  const pixelStep = isPlanar ? 1 : 3;
  const order = input.channels === "rgb" ? [0, 1, 2] : [2, 1, 0];

  function write(data: Float32Array, start: number, row: number, rgb: Float64Array): void {
    for (const [place, channel] of order.entries()) {
      const mean = input.mean[channel]!;
      const gain = 1 / input.std[channel]!;
      let target = start + place * channelStep + row * width * pixelStep;
      for (let i = channel; i < rgb.length; i += 3, target += pixelStep) {
        data[target] = (rgb[i]! - mean) * gain;
      }
    }
  }

  const background = new Float32Array(3 * width * height);
  for (let row = 0; row < height; row++) write(background, 0, row, borderRow(width, input.border));

  return {
    fits,
    make(planes, { parts: { from, to } = { from: 0, to: fits.length }, pool } = {}) {
      const length = (to - from) * background.length;
      const data = pool?.take(length) ?? new Float32Array(length);
      for (let part = from; part < to; part++) {
        const start = (part - from) * background.length;
        data.set(background, start);
        samplers[part]!(planes, (row, rgb) => write(data, start, row, rgb));
      }
      const count = to - from;
      return { dims: isPlanar ? [count, 3, height, width] : [count, height, width, 3], data };
    },
  };
}

/**
 * Makes a maker when frames begin to come, and another when their size or colour changes.
 *
 * @param make Makes one.
 * @returns Gives the maker for a frame: the same again and again.
 */
export function makerByFrame(
  make: (frame: Size, colour: Colour) => TensorMaker,
): (frame: Frame) => TensorMaker {
  let maker: TensorMaker | undefined;
  let madeFor: Size | undefined;
  let madeOf: Colour | undefined;
  return ({ planes: { width, height }, source: { colour } }) => {
    if (!maker || madeFor?.width !== width || madeFor.height !== height || madeOf !== colour) {
      madeFor = { width, height };
      madeOf = colour;
      maker = make(madeFor, colour);
    }
    return maker;
  };
}

/** How a picture lies in the tensor of one of its parts. */
function fitOf({ x, y, ...size }: Rectangle, input: InputSpec): Fit {
  const fit = (input.resize === "letterbox" ? letterboxFit : stretchFit)(size, input);
  return { ...fit, offsetX: fit.offsetX + x, offsetY: fit.offsetY + y };
}
