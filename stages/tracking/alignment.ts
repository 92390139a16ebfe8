import type { Similarity } from "../../pipeline/similarity.ts";
import type { Landmarks } from "./landmarks.ts";
import type { SmallPicture } from "./small_picture.ts";

/** How many numbers are fitted: shift, zoom and turn, brightness and contrast. */
const N = 6;
/** Rounds at each size of the picture: five are usual, more are needed where little is to be seen. */
const MAX_ROUNDS = 12;
/** A round that moves the picture by less ends the search, in pixels of the small picture. */
const ENOUGH_PX = 0.01;
const ENOUGH_ABOVE_PX = 0.03;
/** Differences beyond so many standard deviations count for nothing (Tukey's biweight). */
const TUKEY = 4.685;
/** Noise is never taken for less, in shades: rounding to whole shades alone leaves some. */
const MIN_NOISE = 1;
const FIRST_NOISE = 20;
/** What keeps a number at 0 that nothing tells of: as much as a few faint points. */
const PRIOR = 20;
/** Differences of shades are sorted into steps of an eighth. */
const STEPS = 8;

/** What is expected of the difference between a shade then and now. */
interface Expected {
  /** How much brighter it is now: so much, and so much more for each shade above middle grey. */
  brighter: number;
  contrast: number;
  /** By how much the difference scatters. */
  noise: number;
}

/**
 * Finds how a picture has moved: turned, zoomed and shifted, from coarse to fine.
 *
 * The shades at the landmarks then and now are compared by the inverse compositional algorithm of
 * Lucas and Kanade's method (Baker and Matthews, "Lucas-Kanade 20 Years On", International Journal of
 * Computer Vision 56(3), 2004, section 3.2), by least squares with Tukey's weights, so that what moves
 * by itself does not count. Brightness and contrast may change.
 *
 * @param then The landmarks of the picture before at each size, largest first.
 * @param now The same of the picture now, of the same sizes.
 * @returns The motion, in pixels of the frame.
 */
export function alignment(then: readonly Landmarks[], now: readonly Landmarks[]): Similarity {
  const expected: Expected = { brighter: 0, contrast: 0, noise: FIRST_NOISE };
  let motion: Similarity = { cosine: 1, sine: 0, dx: 0, dy: 0 };
  for (let level = then.length - 1; level >= 0; level--) {
    const { picture } = then[level]!;
    const enough = level === 0 ? ENOUGH_PX : ENOUGH_ABOVE_PX;
    let inPicture = pictureMotionFrom(motion, picture);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const step = stepFrom(then[level]!, now[level]!, inPicture, expected);
      inPicture = withoutStep(inPicture, step, picture);
      if (Math.hypot(step[0]!, step[1]!) + Math.hypot(step[2]!, step[3]!) < enough) break;
    }
    motion = frameMotionFrom(inPicture, picture);
  }
  return motion;
}

/** A motion of the frame as one of a small picture of it. */
export function pictureMotionFrom(
  { cosine, sine, dx, dy }: Similarity,
  { scale, offset }: SmallPicture,
): Similarity {
  return {
    cosine,
    sine,
    dx: ((cosine - 1 - sine) * offset + dx) / scale,
    dy: ((cosine - 1 + sine) * offset + dy) / scale,
  };
}

function frameMotionFrom(
  { cosine, sine, dx, dy }: Similarity,
  { scale, offset }: SmallPicture,
): Similarity {
  return {
    cosine,
    sine,
    dx: dx * scale - (cosine - 1 - sine) * offset,
    dy: dy * scale - (cosine - 1 + sine) * offset,
  };
}

/** Half the diagonal of a picture, in which zoom and turn are counted: all numbers are pixels then. */
function reachOf({ width, height }: SmallPicture): number {
  return Math.hypot(width - 1, height - 1) / 2;
}

/** Takes a step of the picture before the motion out of the motion. */
function withoutStep(
  { cosine, sine, dx, dy }: Similarity,
  step: Float64Array,
  picture: SmallPicture,
): Similarity {
  const reach = reachOf(picture);
  const [centreX, centreY] = [(picture.width - 1) / 2, (picture.height - 1) / 2];
  const zoomed = 1 + step[2]! / reach;
  const turned = step[3]! / reach;
  const square = zoomed ** 2 + turned ** 2;
  const [backCosine, backSine] = [zoomed / square, -turned / square];
  const [x, y] = [centreX + step[0]!, centreY + step[1]!];
  const backX = centreX - backCosine * x + backSine * y;
  const backY = centreY - backSine * x - backCosine * y;
  return {
    cosine: cosine * backCosine - sine * backSine,
    sine: sine * backCosine + cosine * backSine,
    dx: cosine * backX - sine * backY + dx,
    dy: sine * backX + cosine * backY + dy,
  };
}

/** One round of weighted least squares; learns what to expect in the next one. This is the hot loop. */
function stepFrom(
  { picture, x, y, shade, slopeX, slopeY }: Landmarks,
  { picture: { shades }, isHidden }: Landmarks,
  { cosine, sine, dx, dy }: Similarity,
  expected: Expected,
): Float64Array {
  const { width, height } = picture;
  const reach = reachOf(picture);
  const limit = TUKEY * expected.noise;
  const squares = new Float64Array(N * N);
  const sums = new Float64Array(N);
  const slopes = new Float64Array(N);
  const histogram = new Uint32Array(256 * STEPS);
  for (let i = 0; i < x.length; i++) {
    const nowX = cosine * x[i]! - sine * y[i]! + dx;
    const nowY = sine * x[i]! + cosine * y[i]! + dy;
    if (!(nowX >= 0 && nowY >= 0 && nowX < width - 1 && nowY < height - 1)) continue;
    const at = (nowY | 0) * width + (nowX | 0);
    if (isHidden[at]) continue;
    const difference = shadeAt(shades, at, width, nowX % 1, nowY % 1) - shade[i]!;
    const contrast = (shade[i]! - 128) / 128;
    const error = Math.abs(difference - expected.brighter - expected.contrast * contrast);
    histogram[Math.min(histogram.length - 1, (error * STEPS) | 0)]!++;
    if (error >= limit) continue;
    const weight = (1 - (error / limit) ** 2) ** 2;
    const u = (x[i]! - (width - 1) / 2) / reach;
    const v = (y[i]! - (height - 1) / 2) / reach;
    slopes[0] = slopeX[i]!;
    slopes[1] = slopeY[i]!;
    slopes[2] = slopeX[i]! * u + slopeY[i]! * v;
    slopes[3] = slopeY[i]! * u - slopeX[i]! * v;
    slopes[4] = 1;
    slopes[5] = contrast;
    addTo(squares, sums, slopes, weight, difference);
  }
  for (let k = 0; k < N; k++) squares[k * N + k]! += PRIOR;
  solve(squares, sums);
  expected.brighter = sums[4]!;
  expected.contrast = sums[5]!;
  expected.noise = Math.max(MIN_NOISE, 1.4826 * medianOf(histogram));
  return sums;
}

/** The shade between four pixels. */
function shadeAt(shades: Float32Array, at: number, width: number, x: number, y: number): number {
  const upper = shades[at]! + x * (shades[at + 1]! - shades[at]!);
  const lower = shades[at + width]! + x * (shades[at + width + 1]! - shades[at + width]!);
  return upper + y * (lower - upper);
}

/** Adds a point to the normal equations, of which the lower triangle is kept. */
function addTo(
  squares: Float64Array,
  sums: Float64Array,
  slopes: Float64Array,
  weight: number,
  difference: number,
): void {
  for (let k = 0; k < N; k++) {
    const weighted = weight * slopes[k]!;
    sums[k]! += weighted * difference;
    for (let l = 0; l <= k; l++) squares[k * N + l]! += weighted * slopes[l]!;
  }
}

function medianOf(histogram: Uint32Array): number {
  let remaining = histogram.reduce((sum, count) => sum + count, 0) / 2;
  const step = histogram.findIndex((count) => (remaining -= count) <= 0);
  return (step + 0.5) / STEPS;
}

/** Solves the normal equations in place (Cholesky's method); what is in `sums` becomes the solution. */
function solve(squares: Float64Array, sums: Float64Array): void {
  for (let i = 0; i < N; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = squares[i * N + j]!;
      for (let k = 0; k < j; k++) sum -= squares[i * N + k]! * squares[j * N + k]!;
      squares[i * N + j] = i === j ? Math.sqrt(sum) : sum / squares[j * N + j]!;
    }
    for (let k = 0; k < i; k++) sums[i]! -= squares[i * N + k]! * sums[k]!;
    sums[i]! /= squares[i * N + i]!;
  }
  for (let i = N - 1; i >= 0; i--) {
    for (let k = i + 1; k < N; k++) sums[i]! -= squares[k * N + i]! * sums[k]!;
    sums[i]! /= squares[i * N + i]!;
  }
}
