import type { Box } from "../../pipeline/box.ts";
import type { SmallPicture } from "./small_picture.ts";

/** How many numbers there are of each landmark. */
export const NUMBERS_PER_LANDMARK = 8;

/** No more cells than this are searched: more landmarks tell hardly more. */
const MAX_CELLS = 1250;
/** By how much of its size a box is enlarged on each side, as boxes hardly hold all of an object. */
const MARGIN = 0.1;

/** Points of a picture by which can be told how it moves, in the same memory for each picture. */
export class Landmarks {
  readonly picture: SmallPicture;
  /** The pixels that belong to objects, which move by themselves, as 1. */
  readonly isHidden: Uint8Array;
  /** Half the diagonal of the picture, in which zoom and turn are counted, in pixels. */
  readonly reach: number;
  /** Where the landmarks are: the numbers of their pixels. */
  readonly #places: Int32Array;
  readonly #numbers: Float32Array;
  /** How many pixels a cell is wide. */
  readonly #side: number;
  readonly #coarser: Landmarks | undefined;
  #count = 0;

  /**
   * Makes room for the landmarks of a picture.
   *
   * @param picture The picture, whose shades may change.
   * @param coarser The landmarks of half the picture, near which these are looked for then.
   */
  constructor(picture: SmallPicture, coarser?: Landmarks) {
    const { width, height } = picture;
    this.picture = picture;
    this.reach = Math.hypot(width - 1, height - 1) / 2;
    this.isHidden = new Uint8Array(width * height);
    this.#side = Math.ceil(Math.sqrt((width - 2) * (height - 2) / MAX_CELLS));
    this.#coarser = coarser;
    const most = coarser
      ? coarser.#places.length
      : Math.ceil((width - 2) / this.#side) * Math.ceil((height - 2) / this.#side);
    this.#places = new Int32Array(most);
    this.#numbers = new Float32Array(most * NUMBERS_PER_LANDMARK);
  }

  /**
   * What is known of each landmark, one behind the other: x and y, in pixels of the picture; its shade,
   * and how far that is from middle grey, from -1 to 1; by how much the shade grows for a pixel to the
   * right, for one downwards, where the picture grows by a pixel at its corners, and where it is turned
   * by one there.
   */
  get numbers(): Float32Array {
    return this.#numbers.subarray(0, this.#count * NUMBERS_PER_LANDMARK);
  }

  /**
   * Picks the steepest points: one in each cell of a grid, or one at each landmark of half the picture,
   * which must have been picked before.
   *
   * @param objects Where objects are, in pixels of the frame: there is none picked.
   */
  pick(objects: readonly Box<"frame">[]): void {
    this.#hide(objects);
    this.#count = 0;
    if (this.#coarser) this.#refine(this.#coarser);
    else this.#search();
    this.#describe();
  }

  #search(): void {
    const { picture: { width, height } } = this;
    const side = this.#side;
    for (let top = 1; top < height - 1; top += side) {
      const bottom = Math.min(top + side, height - 1);
      for (let left = 1; left < width - 1; left += side) {
        this.#take(left, top, Math.min(left + side, width - 1), bottom);
      }
    }
  }

  /** Looks at the four pixels out of which each landmark of half the picture was made. */
  #refine(coarser: Landmarks): void {
    const { width } = coarser.picture;
    for (let i = 0; i < coarser.#count; i++) {
      const place = coarser.#places[i]!;
      const row = Math.floor(place / width);
      const [left, top] = [2 * (place - row * width), 2 * row];
      this.#take(left, top, left + 2, top + 2);
    }
  }

  /** Takes the steepest point of a cell; none where nothing is to be seen, or all is hidden. */
  #take(left: number, top: number, right: number, bottom: number): void {
    const { picture: { width, shades }, isHidden } = this;
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
    if (best >= 0) this.#places[this.#count++] = best;
  }

  #describe(): void {
    const { picture: { width, height, shades }, reach } = this;
    const numbers = this.#numbers;
    for (let i = 0, n = 0; i < this.#count; i++, n += NUMBERS_PER_LANDMARK) {
      const at = this.#places[i]!;
      const y = Math.floor(at / width);
      const x = at - y * width;
      const shade = shades[at]!;
      const slopeX = (shades[at + 1]! - shades[at - 1]!) / 2;
      const slopeY = (shades[at + width]! - shades[at - width]!) / 2;
      const u = (x - (width - 1) / 2) / reach;
      const v = (y - (height - 1) / 2) / reach;
      numbers[n] = x;
      numbers[n + 1] = y;
      numbers[n + 2] = shade;
      numbers[n + 3] = (shade - 128) / 128;
      numbers[n + 4] = slopeX;
      numbers[n + 5] = slopeY;
      numbers[n + 6] = slopeX * u + slopeY * v;
      numbers[n + 7] = slopeY * u - slopeX * v;
    }
  }

  #hide(objects: readonly Box<"frame">[]): void {
    const { picture: { width, height, scale, offset }, isHidden } = this;
    isHidden.fill(0);
    const placeOf = (edge: number, margin: number) => (edge + margin - offset) / scale;
    for (const { x1, y1, x2, y2 } of objects) {
      const [marginX, marginY] = [MARGIN * (x2 - x1), MARGIN * (y2 - y1)];
      const left = Math.max(0, Math.floor(placeOf(x1, -marginX)));
      const right = Math.min(width, Math.ceil(placeOf(x2, marginX)) + 1);
      const bottom = Math.min(height, Math.ceil(placeOf(y2, marginY)) + 1);
      for (let row = Math.max(0, Math.floor(placeOf(y1, -marginY))); row < bottom; row++) {
        if (right > left) isHidden.fill(1, row * width + left, row * width + right);
      }
    }
  }
}
