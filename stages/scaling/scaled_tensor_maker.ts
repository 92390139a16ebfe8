import { type Colour, rgbFromYuv } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import type { ScaledPictures } from "../../pipeline/frame.ts";
import type { InputPool } from "../../pipeline/input_pool.ts";
import type { Tensor } from "../../pipeline/tensor.ts";
import { clamped } from "../sampling/sampler.ts";

/** How much finer the values of a scaled picture are than those of the planes. */
const FINENESS = 256;

/**
 * Makes ready what turns the pictures that a source has scaled into a network's input.
 *
 * @param input What the network wants.
 * @param colour What the pictures' numbers mean.
 * @param pool Where the tensors' memory is taken from; by itself, each gets its own.
 * @returns What makes the tensors.
 */
export function scaledTensorMaker(
  input: InputSpec,
  colour: Colour,
  pool?: InputPool,
): (scaled: ScaledPictures) => Tensor {
  const { width, height, mean, border } = input;
  const isPlanar = input.layout === "nchw";
  const channelStep = isPlanar ? width * height : 1;
  const pixelStep = isPlanar ? 1 : 3;
  const dims = isPlanar ? [1, 3, height, width] : [1, height, width, 3];
  const gain = input.std.map((value) => 1 / value) as [number, number, number];
  /** Where each colour goes: red, green and blue. */
  const places = (input.channels === "rgb" ? [0, 1, 2] : [2, 1, 0]).map((at) => at * channelStep);
  const [redAt, greenAt, blueAt] = places as [number, number, number];
  const background = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    places.forEach((place, channel) => {
      background[place + i * pixelStep] = (border[channel]! - mean[channel]!) * gain[channel]!;
    });
  }
  const matrix = rgbFromYuv(colour);
  const fine = (factor: number) => factor / FINENESS;
  const lumaGain = fine(matrix.lumaGain);
  const lumaOffset = matrix.lumaOffset * FINENESS;
  const [redFromV, blueFromU] = [fine(matrix.redFromV), fine(matrix.blueFromU)];
  const [greenFromU, greenFromV] = [fine(matrix.greenFromU), fine(matrix.greenFromV)];
  const grey = 128 * FINENESS;
  const [meanRed, meanGreen, meanBlue] = mean;
  const [gainRed, gainGreen, gainBlue] = gain;

  return ({ picture, left, top }) => {
    const data = pool?.take(background.length) ?? new Float32Array(background.length);
    data.set(background);
    const values = picture.data;
    const pixels = picture.width * picture.height;
    for (let row = 0, at = 0; row < picture.height; row++) {
      let target = ((row + top) * width + left) * pixelStep;
      for (const end = at + picture.width; at < end; at++, target += pixelStep) {
        const luma = (values[at]! - lumaOffset) * lumaGain;
        const u = values[at + pixels]! - grey;
        const v = values[at + 2 * pixels]! - grey;
        const green = clamped(luma + greenFromU * u + greenFromV * v);
        data[target + redAt] = (clamped(luma + redFromV * v) - meanRed) * gainRed;
        data[target + greenAt] = (green - meanGreen) * gainGreen;
        data[target + blueAt] = (clamped(luma + blueFromU * u) - meanBlue) * gainBlue;
      }
    }
    return { dims, data };
  };
}
