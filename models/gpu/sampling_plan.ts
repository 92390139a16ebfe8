import type { Fit } from "../../pipeline/fit.ts";
import type { SharedPicture } from "./shared_picture.ts";

/** How many bytes the plan's fixed part has; what it holds, the shader's `Plan` says. */
const HEADER_BYTES = 128;

/** An axis of the tensor, and how the picture lies in it. */
interface Axis {
  /** How many pixels the tensor has. */
  readonly count: number;
  /** Picture pixels a tensor pixel is wide. */
  readonly scale: number;
  /** Where the tensor begins in the picture. */
  readonly offset: number;
  /** How many pixels the picture has. */
  readonly limit: number;
}

/** What is written into a plan, number by number. */
class Writer {
  readonly #view: DataView;
  #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  whole(...values: number[]): this {
    for (const value of values) this.#view.setInt32(this.#advance(), value, true);
    return this;
  }

  real(...values: number[]): this {
    for (const value of values) this.#view.setFloat32(this.#advance(), value, true);
    return this;
  }

  #advance(): number {
    const at = this.#at;
    this.#at += 4;
    return at;
  }
}

/**
 * Works out all that the shader needs to know to make one tensor of a picture: where each row and
 * column of the tensor is read. Here there are 64 bits for it: with a shader's 32, places in a frame
 * of 4K would be off by a thousandth of a pixel.
 *
 * @param picture The picture, of which the pixels are not looked at.
 * @param fit How it lies in the tensor.
 * @returns The plan, laid out as the shader's `Plan`.
 */
export function samplingPlan(
  { size, rgbFromYuv, input, resampler }: SharedPicture,
  fit: Fit,
): Uint8Array<ArrayBuffer> {
  const { width, height } = input;
  const tapBytes = resampler === "bilinear" ? 8 : 48;
  const bytes = new Uint8Array(HEADER_BYTES + (width + height) * tapBytes);
  const view = new DataView(bytes.buffer);
  const { lumaOffset, lumaGain, redFromV, greenFromU, greenFromV, blueFromU } = rgbFromYuv;
  const isPlanar = input.layout === "nchw";
  const channelStep = isPlanar ? width * height : 1;
  const [red, blue] = input.channels === "rgb" ? [0, 2] : [2, 0];
  const chroma = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
  const lumaLength = size.width * size.height;
  new Writer(view, 0)
    .whole(size.width, size.height, chroma.width, chroma.height)
    .whole(lumaLength, lumaLength + chroma.width * chroma.height, width, height)
    .whole(channelStep, isPlanar ? 1 : 3, red * channelStep, blue * channelStep)
    .real(lumaOffset, lumaGain, 0, 0)
    .real(redFromV, greenFromU, greenFromV, blueFromU)
    .real(...input.mean, 0)
    .real(...input.std.map((value) => 1 / value), 0)
    .real(...input.border, 0);
  const taps = new Writer(view, HEADER_BYTES);
  const writeTaps = resampler === "bilinear" ? writeBilinear : writeArea;
  const { scaleX, scaleY, offsetX, offsetY } = fit;
  writeTaps(taps, { count: width, scale: scaleX, offset: offsetX, limit: size.width });
  writeTaps(taps, { count: height, scale: scaleY, offset: offsetY, limit: size.height });
  return bytes;
}

/** For each tensor pixel, the first of the two picture pixels it lies between, and the other's weight. */
function writeBilinear(writer: Writer, { count, scale, offset }: Axis): void {
  for (let i = 0; i < count; i++) {
    const position = (i + 0.5) * scale + offset - 0.5;
    const first = Math.floor(position);
    writer.whole(first).real(position - first);
  }
}

/** For each tensor pixel, the samples that it covers: of luma, then of chroma, each two pixels wide. */
function writeArea(writer: Writer, { count, scale, offset, limit }: Axis): void {
  for (let i = 0; i < count; i++) {
    const from = Math.max(0, i * scale + offset);
    const to = Math.min(limit, (i + 1) * scale + offset);
    for (const unit of [1, 2]) {
      if (to > from) writeSpan(writer, from / unit, to / unit, (to - from) / scale);
      else writer.whole(0, 0).real(0, 0, 0, 0);
    }
  }
}

/** The samples from one place to another, with their weights in a mean, and how much is covered. */
function writeSpan(writer: Writer, from: number, to: number, covered: number): void {
  const first = Math.floor(from);
  const last = Math.ceil(to) - 1;
  const length = to - from;
  writer.whole(first, last).real(
    (Math.min(first + 1, to) - from) / length,
    1 / length,
    last > first ? (to - last) / length : 0,
    covered,
  );
}
