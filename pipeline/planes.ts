/**
 * A picture as yuv420p: full-size luma and quarter-size chroma, packed one behind the other.
 *
 * The three arrays are views of one buffer, 1.5 bytes a pixel.
 */
export interface Planes {
  /** The width of the picture, in pixels. */
  readonly width: number;
  /** The height of the picture, in pixels. */
  readonly height: number;
  /** The width of the chroma planes: half the picture's, rounded up. */
  readonly chromaWidth: number;
  /** The height of the chroma planes: half the picture's, rounded up. */
  readonly chromaHeight: number;
  /** All three planes: y, then u, then v. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Luma, `width * height` bytes. */
  readonly y: Uint8Array<ArrayBuffer>;
  /** Blue difference, `chromaWidth * chromaHeight` bytes. */
  readonly u: Uint8Array<ArrayBuffer>;
  /** Red difference, `chromaWidth * chromaHeight` bytes. */
  readonly v: Uint8Array<ArrayBuffer>;
}

/**
 * How many bytes a yuv420p picture takes.
 *
 * @param width The width in pixels.
 * @param height The height in pixels.
 * @returns The size in bytes.
 */
export function planesByteLength(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/**
 * Views the bytes of a yuv420p picture as its planes.
 *
 * @param data The bytes, {@linkcode planesByteLength} of them.
 * @param width The width in pixels.
 * @param height The height in pixels.
 * @returns Views of the same memory.
 * @throws {RangeError} If the size of `data` does not fit.
 */
export function planesFrom(
  data: Uint8Array<ArrayBuffer>,
  width: number,
  height: number,
): Planes {
  const wanted = planesByteLength(width, height);
  if (data.length !== wanted) {
    throw new RangeError(
      `Cannot view ${data.length} bytes as ${width}x${height} yuv420p: it takes ${wanted}`,
    );
  }
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const luma = width * height;
  const chroma = chromaWidth * chromaHeight;
  return {
    width,
    height,
    chromaWidth,
    chromaHeight,
    data,
    y: data.subarray(0, luma),
    u: data.subarray(luma, luma + chroma),
    v: data.subarray(luma + chroma, luma + 2 * chroma),
  };
}
