import type { Colour } from "../pipeline/colour.ts";
import type { Frame } from "../pipeline/frame.ts";
import { type Planes, planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { blackFrame } from "./_frames.ts";

/** What a test may want to choose of a {@linkcode stillFrame}. */
export interface StillFrameOptions {
  /** The number of the frame: 0 unless given. */
  readonly index?: number;
  /** What the numbers mean: full-range BT.601 unless given. */
  readonly colour?: Colour;
}

/** A frame with the planes given. */
export function stillFrame(
  planes: Planes,
  { index = 0, colour = FULL_RANGE }: StillFrameOptions = {},
): Frame {
  const frame = blackFrame(index, { width: planes.width, height: planes.height });
  return { ...frame, planes, source: { ...frame.source, colour } };
}

/** Full range, so that without chroma red, green and blue equal luma. */
export const FULL_RANGE: Colour = { matrix: "bt601", range: "full", tags: {} };

/** Planes whose samples are computed: luma at each pixel, chroma at each 2x2 block. */
export function planesOf(
  width: number,
  height: number,
  luma: (x: number, y: number) => number,
  chroma: (x: number, y: number) => readonly [number, number] = () => [128, 128],
): Planes {
  const data = new Uint8Array(planesByteLength(width, height));
  const planes = planesFrom(data, width, height);
  planes.y.forEach((_, i) => planes.y[i] = luma(i % width, Math.floor(i / width)));
  planes.u.forEach((_, i) => {
    const [u, v] = chroma(i % planes.chromaWidth, Math.floor(i / planes.chromaWidth));
    planes.u[i] = u;
    planes.v[i] = v;
  });
  return planes;
}
