import type { Planes } from "../../../pipeline/planes.ts";
import { planesByteLength, planesFrom } from "../../../pipeline/planes.ts";

/** A plane of a picture. */
interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A square of a picture: what of it becomes a tile. */
export interface Square {
  /** The left edge, in pixels of the frame: between pixels too. */
  readonly x: number;
  /** The top edge. */
  readonly y: number;
  /** How long its sides are. */
  readonly side: number;
}

/** Squares of pictures side by side, as one picture. */
export class TileSheet {
  /** The picture. */
  readonly planes: Planes;
  readonly #tilePx: number;
  readonly #columns: number;

  /**
   * Makes an empty sheet.
   *
   * @param tiles How many tiles there are to be.
   * @param tilePx How wide and high each is, in pixels: an even number.
   * @param columns How many stand side by side.
   */
  constructor(tiles: number, tilePx: number, columns: number) {
    this.#tilePx = tilePx;
    this.#columns = columns;
    const [width, height] = [columns * tilePx, Math.ceil(tiles / columns) * tilePx];
    this.planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  }

  /**
   * Fills a tile.
   *
   * @param at Its number, from 0.
   * @param picture What it is cut from.
   * @param square Which part of that; what lies beyond the picture repeats its edge.
   */
  fill(at: number, picture: Planes, square: Square): void {
    const [column, row] = [at % this.#columns, Math.floor(at / this.#columns)];
    const { width, height, chromaWidth, chromaHeight } = picture;
    const sheet = this.planes;
    for (const name of ["y", "u", "v"] as const) {
      const scale = name === "y" ? 1 : 0.5;
      const tilePx = this.#tilePx * scale;
      const source = name === "y"
        ? { data: picture.y, width, height }
        : { data: picture[name], width: chromaWidth, height: chromaHeight };
      const stride = name === "y" ? sheet.width : sheet.chromaWidth;
      const start = row * tilePx * stride + column * tilePx;
      const part = { x: square.x * scale, y: square.y * scale, side: square.side * scale };
      sample(source, part, tilePx, sheet[name].subarray(start), stride);
    }
  }
}

/** The pixels that a stretch of an axis covers, with the share of each in it. */
function covered(from: number, length: number, limit: number): [number, number][] {
  const shares: [number, number][] = [];
  for (let at = Math.floor(from); at < from + length; at++) {
    const share = (Math.min(at + 1, from + length) - Math.max(at, from)) / length;
    shares.push([Math.min(Math.max(at, 0), limit - 1), share]);
  }
  return shares;
}

/** Averages over the area that each pixel of a tile covers in the picture. */
function sample(
  { data, width, height }: Plane,
  { x, y, side }: Square,
  tilePx: number,
  target: Uint8Array,
  stride: number,
): void {
  const step = side / tilePx;
  const columns = Array.from({ length: tilePx }, (_, at) => covered(x + at * step, step, width));
  for (let row = 0; row < tilePx; row++) {
    const rows = covered(y + row * step, step, height);
    columns.forEach((across, column) => {
      let sum = 0;
      for (const [line, down] of rows) {
        for (const [at, share] of across) sum += down * share * data[line * width + at]!;
      }
      target[row * stride + column] = Math.round(sum);
    });
  }
}
