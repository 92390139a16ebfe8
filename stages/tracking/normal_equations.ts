import { NUMBERS_PER_LANDMARK } from "./landmarks.ts";

/** How many numbers are fitted: shift, zoom and turn, brightness and contrast. */
const N = 6;
/** What keeps a number at 0 that nothing tells of: as much as a few faint points. */
const PRIOR = 20;

/** The landmarks that a round goes by. */
export interface Matches {
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

/** Room for the landmarks that have so many numbers. */
export function matchesOf(numberCount: number): Matches {
  const length = numberCount / NUMBERS_PER_LANDMARK;
  return {
    inSight: 0,
    count: 0,
    places: new Int32Array(length),
    weights: new Float64Array(length),
    differences: new Float64Array(length),
  };
}

/** The normal equations of a round of weighted least squares, in the same memory for each round. */
export class NormalEquations {
  /** Their lower triangle, row by row. */
  readonly #squares = new Float64Array(N * N);
  readonly #sums = new Float64Array(N);

  /**
   * Finds the step that explains best how much brighter the landmarks have become.
   *
   * @param numbers What is known of each landmark, as {@linkcode Landmarks} has it.
   * @param matches Those that count.
   * @returns How far the picture moves to the right and downwards, by how much it grows and turns at its
   * corners, all in pixels, and by how much it gets brighter, and its contrast higher, in shades; they
   * are overwritten by the next round.
   */
  solved(numbers: Float32Array, matches: Matches): Float64Array {
    const [squares, sums] = [this.#squares, this.#sums];
    addSlopes(numbers, matches, squares, sums);
    addBrightness(numbers, matches, squares, sums);
    for (let k = 0; k < N; k++) squares[k * N + k]! += PRIOR;
    solve(squares, sums);
    return sums;
  }
}

/** Adds up what the landmarks say of shift, zoom and turn. A hot loop, as the one behind it is. */
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

/**
 * Adds up what they say of brightness and contrast. In one loop with the above it would read its numbers
 * once, and hold 27 sums at a time.
 */
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
