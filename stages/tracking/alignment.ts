import { type Similarity, STILL } from "../../pipeline/similarity.ts";
import { type Landmarks, NUMBERS_PER_LANDMARK } from "./landmarks.ts";
import { type Matches, matchesOf, NormalEquations } from "./normal_equations.ts";
import type { SmallPicture } from "./small_picture.ts";

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
  readonly equations: NormalEquations;
  /** How many landmarks have which error. */
  readonly histogram: Uint32Array;
  readonly matches: Matches;
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
    equations: new NormalEquations(),
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

/** A motion of the frame as one of a small picture of it. */
export function pictureMotionFrom(
  { cosine, sine, dx, dy }: Similarity,
  { scale, offset }: Pick<SmallPicture, "scale" | "offset">,
): Similarity {
  return {
    cosine,
    sine,
    dx: ((cosine - 1 - sine) * offset + dx) / scale,
    dy: ((cosine - 1 + sine) * offset + dy) / scale,
  };
}

/** A motion of the small picture as one of the frame, which is the inverse. */
function frameMotionFrom(motion: Similarity, { scale, offset }: SmallPicture): Similarity {
  return pictureMotionFrom(motion, { scale: 1 / scale, offset: -offset / scale });
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
  { equations, histogram, matches, expected }: Sums,
): Float64Array {
  histogram.fill(0);
  compare(then, now, motion, { histogram, matches, expected });
  const step = equations.solved(then.numbers, matches);
  expected.brighter = step[4]!;
  expected.contrast = step[5]!;
  expected.noise = Math.max(MIN_NOISE, 1.4826 * medianOf(histogram, matches.inSight));
  return step;
}

/** Compares the shades at all landmarks, then and now. A hot loop. */
function compare(
  { numbers }: Landmarks,
  { picture: { width, height, shades }, isHidden }: Landmarks,
  { cosine, sine, dx, dy }: Similarity,
  { histogram, matches, expected: { brighter, contrast, noise } }: Omit<Sums, "equations">,
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

/** The error in the middle of so many. */
function medianOf(histogram: Uint32Array, count: number): number {
  let step = 0;
  for (let remaining = count / 2; (remaining -= histogram[step]!) > 0;) step++;
  return (step + 0.5) / STEPS;
}
