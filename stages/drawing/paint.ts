import type { Box } from "../../pipeline/box.ts";
import type { Yuv } from "../../pipeline/colour.ts";
import type { Planes } from "../../pipeline/planes.ts";

/**
 * Fills a box with a colour; what lies outside the picture is left out.
 *
 * Luma is exact. Every colour sample that the box touches is set, so that the box has its colour up
 * to its edges, and a neighbouring pixel that shares such a sample takes the hue.
 *
 * @param planes The picture, changed in place.
 * @param box The box, in whole pixels.
 * @param colour The colour.
 */
export function fillBox(planes: Planes, box: Box<"frame">, colour: Yuv): void {
  const x1 = Math.max(0, box.x1);
  const y1 = Math.max(0, box.y1);
  const x2 = Math.min(planes.width, box.x2);
  const y2 = Math.min(planes.height, box.y2);
  if (!(x1 < x2 && y1 < y2)) return;
  fill(planes.y, planes.width, { x1, y1, x2, y2 }, colour.y);
  const halved = { x1: x1 >> 1, y1: y1 >> 1, x2: (x2 + 1) >> 1, y2: (y2 + 1) >> 1 };
  fill(planes.u, planes.chromaWidth, halved, colour.u);
  fill(planes.v, planes.chromaWidth, halved, colour.v);
}

function fill(plane: Uint8Array, stride: number, box: Box<"frame">, value: number): void {
  for (let y = box.y1; y < box.y2; y++) {
    const end = y * stride + box.x2;
    for (let at = y * stride + box.x1; at < end; at++) plane[at] = value;
  }
}

/**
 * Makes a box dark: no pixel's luma stays above a limit. Doing it twice changes nothing.
 *
 * @param planes The picture, changed in place.
 * @param box The box, in whole pixels; what lies outside the picture is left out.
 * @param maxLuma The limit, from 0 to 255.
 */
export function shadeBox(planes: Planes, box: Box<"frame">, maxLuma: number): void {
  const x1 = Math.max(0, box.x1);
  const x2 = Math.min(planes.width, box.x2);
  const y2 = Math.min(planes.height, box.y2);
  const luma = planes.y;
  for (let y = Math.max(0, box.y1); y < y2; y++) {
    const end = y * planes.width + x2;
    for (let at = y * planes.width + x1; at < end; at++) {
      if ((luma[at] as number) > maxLuma) luma[at] = maxLuma;
    }
  }
}

/**
 * Lays a small picture over another.
 *
 * @param planes The picture, changed in place.
 * @param patch What is laid over it, of even width and height.
 * @param at Where its top left corner comes to lie, even, such that all of it lies in the picture.
 */
export function pastePatch(
  planes: Planes,
  patch: Planes,
  at: { readonly x: number; readonly y: number },
): void {
  const chroma = { x: at.x / 2, y: at.y / 2, stride: planes.chromaWidth, width: patch.chromaWidth };
  paste(planes.y, patch.y, { ...at, stride: planes.width, width: patch.width });
  paste(planes.u, patch.u, chroma);
  paste(planes.v, patch.v, chroma);
}

function paste(
  plane: Uint8Array,
  patch: Uint8Array,
  { x, y, stride, width }: { x: number; y: number; stride: number; width: number },
): void {
  const skip = stride - width;
  let to = y * stride + x;
  for (let from = 0; from < patch.length; to += skip) {
    for (const end = from + width; from < end; from++, to++) plane[to] = patch[from] as number;
  }
}
