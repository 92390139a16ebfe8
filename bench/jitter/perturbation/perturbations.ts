import type { Size } from "../../../pipeline/fit.ts";

/** What a picture is disturbed by, as reports name it. */
export type PerturbationKind = "shift" | "sub-pixel shift" | "noise" | "gain" | "re-encoding";

/** A small disturbance of a picture. */
export interface Perturbation {
  /** What it is. */
  readonly kind: PerturbationKind;
  /** How far the content is moved to the right, in pixels of the network's input. */
  readonly dx: number;
  /** How far the content is moved downwards, in pixels of the network's input. */
  readonly dy: number;
  /** The factor of a `gain`: 1 else. */
  readonly gain: number;
}

/** The disturbances of each picture. */
export interface Perturbations {
  /** All of them. */
  readonly all: readonly Perturbation[];
  /** The period over which shifts go, in pixels of the network's input. */
  readonly periodPx: number;
  /** How far the content is moved at most, in pixels of the network's input. */
  readonly reachPx: number;
}

/** How many shifts there are on an axis. */
const LATTICE_SIDE = 8;
const SUB_PIXELS = [0, 1 / 4, 1 / 2, 3 / 4];
const NOISY_COPIES = 4;
const GAINS = [0.99, 1.01];
/** The part of the input's shorter side that a shift may go over: farther, little is left of the picture. */
const MAX_PERIOD_SHARE = 1 / 4;

/**
 * The disturbances by which a network is measured.
 *
 * - **shift**: 8 x 8 whole shifts at the network's input, evenly over one period of its greatest stride
 *   and centred on no shift (which is left out), `-period / 2 ≤ δ < period / 2`. They are no plain grid
 *   of `period / 8`: that would step over whole cells of the finer layers and see only one of their
 *   phases. The step is odd, `k · step mod period`, so that all phases of a stride of 8 or less come
 *   equally often, and those of 16 and 32 as evenly as eight values can.
 * - **sub-pixel shift**: all combinations of 0, ¼, ½ and ¾ pixels but none at all.
 * - **noise**: four copies with noise of their own; **gain**: 1 % darker and brighter; **re-encoding**:
 *   once through a video codec.
 *
 * The period is cut to a power of two up to a quarter of the input's shorter side, as the last layers
 * of some networks see the picture as one cell.
 *
 * @param input The size of the network's input.
 * @param maxStride The greatest stride of the network, in pixels of its input.
 * @returns The disturbances.
 * @throws {RangeError} If `maxStride` is not a whole number from 1, or the input has fewer than 8 pixels.
 *
 * @example Every phase of a stride of 4 is met twice on each axis
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { all, periodPx } = perturbationsFor({ width: 192, height: 192 }, 32);
 * const columns = new Set(all.filter(({ kind }) => kind === "shift").map(({ dx }) => dx));
 * assertEquals(periodPx, 32);
 * assertEquals([...columns].sort((a, b) => a - b), [-12, -7, -2, 0, 3, 5, 10, 15]);
 * ```
 */
export function perturbationsFor({ width, height }: Size, maxStride: number): Perturbations {
  if (!(Number.isInteger(maxStride) && maxStride >= 1)) {
    throw new RangeError(
      `Cannot shift pictures as maxStride must be a whole number from 1: current value is ${maxStride}`,
    );
  }
  const longest = 2 ** Math.floor(Math.log2(Math.min(width, height) * MAX_PERIOD_SHARE));
  if (!(longest >= 2)) {
    throw new RangeError(
      `Cannot shift pictures as the input must have 8x8 pixels or more: current value is ${width}x${height}`,
    );
  }
  const periodPx = Math.max(2, Math.min(maxStride, longest));
  const still = { dx: 0, dy: 0, gain: 1 };
  const shifts = pairsOf(latticeOf(periodPx)).map((shift): Perturbation => (
    { ...still, ...shift, kind: "shift" }
  ));
  return {
    all: [
      ...shifts,
      ...pairsOf(SUB_PIXELS).map((shift): Perturbation => (
        { ...still, ...shift, kind: "sub-pixel shift" }
      )),
      ...Array.from({ length: NOISY_COPIES }, (): Perturbation => ({ ...still, kind: "noise" })),
      ...GAINS.map((gain): Perturbation => ({ ...still, gain, kind: "gain" })),
      { ...still, kind: "re-encoding" },
    ],
    periodPx,
    reachPx: Math.max(1, ...shifts.flatMap(({ dx, dy }) => [Math.abs(dx), Math.abs(dy)])),
  };
}

/** The shifts of an axis: eight, or as many as a shorter period has. */
function latticeOf(periodPx: number): number[] {
  const plain = Math.floor(periodPx / LATTICE_SIDE);
  const step = plain % 2 ? plain : plain + 1;
  const half = Math.floor(periodPx / 2);
  return Array.from({ length: Math.min(LATTICE_SIDE, periodPx) }, (_, i) => {
    return (i * step + half) % periodPx - half;
  });
}

/** All pairs of a value for x and one for y, but that of no shift. */
function pairsOf(values: readonly number[]): { readonly dx: number; readonly dy: number }[] {
  return values.flatMap((dy) => values.map((dx) => ({ dx, dy })))
    .filter(({ dx, dy }) => dx !== 0 || dy !== 0);
}
