import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";

/**
 * A picture whose width and height are even, as encoders of 4:2:0 want them: the last column and
 * row are repeated where needed. Chroma has that size already.
 *
 * @param planes The picture.
 * @param buffer Memory to use again for a picture that has to grow.
 * @returns The picture itself if its size is even, else a larger one.
 */
export function evenSized(planes: Planes, buffer?: Uint8Array<ArrayBuffer>): Planes {
  const { width, height } = planes;
  if (width % 2 === 0 && height % 2 === 0) return planes;
  const evenWidth = width + width % 2;
  const evenHeight = height + height % 2;
  const data = buffer ?? new Uint8Array(planesByteLength(evenWidth, evenHeight));
  const even = planesFrom(data, evenWidth, evenHeight);
  for (let row = 0; row < evenHeight; row++) {
    const from = Math.min(row, height - 1) * width;
    const to = row * evenWidth;
    even.y.set(planes.y.subarray(from, from + width), to);
    if (evenWidth > width) even.y[to + width] = planes.y[from + width - 1]!;
  }
  even.u.set(planes.u);
  even.v.set(planes.v);
  return even;
}
