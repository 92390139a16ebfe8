import type { InputSpec } from "../pipeline/detector.ts";
import { type Fit, letterboxFit, type Size, stretchFit } from "../pipeline/fit.ts";
import type { Frame, FrameSource, ScaledPictures } from "../pipeline/frame.ts";
import type { InputPool } from "../pipeline/input_pool.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Prepared } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import type { Tensor } from "../pipeline/tensor.ts";
import { makerByFrame, type Resampler, tensorMaker } from "./sampling/tensor_maker.ts";
import { scaledTensorMaker } from "./scaling/scaled_tensor_maker.ts";

/** Options of {@linkcode letterbox}. */
export interface LetterboxOptions {
  /**
   * How pixels are read where tensor and frame differ in size: `bilinear` looks at the four nearest
   * pixels, as MediaPipe does; `area` takes the average of all the pixels that a tensor pixel covers.
   *
   * @default {"bilinear"}
   */
  readonly resampler?: "bilinear" | "area";
  /**
   * The network sees one frame in so many, the first among them; the others pass without an input.
   *
   * @default {1}
   */
  readonly stride?: number;
  /**
   * The session that will run the network: the memory of its inputs is taken from its pool. Where it
   * makes them by itself, from the frame's planes, as one on a GPU does, the frame passes with a
   * `picture` in the place of `input`.
   *
   * @default {none: inputs are made here}
   */
  readonly on?: Pick<InferenceSession, "maxPictureBytes" | "inputPool">;
}

/**
 * Makes the network's input out of each frame, straight from its YUV planes: a tensor of float32,
 * `[1, 3, height, width]` or `[1, height, width, 3]`, normalised as the network was trained.
 *
 * The frame lies in the tensor as {@linkcode letterboxFit} or {@linkcode stretchFit} says, pixel
 * centres at half coordinates. What of the tensor lies outside the frame has the border's colour,
 * set before normalising (MediaPipe's `BORDER_ZERO`, image_to_tensor_converter_opencv.cc).
 *
 * `bilinear` interpolates chroma where H.264 has its samples unless told otherwise, on the left
 * column of their 2x2 blocks; `area` spreads each over its block. Chroma in the middle of the block, as in
 * JPEG, is read in the same way, and so lies half a pixel of the frame too far to the left.
 *
 * Where the source has scaled the frame for this very input (`scaledFor` of {@linkcode DecodeOptions}),
 * and `area` is not asked for, the planes are not read.
 *
 * @param input What the network wants.
 * @param options How the frames are read.
 * @returns The stage.
 * @throws {RangeError} If the size, `stride` or `resampler` makes no sense.
 *
 * @example A grey frame in a 4x4 tensor of -1 to 1
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Frame } from "../pipeline/frame.ts";
 * import { planesFrom } from "../pipeline/planes.ts";
 *
 * const frame = {
 *   planes: planesFrom(new Uint8Array(8 * 4 * 3 / 2).fill(128), 8, 4),
 *   index: 0,
 *   source: { colour: { matrix: "bt601", range: "full", tags: {} } },
 *   [Symbol.dispose]() {},
 * } as unknown as Frame;
 * const prepare = letterbox({
 *   width: 4,
 *   height: 4,
 *   layout: "nchw",
 *   channels: "rgb",
 *   resize: "letterbox",
 *   border: [0, 0, 0],
 *   mean: [127.5, 127.5, 127.5],
 *   std: [127.5, 127.5, 127.5],
 * });
 * const [prepared] = await Array.fromAsync(ReadableStream.from([frame]).pipeThrough(prepare));
 * assertEquals(prepared?.input?.dims, [1, 3, 4, 4]);
 * assertEquals([0, 4, 8, 12].map((i) => Math.sign(prepared?.input?.data[i] ?? 0)), [-1, 1, 1, -1]);
 * ```
 */
export function letterbox(
  input: InputSpec,
  { resampler = "bilinear", stride = 1, on = {} }: LetterboxOptions = {},
): MeteredStage<Frame, Prepared> {
  check(input, resampler, stride);
  const makerFor = makerByFrame((size, colour) =>
    tensorMaker(input, { frame: size, colour, resampler })
  );
  const { inputPool: pool, maxPictureBytes = 0 } = on;
  const scaledMakerFor = makerBySource(input, pool);

  return stage("letterbox", async function* letterbox(frames: AsyncIterable<Frame>) {
    for await (const frame of frames) {
      const { scaled } = frame;
      const isSeen = frame.index % stride === 0;
      if (scaled?.input === input && resampler === "bilinear") {
        const { fit, make } = scaledMakerFor(frame.source);
        yield isSeen ? { frame, input: make(scaled), fit } : { frame, fit };
        continue;
      }
      if (frame.planes.width === 0) {
        throw new RangeError("Cannot letterbox a frame that was scaled for something else");
      }
      const { planes, source: { colour } } = frame;
      if (planes.data.length <= maxPictureBytes) {
        const fit = fitOf(planes, input);
        const picture = { planes, colour, input, resampler, fits: [fit] };
        yield isSeen ? { frame, picture, fit } : { frame, fit };
        continue;
      }
      const { fits, make } = makerFor(frame);
      const fit = fits[0]!;
      yield isSeen ? { frame, input: make(planes, { pool }), fit } : { frame, fit };
    }
  });
}

/** How frames lie in the input. */
function fitOf(frame: Size, input: InputSpec): Fit {
  return (input.resize === "letterbox" ? letterboxFit : stretchFit)(frame, input);
}

/** Gives what makes the tensors of scaled frames: the same for all frames of a source. */
function makerBySource(
  input: InputSpec,
  pool: InputPool | undefined,
): (source: FrameSource) => { readonly fit: Fit; make(scaled: ScaledPictures): Tensor } {
  let madeFor: FrameSource | undefined;
  let made: { readonly fit: Fit; make(scaled: ScaledPictures): Tensor } | undefined;
  return (source) => {
    if (!made || madeFor !== source) {
      madeFor = source;
      made = { fit: fitOf(source, input), make: scaledTensorMaker(input, source.colour, pool) };
    }
    return made;
  };
}

function check({ width, height, std }: InputSpec, resampler: Resampler, stride: number): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(
      `Cannot letterbox as the input must have whole pixels: current value is ${width}x${height}`,
    );
  }
  if (std.some((value) => !(value > 0))) {
    throw new RangeError(`Cannot letterbox as std must be above 0: current value is ${std}`);
  }
  if (!(Number.isInteger(stride) && stride > 0)) {
    throw new RangeError(
      `Cannot letterbox as stride must be a whole number from 1: current value is ${stride}`,
    );
  }
  if (resampler !== "bilinear" && resampler !== "area") {
    throw new RangeError(
      `Cannot letterbox as resampler must be "bilinear" or "area": current value is "${resampler}"`,
    );
  }
}
