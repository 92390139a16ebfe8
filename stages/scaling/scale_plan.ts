import type { Colour } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { ScaledPictures } from "../../pipeline/frame.ts";
import { smallSizeOf } from "../tracking/small_picture.ts";

/** How ffmpeg makes the smaller pictures of frames. */
export interface ScalePlan extends Pick<ScaledPictures, "input" | "left" | "top"> {
  /** The size of the network's picture. */
  readonly picture: Size;
  /** The filters that turn a frame into it, as yuv444p16le. */
  readonly pictureFilters: string;
  /** The size of the small picture of the luma, and how many frame pixels its pixels are wide. */
  readonly luma?: Size & { readonly scale: number };
  /** The filters that turn a frame into that, as gray16le; none where it is absent. */
  readonly lumaFilters: string;
}

/** Where a frame lies in the input on one axis, in whole pixels of the input. */
interface Span {
  /** The first pixel that shows something of the frame. */
  readonly from: number;
  /** How many do. */
  readonly length: number;
  /** What makes the frame fill the axis, where its edges lie within pixels; else it fills the span. */
  readonly padding?: Padding;
}

/** What is added to a frame on one axis, in pixels of the frame. */
interface Padding {
  readonly before: number;
  /** How long the frame gets. */
  readonly length: number;
}

/**
 * Finds the filters by which ffmpeg samples frames as `letterbox` does with `bilinear`: two taps on
 * each axis, pixel centres at half coordinates.
 *
 * Of swscale's ways only "fast_bilinear" keeps to two taps when it shrinks. With 8 bits it puts the
 * first pixels of both pictures on each other; with 16 it does not, and rounds nothing. What differs
 * from `letterbox`: chroma is interpolated once rather than at each tap, and colours that no screen
 * shows are cut off after the taps are mixed. That is 0.1 of 255 on average, more at edges of colour.
 *
 * @param frame The size of the frames.
 * @param colour What their numbers mean.
 * @param input What the network wants.
 * @returns The plan; nothing where the frame's edges lie within pixels of the input in a way that
 * these filters cannot do.
 */
export function scalePlanFor(
  frame: Size,
  { range }: Pick<Colour, "range">,
  input: InputSpec,
): ScalePlan | undefined {
  const spans = spansFor(frame, input);
  if (!spans) return undefined;
  const { x, y } = spans;
  const isPadded = x.padding !== undefined || y.padding !== undefined;
  const [red, green, blue] = input.border;
  // Other borders would not be the same in YUV, nor would black be in full range.
  if (isPadded && !(red === green && green === blue && range === "limited")) return undefined;
  const signal = range === "full" ? "pc" : "tv";
  const ranges = `in_range=${signal}:out_range=${signal}`;
  const luma = smallSizeOf(frame);
  return {
    input,
    left: x.from,
    top: y.from,
    picture: { width: x.length, height: y.length },
    pictureFilters: [
      ...(isPadded ? [paddingFilter(x, y, red)] : []),
      `scale=w=${x.padding ? input.width : x.length}:h=${y.padding ? input.height : y.length}` +
      `:flags=fast_bilinear:in_h_chr_pos=0:in_v_chr_pos=128:${ranges}`,
      "format=yuv444p16le",
      ...(isPadded ? [croppingFilter(x, y)] : []),
    ].join(","),
    ...(luma && { luma }),
    lumaFilters: luma
      ? [
        `crop=w=${luma.width * luma.scale}:h=${luma.height * luma.scale}:x=0:y=0:exact=1`,
        // Grey counts as full range, and a range as itself is no conversion; no chroma is scaled.
        `scale=w=${luma.width}:h=${luma.height}:flags=area:in_range=pc:out_range=pc`,
        "format=gray16le",
      ].join(",")
      : "",
  };
}

/** Where a frame lies in the input. */
function spansFor(
  frame: Size,
  input: InputSpec,
): { readonly x: Span; readonly y: Span } | undefined {
  const full = { x: { from: 0, length: input.width }, y: { from: 0, length: input.height } };
  const ratios = [frame.width / input.width, frame.height / input.height];
  const isStretch = input.resize === "stretch";
  // Enlarged, the outermost pixels would have to be mixed with the border.
  if ((isStretch ? Math.min : Math.max)(...ratios) < 1) return undefined;
  // The last chroma sample of an odd size counts as a whole one, and all would be moved.
  if (frame.width % 2 !== 0 || frame.height % 2 !== 0) return undefined;
  if (isStretch) return full;
  const isWide = frame.width * input.height >= frame.height * input.width;
  const x = isWide ? full.x : spanOf("width", "height", frame, input);
  const y = isWide ? spanOf("height", "width", frame, input) : full.y;
  return x && y && { x, y };
}

/** Where a frame lies in the input on the axis that it does not fill, while it fills the other. */
function spanOf(
  axis: keyof Size,
  filled: keyof Size,
  frame: Size,
  input: Size,
): Span | undefined {
  const length = frame[axis] * input[filled] / frame[filled];
  const from = (input[axis] - length) / 2;
  if (Number.isInteger(length) && Number.isInteger(from)) {
    return length > 0 ? { from, length } : undefined;
  }
  const scale = frame[filled] / input[filled];
  const padded = input[axis] * frame[filled] / input[filled];
  const before = (padded - frame[axis]) / 2;
  if (padded % 2 !== 0 || before % 2 !== 0) return undefined; // Chroma is added by whole samples.
  const pixelAt = (position: number) => (position + before + 0.5) / scale - 0.5;
  const first = Math.floor(pixelAt(-1)) + 1;
  const last = Math.ceil(pixelAt(frame[axis])) - 1;
  return { from: first, length: last - first + 1, padding: { before, length: padded } };
}

function paddingFilter(x: Span, y: Span, grey: number): string {
  const colour = `0x${grey.toString(16).padStart(2, "0").repeat(3)}`;
  return `pad=w=${x.padding?.length ?? "iw"}:h=${y.padding?.length ?? "ih"}` +
    `:x=${x.padding?.before ?? 0}:y=${y.padding?.before ?? 0}:color=${colour}`;
}

function croppingFilter(x: Span, y: Span): string {
  return `crop=w=${x.length}:h=${y.length}:x=${x.from}:y=${y.from}:exact=1`;
}
