import type { InputSpec } from "../../../pipeline/detector.ts";
import type { Fit } from "../../../pipeline/fit.ts";
import type { Frame } from "../../../pipeline/frame.ts";
import type { Planes } from "../../../pipeline/planes.ts";
import type { Tensor } from "../../../pipeline/tensor.ts";
import { type Resampler, tensorMaker } from "../../../stages/sampling/tensor_maker.ts";

/** A move of a picture's content, in pixels of the network's input. */
export interface Move {
  /** To the right. */
  readonly dx: number;
  /** Downwards. */
  readonly dy: number;
}

/** Makes inputs of a network in which pictures of one size and colour are moved. */
export interface MovedInputs {
  /** How a picture lies in the input that is not moved. */
  readonly fit: Fit;
  /**
   * Reads a picture.
   *
   * @returns Makes the input for a move by whole pixels, up to the reach; for no move, what
   * `letterbox` makes.
   */
  canvasOf(planes: Planes): (move: Move) => Tensor;
  /** Makes the input for a move by any part of a pixel. */
  sampled(planes: Planes, move: Move): Tensor;
}

/**
 * Makes ready all that depends only on the size and colour of the pictures.
 *
 * **Whole pixels.** The picture is read once, into a canvas that is larger than the input by the reach
 * on every side and has the same scale and the same grid; each input is cut out of it. So the very same
 * numbers lie elsewhere, and no resampler is measured. It is as though the window of the letterbox
 * went over the source: the border moves with the picture, what goes out at one edge is gone, what comes
 * in at the other is border. (To cut a smaller window out of the source, so that none comes in, would
 * change the size of the objects, and speak of another picture than the rest of the benchmark.)
 *
 * **Parts of a pixel.** The source is read anew on a grid that is moved: what becomes of an object that
 * moves over the sensor, with all that the resampler does to it.
 *
 * @param input What the network wants.
 * @param frame A frame of that size and colour.
 * @param options How pixels are read, and how far pictures are moved at most, in whole pixels.
 * @returns What makes the inputs.
 */
export function movedInputs(
  input: InputSpec,
  { planes: { width, height }, source: { colour } }: Pick<Frame, "planes" | "source">,
  { resampler, reachPx }: { readonly resampler: Resampler; readonly reachPx: number },
): MovedInputs {
  const frame = { width, height };
  const made = { frame, colour, resampler };
  const fit = tensorMaker(input, made).fits[0]!;
  const marginX = reachPx * fit.scaleX;
  const marginY = reachPx * fit.scaleY;
  const larger = {
    ...input,
    width: input.width + 2 * reachPx,
    height: input.height + 2 * reachPx,
  };
  const surroundings = {
    x: -marginX,
    y: -marginY,
    width: width + 2 * marginX,
    height: height + 2 * marginY,
  };
  const canvasMaker = tensorMaker(larger, { ...made, parts: [surroundings] });
  const makers = new Map<string, ReturnType<typeof tensorMaker>>();

  function makerFor({ dx, dy }: Move) {
    const window = { x: -dx * fit.scaleX, y: -dy * fit.scaleY, ...frame };
    return makers.getOrInsertComputed(
      `${dx},${dy}`,
      () => tensorMaker(input, { ...made, parts: [window] }),
    );
  }

  return {
    fit,
    canvasOf(planes) {
      const canvas = canvasMaker.make(planes);
      return ({ dx, dy }) => cutOut(canvas, larger, input, reachPx - dx, reachPx - dy);
    },
    sampled: (planes, move) => makerFor(move).make(planes),
  };
}

/** A window of a tensor, from the column `left` and the row `top` on. */
function cutOut(
  { data }: Tensor,
  from: InputSpec,
  { width, height, layout }: InputSpec,
  left: number,
  top: number,
): Tensor {
  const isPlanar = layout === "nchw";
  const [planeCount, pixelStep] = isPlanar ? [3, 1] : [1, 3];
  const part = new Float32Array(3 * width * height);
  for (let plane = 0; plane < planeCount; plane++) {
    for (let row = 0; row < height; row++) {
      const start = ((plane * from.height + top + row) * from.width + left) * pixelStep;
      part.set(
        data.subarray(start, start + width * pixelStep),
        (plane * height + row) * width * pixelStep,
      );
    }
  }
  return { dims: isPlanar ? [1, 3, height, width] : [1, height, width, 3], data: part };
}
