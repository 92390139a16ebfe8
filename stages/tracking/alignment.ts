import { type Similarity, STILL } from "../../pipeline/similarity.ts";
import { type Landmarks, NUMBERS_PER_LANDMARK } from "./landmarks.ts";
import type { SmallPicture } from "./small_picture.ts";

/** How many numbers are fitted: shift, zoom and turn, brightness and contrast. */
const N = 6;
/** Rounds at each size of the picture: five are usual, more are needed where little is to be seen. */
const MAX_ROUNDS = 12;
/** A round that moves the picture by less ends the search, in pixels of the small picture. */
const ENOUGH_PX = 0.01;
const ENOUGH_ABOVE_PX = 0.03;
/** A smaller picture with fewer landmarks misleads more than it helps: objects hide nearly all of it. */
const MIN_LANDMARKS = 40;
/** Differences beyond so many standard deviations count for nothing (Tukey's biweight). */
const TUKEY = 4.685;
/** Noise is never taken for less, in shades: rounding to whole shades alone leaves some. */
const MIN_NOISE = 1;
const FIRST_NOISE = 20;
/** What keeps a number at 0 that nothing tells of: as much as a few faint points. */
const PRIOR = 20;
/** Differences of shades are sorted into steps of an eighth. */
const STEPS = 8;
const HISTOGRAM_LENGTH = 256 * STEPS;

/** What is expected of the difference between a shade then and now. */
interface Expected {
  /** How much brighter it is now: so much, and so much more for each shade above middle grey. */
  brighter: number;
  contrast: number;
  /** By how much the difference scatters. */
  noise: number;
}

/** What a round adds up, and what it expects. */
interface Sums {
  /** The normal equations: the lower triangle, row by row, and the right side. */
  readonly squares: Float64Array;
  readonly sums: Float64Array;
  /** How many landmarks have which error. */
  readonly histogram: Uint32Array;
  readonly expected: Expected;
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
 * @param guess Where the search begins.
 * @returns The motion, in pixels of the frame.
 */
export function alignment(
  then: readonly Landmarks[],
  now: readonly Landmarks[],
  guess: Similarity = STILL,
): Similarity {
  const sums: Sums = {
    squares: new Float64Array(N * N),
    sums: new Float64Array(N),
    histogram: new Uint32Array(HISTOGRAM_LENGTH),
    expected: { brighter: 0, contrast: 0, noise: FIRST_NOISE },
  };
  let motion = guess;
  for (let level = then.length - 1; level >= 0; level--) {
    const { picture, numbers } = then[level]!;
    if (level > 0 && numbers.length < MIN_LANDMARKS * NUMBERS_PER_LANDMARK) continue;
    const enough = level === 0 ? ENOUGH_PX : ENOUGH_ABOVE_PX;
    let inPicture = pictureMotionFrom(motion, picture);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const step = stepFrom(then[level]!, now[level]!, inPicture, sums);
      inPicture = withoutStep(inPicture, step, then[level]!);
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

/** Takes a step of the picture before the motion out of the motion. */
function withoutStep(
  { cosine, sine, dx, dy }: Similarity,
  step: Float64Array,
  { picture: { width, height }, reach }: Landmarks,
): Similarity {
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
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

/** One round of weighted least squares; learns what to expect in the next one. */
function stepFrom(
  then: Landmarks,
  now: Landmarks,
  motion: Similarity,
  { squares, sums, histogram, expected }: Sums,
): Float64Array {
  squares.fill(0);
  sums.fill(0);
  histogram.fill(0);
  const count = compare(then, now, motion, { squares, sums, histogram, expected });
  for (let k = 0; k < N; k++) squares[k * N + k]! += PRIOR;
  solve(squares, sums);
  expected.brighter = sums[4]!;
  expected.contrast = sums[5]!;
  expected.noise = Math.max(MIN_NOISE, 1.4826 * medianOf(histogram, count));
  return sums;
}

/** Adds all landmarks up, and returns how many were in sight. This is the hot loop. */
function compare(
  { numbers }: Landmarks,
  { picture: { width, height, shades }, isHidden }: Landmarks,
  { cosine, sine, dx, dy }: Similarity,
  { squares, sums, histogram, expected: { brighter, contrast, noise } }: Sums,
): number {
  const limit = TUKEY * noise;
  const share = 1 / limit;
  let count = 0;
  for (let n = 0; n < numbers.length; n += NUMBERS_PER_LANDMARK) {
    const nowX = cosine * numbers[n]! - sine * numbers[n + 1]! + dx;
    const nowY = sine * numbers[n]! + cosine * numbers[n + 1]! + dy;
    if (!(nowX >= 0 && nowY >= 0 && nowX < width - 1 && nowY < height - 1)) continue;
    const [column, row] = [nowX | 0, nowY | 0];
    const at = row * width + column;
    if (isHidden[at]) continue;
    const upper = shades[at]! + (nowX - column) * (shades[at + 1]! - shades[at]!);
    const below = at + width;
    const lower = shades[below]! + (nowX - column) * (shades[below + 1]! - shades[below]!);
    const difference = upper + (nowY - row) * (lower - upper) - numbers[n + 2]!;
    const error = Math.abs(difference - brighter - contrast * numbers[n + 3]!);
    count++;
    histogram[Math.min(HISTOGRAM_LENGTH - 1, (error * STEPS) | 0)]!++;
    if (error >= limit) continue;
    const remoteness = error * share;
    const closeness = 1 - remoteness * remoteness;
    add(squares, sums, numbers, n, closeness * closeness, difference);
  }
  return count;
}

/** Adds a landmark to the normal equations, of which the lower triangle is kept. */
function add(
  squares: Float64Array,
  sums: Float64Array,
  numbers: Float32Array,
  n: number,
  weight: number,
  difference: number,
): void {
  const [a, b, c, d, f] = [
    numbers[n + 4]!,
    numbers[n + 5]!,
    numbers[n + 6]!,
    numbers[n + 7]!,
    numbers[n + 3]!,
  ];
  const [wa, wb, wc, wd, wf] = [weight * a, weight * b, weight * c, weight * d, weight * f];
  sums[0]! += wa * difference;
  sums[1]! += wb * difference;
  sums[2]! += wc * difference;
  sums[3]! += wd * difference;
  sums[4]! += weight * difference;
  sums[5]! += wf * difference;
  squares[0]! += wa * a;
  squares[6]! += wb * a;
  squares[7]! += wb * b;
  squares[12]! += wc * a;
  squares[13]! += wc * b;
  squares[14]! += wc * c;
  squares[18]! += wd * a;
  squares[19]! += wd * b;
  squares[20]! += wd * c;
  squares[21]! += wd * d;
  squares[24]! += wa;
  squares[25]! += wb;
  squares[26]! += wc;
  squares[27]! += wd;
  squares[28]! += weight;
  squares[30]! += wf * a;
  squares[31]! += wf * b;
  squares[32]! += wf * c;
  squares[33]! += wf * d;
  squares[34]! += wf;
  squares[35]! += wf * f;
}

/** The error in the middle of so many. */
function medianOf(histogram: Uint32Array, count: number): number {
  let step = 0;
  for (let remaining = count / 2; (remaining -= histogram[step]!) > 0;) step++;
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
