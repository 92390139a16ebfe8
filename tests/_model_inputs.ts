/**
 * Pictures for networks, the same on any machine: only whole numbers and exact divisions are used.
 *
 * @module
 */

/** How many there are. */
export const MODEL_INPUT_COUNT = 4;

/** Marsaglia's xorshift of 32 bits ("Xorshift RNGs", 2003), as numbers from -1 to 1. */
export function noise(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 23 - 1;
  };
}

/**
 * A picture as TFLite takes it, `[height, width, 3]`, of numbers from -1 to 1.
 *
 * @param index 0: noise, 1: a ramp, 2: blocks of noise, 3: rings.
 * @param size Its width and height.
 */
export function modelInput(index: number, size: number): Float32Array<ArrayBuffer> {
  const random = noise(index + 1);
  const blocks = Float32Array.from({ length: 16 * 16 * 3 }, random);
  const picture = new Float32Array(size * size * 3);
  for (let i = 0; i < picture.length; i++) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % size;
    const y = Math.floor(i / 3 / size);
    const block = (Math.floor(y * 16 / size) * 16 + Math.floor(x * 16 / size)) * 3 + channel;
    const distance = (2 * x - size) ** 2 + (2 * y - size) ** 2;
    const ring = Math.floor(distance * 8 / size / size + channel / 4) % 2;
    picture[i] = [
      random(),
      (channel === 2 ? x + y : 2 * (channel === 0 ? x : y)) / size - 1,
      blocks[block] ?? 0,
      ring - 0.5,
    ][index] ?? 0;
  }
  return picture;
}

/** The same picture as `[3, height, width]`. */
export function channelsFirst(picture: Float32Array): Float32Array<ArrayBuffer> {
  const area = picture.length / 3;
  return new Float32Array(picture.length)
    .map((_, i) => picture[(i % area) * 3 + Math.floor(i / area)] ?? 0);
}

/** Which of a network's results are kept for comparison: every so manieth, and so in all columns. */
export function sampled(results: Float32Array): Float32Array<ArrayBuffer> {
  const step = results.length > 4096 ? 37 : 5;
  return new Float32Array(Math.ceil(results.length / step)).map((_, i) => results[i * step] ?? NaN);
}
