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
/** The values of a picture that a source made are so many times the shades. */
const FINENESS = 256;

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

/** What is looked at of a frame. */
export type Seen = Pick<Frame, "planes" | "scaled">;

/**
 * Makes the small picture of each frame, and its halves, in the same memory again and again.
 *
 * The luma is shrunk by a whole factor, unless its source has done so, and softened, so that what lies
 * between its pixels can be told well; then it is halved again and again.
 */
export class Shrinker {
  /** The small picture and its halves, largest first; none if the frame is too small. */
  readonly pictures: readonly SmallPicture[];
  /** The picture before it is softened. */
  readonly #values: Uint16Array<ArrayBuffer>;

  /** Makes room for the pictures of a frame, and of others like it. */
  constructor(frame: Seen) {
    const pictures: SmallPicture[] = [];
    let shape = shapeFor(frame);
    while (shape && Math.min(shape.width, shape.height) >= MIN_SIDE) {
      pictures.push({ ...shape, shades: new Float32Array(shape.width * shape.height) });
      shape = halfOf(shape);
    }
    this.pictures = pictures;
    this.#values = new Uint16Array(pictures[0]?.shades.length ?? 0);
  }

  /** Whether another frame's pictures have the same shapes. */
  suits(frame: Seen): boolean {
    const [first, shape] = [this.pictures[0], shapeFor(frame)];
    return first?.width === shape?.width && first?.height === shape?.height &&
      first?.scale === shape?.scale && first?.offset === shape?.offset;
  }

  /** Makes the pictures of a frame. */
  shrink({ planes, scaled }: Seen): void {
    const [first] = this.pictures;
    if (!first) return;
    if (scaled?.luma) soften(scaled.luma.data, FINENESS, first);
    else soften(this.#values, sample(planes, first.scale, this.#values), first);
    for (let i = 1; i < this.pictures.length; i++) halve(this.pictures[i - 1]!, this.pictures[i]!);
  }
}

/** A small picture but for its shades. */
type Shape = Omit<SmallPicture, "shades">;

/** What the small picture of a frame is like; nothing if the frame is too small. */
function shapeFor({ planes, scaled }: Seen): Shape | undefined {
  if (scaled) {
    const { luma } = scaled;
    return luma && {
      width: luma.width,
      height: luma.height,
      scale: luma.scale,
      offset: luma.scale / 2,
    };
  }
  const size = smallSizeOf(planes);
  if (!size) return undefined;
  const { step, count } = samplesFor(size.scale);
  return { ...size, offset: (count - 1) * step / 2 + 0.5 };
}

function halfOf({ width, height, scale, offset }: Shape): Shape {
  return { width: width >> 1, height: height >> 1, scale: 2 * scale, offset: offset + scale / 2 };
}

/** How a block of pixels is sampled along each side. */
function samplesFor(scale: number): { readonly step: number; readonly count: number } {
  const step = Math.ceil(scale / SAMPLES);
  return { step, count: Math.ceil(scale / step) };
}

/** Adds up samples of each block of the luma; returns how many they are. */
function sample({ y, width, height }: Planes, scale: number, values: Uint16Array): number {
  const { step, count } = samplesFor(scale);
  const [columns, rows] = [Math.floor(width / scale), Math.floor(height / scale)];
  let place = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const corner = (row * width + column) * scale;
      let sum = 0;
      for (let dy = 0; dy < scale; dy += step) {
        const line = corner + dy * width;
        for (let dx = 0; dx < scale; dx += step) sum += y[line + dx]!;
      }
      values[place++] = sum;
    }
  }
  return count ** 2;
}

/**
 * Weighs each pixel with its neighbours by 1, 4, 6, 4, 1 on both axes; the edges count on beyond the
 * picture. The sums are whole numbers of 24 bits.
 *
 * @param values The pixels.
 * @param fineness How many times the shades they are.
 * @param target The picture that is made.
 */
function soften(
  values: Uint16Array,
  fineness: number,
  { width, height, shades }: SmallPicture,
): void {
  const share = 1 / (256 * fineness);
  const line = new Int32Array(width + 4); // A row, and the edges twice more.
  for (let row = 0; row < height; row++) {
    const at = row * width;
    const [above, below] = [Math.max(row - 1, 0) * width, Math.min(row + 1, height - 1) * width];
    const [top, bottom] = [Math.max(row - 2, 0) * width, Math.min(row + 2, height - 1) * width];
    for (let x = 0; x < width; x++) {
      const middle = values[at + x]!;
      const next = values[above + x]! + middle + values[below + x]!;
      line[x + 2] = values[top + x]! + values[bottom + x]! + (next << 2) + (middle << 1);
    }
    line.fill(line[2]!, 0, 2).fill(line[width + 1]!, width + 2);
    // 1, 4, 6, 4, 1 is the sum of neighbours, of those sums again, and so on, four times.
    let [last, once, twice, thrice] = [0, 0, 0, 0];
    for (let x = -4; x < width; x++) {
      const value = line[x + 4]!;
      const sum = (last + value) | 0;
      const second = (once + sum) | 0;
      const third = (twice + second) | 0;
      if (x >= 0) shades[at + x] = (thrice + third) * share;
      last = value;
      once = sum;
      twice = second;
      thrice = third;
    }
  }
}

function halve({ width, shades }: SmallPicture, half: SmallPicture): void {
  let place = 0;
  for (let row = 0; row < half.height; row++) {
    let corner = 2 * row * width;
    for (let column = 0; column < half.width; column++, corner += 2) {
      half.shades[place++] = 0.25 * (shades[corner]! + shades[corner + 1]! +
        shades[corner + width]! + shades[corner + width + 1]!);
    }
  }
}
