import type { Box } from "../../pipeline/box.ts";
import type { SmallPicture } from "./small_picture.ts";

/** Points of a picture by which can be told how it moves. */
export interface Landmarks {
  readonly picture: SmallPicture;
  /** The pixels that belong to objects, which move by themselves, as 1. */
  readonly isHidden: Uint8Array;
  /** Where the points are, in pixels of the picture. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly shade: Float32Array;
  /** By how much the shade grows for a pixel to the right, and downwards. */
  readonly slopeX: Float32Array;
  readonly slopeY: Float32Array;
}

/** About how many there are: more tell hardly more. */
const COUNT = 800;
/** By how much of its size a box is enlarged on each side, as boxes hardly hold all of an object. */
const MARGIN = 0.1;

/**
 * Picks the steepest point in each cell of a grid.
 *
 * @param picture The picture.
 * @param objects Where objects are, in pixels of the frame: there is none picked.
 */
export function landmarksOf(picture: SmallPicture, objects: readonly Box<"frame">[]): Landmarks {
  const { width, height } = picture;
  const side = Math.max(1, Math.round(Math.sqrt((width - 2) * (height - 2) / COUNT)));
  const most = Math.ceil((width - 2) / side) * Math.ceil((height - 2) / side);
  const isHidden = hiddenBy(objects, picture);
  const places = new Int32Array(most);
  let count = 0;
  for (let top = 1; top < height - 1; top += side) {
    for (let left = 1; left < width - 1; left += side) {
      const place = steepest(picture, isHidden, { left, top, side });
      if (place >= 0) places[count++] = place;
    }
  }
  return { picture, isHidden, ...described(picture, places.subarray(0, count)) };
}

/** The place of the steepest point of a cell, -1 if nothing is to be seen in it. */
function steepest(
  { width, height, shades }: SmallPicture,
  isHidden: Uint8Array,
  { left, top, side }: { readonly left: number; readonly top: number; readonly side: number },
): number {
  const right = Math.min(left + side, width - 1);
  const bottom = Math.min(top + side, height - 1);
  let best = -1;
  let bestSlope = 0;
  for (let row = top; row < bottom; row++) {
    for (let at = row * width + left; at < row * width + right; at++) {
      const dx = shades[at + 1]! - shades[at - 1]!;
      const dy = shades[at + width]! - shades[at - width]!;
      const slope = dx * dx + dy * dy;
      if (slope <= bestSlope || isHidden[at]) continue;
      bestSlope = slope;
      best = at;
    }
  }
  return best;
}

function described({ width, shades }: SmallPicture, places: Int32Array) {
  const column = () => new Float32Array(places.length);
  const [x, y, shade, slopeX, slopeY] = [column(), column(), column(), column(), column()];
  for (let i = 0; i < places.length; i++) {
    const at = places[i]!;
    x[i] = at % width;
    y[i] = Math.floor(at / width);
    shade[i] = shades[at]!;
    slopeX[i] = (shades[at + 1]! - shades[at - 1]!) / 2;
    slopeY[i] = (shades[at + width]! - shades[at - width]!) / 2;
  }
  return { x, y, shade, slopeX, slopeY };
}

function hiddenBy(
  objects: readonly Box<"frame">[],
  { width, height, scale, offset }: SmallPicture,
): Uint8Array {
  const isHidden = new Uint8Array(width * height);
  for (const { x1, y1, x2, y2 } of objects) {
    const placeOf = (edge: number, margin: number) => (edge + margin - offset) / scale;
    const [marginX, marginY] = [MARGIN * (x2 - x1), MARGIN * (y2 - y1)];
    const left = Math.max(0, Math.floor(placeOf(x1, -marginX)));
    const right = Math.min(width, Math.ceil(placeOf(x2, marginX)) + 1);
    const bottom = Math.min(height, Math.ceil(placeOf(y2, marginY)) + 1);
    for (let row = Math.max(0, Math.floor(placeOf(y1, -marginY))); row < bottom; row++) {
      if (right > left) isHidden.fill(1, row * width + left, row * width + right);
    }
  }
  return isHidden;
}
