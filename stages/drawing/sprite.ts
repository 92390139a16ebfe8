/** Ink without a colour: how much of each pixel it covers. */
export interface Sprite {
  /** How far right of the pen the first column lies, in whole pixels; it may be negative. */
  readonly left: number;
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** The coverage, from 0 to 255, row by row. */
  readonly alpha: Uint8Array;
  /** How far the pen moves to the right, in pixels. */
  readonly advance: number;
}

/**
 * Puts sprites of one height in a row, from left to right. Where they overlap, the stronger ink
 * shows.
 *
 * @param sprites The sprites.
 * @param height Their height in pixels.
 * @returns One sprite.
 */
export function joinSprites(sprites: readonly Sprite[], height: number): Sprite {
  let advance = 0;
  const placed = sprites.map((sprite) => {
    const start = Math.round(advance) + sprite.left;
    advance += sprite.advance;
    return { sprite, start };
  }).filter(({ sprite }) => sprite.width > 0);
  if (placed.length === 0) return { left: 0, width: 0, height, alpha: new Uint8Array(0), advance };
  const left = Math.min(...placed.map(({ start }) => start));
  const width = Math.max(...placed.map(({ sprite, start }) => start + sprite.width)) - left;
  const alpha = new Uint8Array(width * height);
  for (const { sprite, start } of placed) {
    for (let from = 0; from < sprite.alpha.length; from++) {
      const row = Math.floor(from / sprite.width);
      const to = row * width + start - left + from % sprite.width;
      alpha[to] = Math.max(alpha[to] as number, sprite.alpha[from] as number);
    }
  }
  return { left, width, height, alpha, advance };
}
