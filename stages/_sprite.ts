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
}

/** A sprite and where it comes to lie. */
export interface PlacedSprite {
  /** The ink. */
  readonly sprite: Sprite;
  /** Where the pen stands, in pixels. */
  readonly x: number;
}

/**
 * Puts sprites of one height side by side. Where they overlap, the stronger ink shows.
 *
 * @param pieces The sprites and their places.
 * @param height Their height in pixels.
 * @returns One sprite that begins at the leftmost ink.
 */
export function joinSprites(pieces: readonly PlacedSprite[], height: number): Sprite {
  const inked = pieces.filter(({ sprite }) => sprite.width > 0).map(({ sprite, x }) => ({
    sprite,
    start: Math.round(x) + sprite.left,
  }));
  if (inked.length === 0) return { left: 0, width: 0, height, alpha: new Uint8Array(0) };
  const left = Math.min(...inked.map(({ start }) => start));
  const width = Math.max(...inked.map(({ sprite, start }) => start + sprite.width)) - left;
  const alpha = new Uint8Array(width * height);
  for (const { sprite, start } of inked) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < sprite.width; x++) {
        const at = y * width + start - left + x;
        alpha[at] = Math.max(alpha[at] as number, sprite.alpha[y * sprite.width + x] as number);
      }
    }
  }
  return { left, width, height, alpha };
}
