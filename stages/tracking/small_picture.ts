import type { Size } from "../../pipeline/fit.ts";
import type { Frame } from "../../pipeline/frame.ts";
import type { Planes } from "../../pipeline/planes.ts";

/** Shades of grey of a frame. Pixel (x, y) lies at `x * scale + offset` in the frame, and so for y. */
export interface SmallPicture {
  readonly width: number;
  readonly height: number;
  /** The shades, 0 to 255, row by row. */
  readonly shades: Float32Array<ArrayBuffer>;
  /** How many pixels of the frame one pixel is wide. */
  readonly scale: number;
  /** Where the middle of the first pixel lies in the frame, on both axes. */
  readonly offset: number;
}

/** The most that a small picture is wide or high, in pixels. */
const MAX_SIDE = 240;
/** A picture is halved as long as no side gets smaller than this. */
const MIN_SIDE = 12;
/** So many samples along each side of a block are enough, as footage is hardly sharper. */
const SAMPLES = 4;

/**
 * How large the small picture of a frame is; nothing if the frame is too small. What is left over at
 * the right and the lower edge is left out.
 */
export function smallSizeOf(
  { width, height }: Size,
): Size & { readonly scale: number } | undefined {
  const scale = Math.max(1, Math.ceil(Math.max(width, height) / MAX_SIDE));
  const small = { width: Math.floor(width / scale), height: Math.floor(height / scale), scale };
  return Math.min(small.width, small.height) < MIN_SIDE ? undefined : small;
}

/**
 * Shrinks the luma of a frame by a whole factor, unless its source has done so, and softens it, so
 * that what lies between its pixels can be told well; then halves it again and again.
 *
 * @returns The small picture and its halves, largest first; none if the frame is too small.
 */
export function shrunk({ planes, scaled }: Pick<Frame, "planes" | "scaled">): SmallPicture[] {
  const small = scaled ? pictureFrom(scaled.luma) : sampled(planes);
  if (!small) return [];
  soften(small);
  const pictures = [small];
  for (let last = small; Math.min(last.width, last.height) >= 2 * MIN_SIDE;) {
    pictures.push(last = halved(last));
  }
  return pictures;
}

/** The small picture that a source made. */
function pictureFrom(
  luma: NonNullable<Frame["scaled"]>["luma"],
): SmallPicture | undefined {
  if (!luma) return undefined;
  const { width, height, scale, data } = luma;
  const small = pictureOf({ width, height, scale, offset: scale / 2 });
  for (let i = 0; i < data.length; i++) small.shades[i] = data[i]! / 256;
  return small;
}

/** Makes the small picture. */
function sampled({ y, width, height }: Planes): SmallPicture | undefined {
  const size = smallSizeOf({ width, height });
  if (!size) return undefined;
  const { scale } = size;
  const step = Math.ceil(scale / SAMPLES);
  const samples = Math.ceil(scale / step);
  const small = pictureOf({ ...size, offset: (samples - 1) * step / 2 + 0.5 });
  const share = 1 / samples ** 2;
  let place = 0;
  for (let row = 0; row < small.height; row++) {
    for (let column = 0; column < small.width; column++) {
      const corner = (row * width + column) * scale;
      let sum = 0;
      for (let dy = 0; dy < scale; dy += step) {
        const line = corner + dy * width;
        for (let dx = 0; dx < scale; dx += step) sum += y[line + dx]!;
      }
      small.shades[place++] = sum * share;
    }
  }
  return small;
}

function pictureOf(shape: Omit<SmallPicture, "shades">): SmallPicture {
  return { ...shape, shades: new Float32Array(shape.width * shape.height) };
}

/** Weighs each pixel with its neighbours by 1, 4, 6, 4, 1, twice [1, 2, 1], but for the outermost. */
function soften({ width, height, shades }: SmallPicture): void {
  const above = new Float32Array(width);
  for (let pass = 0; pass < 2; pass++) {
    above.set(shades.subarray(0, width));
    for (let row = 1; row < height - 1; row++) {
      const start = row * width;
      for (let x = 0; x < width; x++) {
        const shade = shades[start + x]!;
        shades[start + x] = 0.25 * (above[x]! + 2 * shade + shades[start + width + x]!);
        above[x] = shade;
      }
      let left = shades[start]!;
      for (let at = start + 1; at < start + width - 1; at++) {
        const shade = shades[at]!;
        shades[at] = 0.25 * (left + 2 * shade + shades[at + 1]!);
        left = shade;
      }
    }
  }
}

function halved({ width, height, shades, scale, offset }: SmallPicture): SmallPicture {
  const half = pictureOf({
    width: width >> 1,
    height: height >> 1,
    scale: 2 * scale,
    offset: offset + scale / 2,
  });
  let place = 0;
  for (let row = 0; row < half.height; row++) {
    for (let column = 0; column < half.width; column++) {
      const corner = 2 * (row * width + column);
      half.shades[place++] = 0.25 * (shades[corner]! + shades[corner + 1]! +
        shades[corner + width]! + shades[corner + width + 1]!);
    }
  }
  return half;
}
