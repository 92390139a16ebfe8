import { type Colour, rgbFromYuv } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import { type Fit, letterboxFit, type Size, stretchFit } from "../../pipeline/fit.ts";
import type { Planes } from "../../pipeline/planes.ts";
import type { Tensor } from "../../pipeline/tensor.ts";
import { areaSampler } from "./sample_area.ts";
import { bilinearSampler } from "./sample_bilinear.ts";
import { borderRow } from "./sampler.ts";

/** How pixels are read where tensor and frame differ in size. */
export type Resampler = "bilinear" | "area";

/** Turns the pictures of one size and colour into tensors. */
export interface TensorMaker {
  /** How a picture lies in the tensor. */
  readonly fit: Fit;
  /** Makes the tensor of a picture, in memory of its own. */
  make(planes: Planes): Tensor;
}

const SAMPLERS = { bilinear: bilinearSampler, area: areaSampler };

/**
 * Makes ready all that depends only on the size and colour of the pictures.
 *
 * @param input What the network wants.
 * @param frame The size of the pictures.
 * @param colour What their numbers mean.
 * @param resampler How pixels are read.
 * @returns What makes the tensors.
 */
export function tensorMaker(
  input: InputSpec,
  frame: Size,
  colour: Colour,
  resampler: Resampler,
): TensorMaker {
  const fit = (input.resize === "letterbox" ? letterboxFit : stretchFit)(frame, input);
  const sample = SAMPLERS[resampler]({
    frame,
    tensor: input,
    fit,
    rgbFromYuv: rgbFromYuv(colour),
    border: input.border,
  });
  const { width, height } = input;
  const isPlanar = input.layout === "nchw";
  const channelStep = isPlanar ? width * height : 1;
  const pixelStep = isPlanar ? 1 : 3;
  const order = input.channels === "rgb" ? [0, 1, 2] : [2, 1, 0];

  function write(data: Float32Array, row: number, rgb: Float64Array): void {
    for (const [place, channel] of order.entries()) {
      const mean = input.mean[channel]!;
      const gain = 1 / input.std[channel]!;
      let target = place * channelStep + row * width * pixelStep;
      for (let i = channel; i < rgb.length; i += 3, target += pixelStep) {
        data[target] = (rgb[i]! - mean) * gain;
      }
    }
  }

  const background = new Float32Array(3 * width * height);
  for (let row = 0; row < height; row++) write(background, row, borderRow(width, input.border));

  return {
    fit,
    make(planes) {
      const data = background.slice();
      sample(planes, (row, rgb) => write(data, row, rgb));
      return { dims: isPlanar ? [1, 3, height, width] : [1, height, width, 3], data };
    },
  };
}
