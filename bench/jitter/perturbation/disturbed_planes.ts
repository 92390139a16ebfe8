import type { ColourRange } from "../../../pipeline/colour.ts";
import { type Planes, planesFrom } from "../../../pipeline/planes.ts";
import type { Random } from "../../../pipeline/metrics/random.ts";

/** The deviation of the noise, in steps of 8 bits. */
const SIGMA = 2;
/** How many numbers of the normal distribution are drawn for a picture: rows begin anywhere among them. */
const DRAWN = 1 << 14;

/**
 * A copy of a picture with noise as of a sensor: white, normal, of deviation 2 (of 255) in luma and in
 * both chroma planes, rounded to 8 bits.
 *
 * Rows are read from a list of drawn numbers, each from a place of its own: drawing them all would
 * take longer than the network.
 *
 * @param planes The picture.
 * @param random Where the numbers come from.
 * @returns The copy, in memory of its own.
 */
export function noisyPlanes(planes: Planes, random: Random): Planes {
  const longest = Math.max(planes.width, planes.chromaWidth);
  const noise = Int8Array.from(
    { length: DRAWN + longest },
    () => Math.round(SIGMA * random.normal()),
  );
  const data = Uint8ClampedArray.from(planes.data);
  let at = 0;
  for (const { length, width } of rowsOf(planes)) {
    for (const end = at + length; at < end;) {
      const start = random.below(DRAWN);
      for (let i = 0; i < width; i++, at++) data[at]! += noise[start + i]!;
    }
  }
  return planesFrom(new Uint8Array(data.buffer), planes.width, planes.height);
}

function rowsOf({ y, u, v, width, chromaWidth }: Planes) {
  return [
    { length: y.length, width },
    ...[u, v].map(({ length }) => ({
      length,
      width: chromaWidth,
    })),
  ];
}

/**
 * A copy of a picture that is brighter or darker by a factor, as when a camera's exposure changes: red,
 * green and blue are multiplied, and rounded to 8 bits.
 *
 * @param planes The picture.
 * @param gain The factor, above 0.
 * @param range The range of its luma.
 * @returns The copy, in memory of its own.
 */
export function brightenedPlanes(planes: Planes, gain: number, range: ColourRange): Planes {
  const black = range === "limited" ? 16 : 0;
  const luma = Uint8ClampedArray.from({ length: 256 }, (_, y) => (y - black) * gain + black);
  const chroma = Uint8ClampedArray.from({ length: 256 }, (_, c) => (c - 128) * gain + 128);
  const lumaEnd = planes.y.length;
  const data = planes.data.map((value, i) => (i < lumaEnd ? luma : chroma)[value]!);
  return planesFrom(data, planes.width, planes.height);
}
