import type { Contour } from "./contour.ts";
import type { Outline } from "./font.ts";
import type { Sprite } from "./sprite.ts";

/** How a shape becomes pixels. */
export interface FillOptions {
  /** The size of the font, in pixels an em. */
  readonly fontSize: number;
  /** The height of the sprite, in pixels. */
  readonly height: number;
  /** How far below the sprite's top the baseline lies, in pixels. */
  readonly baseline: number;
}

/** Where an edge crosses a line of sight, and whether it goes up or down there. */
interface Crossing {
  readonly x: number;
  readonly turn: 1 | -1;
}

/** How many lines of sight cross each row of pixels. */
const LINES = 16;

/**
 * Fills a shape with ink, by the non-zero winding rule: how much of each pixel is covered is exact
 * across and to a sixteenth down.
 *
 * @param outline The shape.
 * @param options Its size and place.
 * @returns The ink.
 */
export function fillOutline(
  { contours, advance }: Outline,
  { fontSize, height, baseline }: FillOptions,
): Sprite {
  const scaled = contours.map((contour) =>
    contour.map(({ x, y }) => ({ x: x * fontSize, y: baseline - y * fontSize }))
  );
  let left = Infinity;
  let right = -Infinity;
  for (const { x } of scaled.flat()) {
    left = Math.min(left, Math.floor(x));
    right = Math.max(right, Math.ceil(x));
  }
  const width = right > left ? right - left : 0;
  const cover = new Float32Array(width * height);
  const lines = width ? crossingsOf(scaled, height * LINES) : [];
  for (const [line, crossings] of lines.entries()) {
    const row = cover.subarray(Math.floor(line / LINES) * width).subarray(0, width);
    coverBetween(row, crossings.toSorted((a, b) => a.x - b.x), left);
  }
  return {
    left: width ? left : 0,
    width,
    height,
    alpha: Uint8Array.from(cover, (value) => Math.round(255 * Math.min(1, value / LINES))),
    advance: advance * fontSize,
  };
}

/** For each line of sight, where the edges cross it. */
function crossingsOf(contours: readonly Contour[], lineCount: number): readonly Crossing[][] {
  const lines: Crossing[][] = Array.from({ length: lineCount }, () => []);
  for (const contour of contours) {
    for (const [index, from] of contour.entries()) {
      const to = contour[(index + 1) % contour.length] as Contour[number];
      const [upper, lower] = from.y < to.y ? [from, to] : [to, from];
      // A line of sight lies in the middle of its strip, so that it meets each edge's end once.
      const first = Math.max(0, Math.ceil(upper.y * LINES - 0.5));
      const end = Math.min(lineCount, Math.ceil(lower.y * LINES - 0.5));
      for (let line = first; line < end; line++) {
        const share = ((line + 0.5) / LINES - upper.y) / (lower.y - upper.y);
        const x = upper.x + share * (lower.x - upper.x);
        lines[line]?.push({ x, turn: from.y < to.y ? 1 : -1 });
      }
    }
  }
  return lines;
}

/** Adds to each pixel of a row how much of it lies inside. */
function coverBetween(row: Float32Array, crossings: readonly Crossing[], left: number): void {
  let winding = 0;
  let start = 0;
  for (const { x, turn } of crossings) {
    if (winding === 0) start = x - left;
    winding += turn;
    if (winding !== 0) continue;
    const end = x - left;
    for (let pixel = Math.floor(start); pixel < end; pixel++) {
      const covered = Math.min(end, pixel + 1) - Math.max(start, pixel);
      row[pixel] = (row[pixel] ?? 0) + covered;
    }
  }
}
