import type { Yuv } from "../../pipeline/colour.ts";
import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import type { Sprite } from "./sprite.ts";

/** How a tag looks. */
export interface TagLook {
  /** The colour of the tag. */
  readonly ground: Yuv;
  /** The colour of what stands on it. */
  readonly ink: Yuv;
  /** The space on the left and, at least, on the right, in pixels, even. */
  readonly padding: number;
}

/**
 * Paints text on a ground of its own.
 *
 * @param text The text, of even height.
 * @param look The colours and the space around it.
 * @returns A picture of even size.
 */
export function paintTag(text: Sprite, { ground, ink, padding }: TagLook): Planes {
  const width = 2 * Math.ceil(text.width / 2) + 2 * padding;
  const data = new Uint8Array(planesByteLength(width, text.height));
  const tag = planesFrom(data, width, text.height);
  tag.y.fill(ground.y);
  tag.u.fill(ground.u);
  tag.v.fill(ground.v);
  const shareAt = (x: number, y: number) =>
    x < text.width ? (text.alpha[y * text.width + x] as number) / 255 : 0;
  for (let y = 0; y < text.height; y++) {
    for (let x = 0; x < text.width; x++) {
      const luma = ground.y + shareAt(x, y) * (ink.y - ground.y);
      tag.y[y * width + padding + x] = Math.round(luma);
    }
  }
  for (let y = 0; y < text.height; y += 2) {
    for (let x = 0; x < text.width; x += 2) {
      const share =
        (shareAt(x, y) + shareAt(x + 1, y) + shareAt(x, y + 1) + shareAt(x + 1, y + 1)) / 4;
      const chroma = (y * tag.chromaWidth + padding + x) / 2;
      tag.u[chroma] = Math.round(ground.u + share * (ink.u - ground.u));
      tag.v[chroma] = Math.round(ground.v + share * (ink.v - ground.v));
    }
  }
  return tag;
}
