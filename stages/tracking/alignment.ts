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
  readonly matches: Matches;
  readonly expected: Expected;
}

/** The landmarks that a round goes by. */
interface Matches {
  /** How many were in sight. */
  inSight: number;
  /** How many of them count: so many entries of the following are in use. */
  count: number;
  /** Where their numbers begin. */
  readonly places: Int32Array;
  readonly weights: Float64Array;
  /** How much brighter each has become. */
  readonly differences: Float64Array;
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
    matches: matchesOf(Math.max(...then.map(({ numbers }) => numbers.length))),
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

/** Room for the landmarks that have so many numbers. */
function matchesOf(numberCount: number): Matches {
  const length = numberCount / NUMBERS_PER_LANDMARK;
  return {
    inSight: 0,
    count: 0,
    places: new Int32Array(length),
    weights: new Float64Array(length),
    differences: new Float64Array(length),
  };
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
  { squares, sums, histogram, matches, expected }: Sums,
): Float64Array {
  histogram.fill(0);
  compare(then, now, motion, { histogram, matches, expected });
  addSlopes(then.numbers, matches, squares, sums);
  addBrightness(then.numbers, matches, squares, sums);
  for (let k = 0; k < N; k++) squares[k * N + k]! += PRIOR;
  solve(squares, sums);
  expected.brighter = sums[4]!;
  expected.contrast = sums[5]!;
  expected.noise = Math.max(MIN_NOISE, 1.4826 * medianOf(histogram, matches.inSight));
  return sums;
}

/** Compares the shades at all landmarks, then and now. A hot loop, as the two behind it are. */
function compare(
  { numbers }: Landmarks,
  { picture: { width, height, shades }, isHidden }: Landmarks,
  { cosine, sine, dx, dy }: Similarity,
  { histogram, matches, expected: { brighter, contrast, noise } }: Omit<Sums, "squares" | "sums">,
): void {
  const { places, weights, differences } = matches;
  const limit = TUKEY * noise;
  const share = 1 / limit;
  let inSight = 0;
  let count = 0;
  for (let n = 0; n < numbers.length; n += NUMBERS_PER_LANDMARK) {
    const nowX = cosine * numbers[n]! - sine * numbers[n + 1]! + dx;
    const nowY = sine * numbers[n]! + cosine * numbers[n + 1]! + dy;
    if (!(nowX >= 0 && nowY >= 0 && nowX < width - 1 && nowY < height - 1)) continue;
    const column = nowX | 0;
    const row = nowY | 0;
    const at = row * width + column;
    if (isHidden[at]) continue;
    const upper = shades[at]! + (nowX - column) * (shades[at + 1]! - shades[at]!);
    const below = at + width;
    const lower = shades[below]! + (nowX - column) * (shades[below + 1]! - shades[below]!);
    const difference = upper + (nowY - row) * (lower - upper) - numbers[n + 2]!;
    const error = Math.abs(difference - brighter - contrast * numbers[n + 3]!);
    inSight++;
    histogram[Math.min(HISTOGRAM_LENGTH - 1, (error * STEPS) | 0)]!++;
    if (error >= limit) continue;
    const remoteness = error * share;
    const closeness = 1 - remoteness * remoteness;
    places[count] = n;
    differences[count] = difference;
    weights[count++] = closeness * closeness;
  }
  matches.inSight = inSight;
  matches.count = count;
}

/** Adds up what the normal equations say of shift, zoom and turn; their lower triangle is kept. */
function addSlopes(
  numbers: Float32Array,
  { places, weights, differences, count }: Matches,
  squares: Float64Array,
  sums: Float64Array,
): void {
  // In variables, as the memory of an array would be read and written for each landmark.
  let aa = 0, ba = 0, bb = 0, ca = 0, cb = 0, cc = 0, da = 0, db = 0, dc = 0, dd = 0;
  let ay = 0, by = 0, cy = 0, dy = 0;
  for (let i = 0; i < count; i++) {
    const n = places[i]!;
    const weight = weights[i]!;
    const difference = differences[i]!;
    const a = numbers[n + 4]!;
    const b = numbers[n + 5]!;
    const c = numbers[n + 6]!;
    const d = numbers[n + 7]!;
    const wa = weight * a;
    const wb = weight * b;
    const wc = weight * c;
    const wd = weight * d;
    ay += wa * difference;
    by += wb * difference;
    cy += wc * difference;
    dy += wd * difference;
    aa += wa * a;
    ba += wb * a;
    bb += wb * b;
    ca += wc * a;
    cb += wc * b;
    cc += wc * c;
    da += wd * a;
    db += wd * b;
    dc += wd * c;
    dd += wd * d;
  }
  sums.set([ay, by, cy, dy]);
  squares.set([aa]);
  squares.set([ba, bb], N);
  squares.set([ca, cb, cc], 2 * N);
  squares.set([da, db, dc, dd], 3 * N);
}

/** Adds up what they say of brightness and contrast. */
function addBrightness(
  numbers: Float32Array,
  { places, weights, differences, count }: Matches,
  squares: Float64Array,
  sums: Float64Array,
): void {
  let ea = 0, eb = 0, ec = 0, ed = 0, ee = 0, fa = 0, fb = 0, fc = 0, fd = 0, fe = 0, ff = 0;
  let ey = 0, fy = 0;
  for (let i = 0; i < count; i++) {
    const n = places[i]!;
    const weight = weights[i]!;
    const difference = differences[i]!;
    const a = numbers[n + 4]!;
    const b = numbers[n + 5]!;
    const c = numbers[n + 6]!;
    const d = numbers[n + 7]!;
    const f = numbers[n + 3]!;
    const wf = weight * f;
    ey += weight * difference;
    fy += wf * difference;
    ea += weight * a;
    eb += weight * b;
    ec += weight * c;
    ed += weight * d;
    ee += weight;
    fa += wf * a;
    fb += wf * b;
    fc += wf * c;
    fd += wf * d;
    fe += wf;
    ff += wf * f;
  }
  sums.set([ey, fy], 4);
  squares.set([ea, eb, ec, ed, ee], 4 * N);
  squares.set([fa, fb, fc, fd, fe, ff], 5 * N);
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
