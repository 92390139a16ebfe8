import type { Detection } from "../detection.ts";
import { checkMinIou } from "./_pairing.ts";
import { cornersOf, type Outcome, outcomesOf, wholeIn } from "./_perturbed_pairs.ts";
import type { PerturbedPicture } from "./perturbed_picture.ts";

export type * from "./perturbed_picture.ts";

/** Options of {@linkcode perturbationJitter}. */
export interface PerturbationOptions {
  /**
   * What an object's errors are divided by, in pixels; an object for which it is not above 0 counts
   * as `unmeasured`.
   *
   * @default {sizeOf}
   */
  readonly normaliser?: (detection: Detection) => number | undefined;
  /**
   * Which points are compared: two opposite corners of the box, or the keypoints.
   *
   * @default {"box"}
   */
  readonly points?: "box" | "keypoints";
  /**
   * From which IoU on, after moving back, two detections may be one object.
   *
   * @default {0.5}
   */
  readonly minIou?: number;
}

/** The jitter of some of the comparisons; a number is absent where nothing could be compared. */
export interface PerturbationRow {
  /** The root mean square distance of a point from where it should be, in % of the normaliser. */
  readonly jitterPercent?: number;
  /** The horizontal deviation of a single prediction, as if both of a pair erred alike, in %. */
  readonly xPercent?: number;
  /** The same vertically. */
  readonly yPercent?: number;
  /** The root mean square change of the logarithm of {@linkcode sizeOf}, in %. */
  readonly logScalePercent?: number;
  /** The deviation of the logit of a single confidence, as if both of a pair erred alike. */
  readonly logitDeviation?: number;
  /** Which share of the detections, of both sides together, has no counterpart, in %. */
  readonly flipRatePercent?: number;
  /** How many detections were looked at, of both sides together. */
  readonly detections: number;
  /** How many pairs of detections were measured. */
  readonly pairs: number;
}

/** What {@linkcode perturbationJitter} finds. */
export interface PerturbationJitter extends PerturbationRow {
  /** The same for each shift, for a map over shifts. */
  readonly byShift: readonly (PerturbationRow & { readonly dx: number; readonly dy: number })[];
  /** The same for each object, with its picture's place in the list: the units of a bootstrap. */
  readonly byObject: readonly (PerturbationRow & { readonly picture: number })[];
  /** How many objects had no normaliser. */
  readonly unmeasured: number;
  /** How many objects of the pictures were left out, as they lie too near to an edge. */
  readonly nearEdge: number;
}

/**
 * How much detections change when the picture is moved a little: the metric of the BlazeFace paper
 * (Bazarevsky et al., 2019), which gives no formula. Here, with `P` for the points found, `T` for the
 * shift by `δ` and `N` for the normaliser, `J = √(mean |P(T I) - δ - P(I)|² / N²)` over pictures, views
 * and points. As it is the difference of two predictions on two axes, white noise of deviation `σ` on
 * each gives `J = 2 σ / N`; `xPercent` and `yPercent` give `σ / N`.
 *
 * Detections are paired within a class so that the sum of their IoU is greatest. An object that lies
 * nearer to an edge than the picture is moved is left out, as some of the views cut it off.
 *
 * @param pictures The pictures; moved by cropping from a larger one, or a resampler is measured too.
 * @param options See {@linkcode PerturbationOptions}.
 * @returns The jitter, overall, by shift and by object.
 * @throws {RangeError} If minIou is out of range, or the keypoints of a pair differ in number.
 *
 * @example A box that does not quite follow
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const face = { confidence: 1, classId: 0, label: "face" };
 * const { jitterPercent } = perturbationJitter([{
 *   width: 200,
 *   height: 200,
 *   detections: [{ ...face, box: { x1: 50, y1: 50, x2: 90, y2: 90 } }],
 *   views: [{ dx: 4, dy: 0, detections: [{ ...face, box: { x1: 53, y1: 50, x2: 93, y2: 90 } }] }],
 * }]);
 * assertAlmostEquals(jitterPercent!, 100 * 1 / 40);
 * ```
 */
export function perturbationJitter(
  pictures: readonly PerturbedPicture[],
  { normaliser = sizeOf, points = "box", minIou = 0.5 }: PerturbationOptions = {},
): PerturbationJitter {
  checkMinIou(minIou);
  const outcomes = pictures.flatMap((all, picture) =>
    all.views.flatMap((view) => outcomesOf(all, view, { picture, minIou }))
      .map((outcome) => ({ ...outcome, ...errorsOf(outcome, normaliser, points) }))
  );
  const shifts = Map.groupBy(outcomes, ({ view: { dx, dy } }) => `${dx},${dy}`);
  const objects = Map.groupBy(outcomes, ({ original }) => original);
  objects.delete(undefined);
  return {
    ...tallied(outcomes),
    byShift: [...shifts.values()].map((some) => {
      const { dx, dy } = some[0]!.view;
      return { dx, dy, ...tallied(some) };
    }),
    byObject: [...objects.values()].map((some) => ({
      picture: some[0]!.picture,
      ...tallied(some),
    })),
    unmeasured: [...objects.keys()].filter((object) => !(normaliser(object!)! > 0)).length,
    nearEdge: pictures.reduce((count, all) => {
      const isWhole = wholeIn(all);
      return count + all.detections.filter((detection) => !isWhole(detection)).length;
    }, 0),
  };
}

/** The squared errors of a pair. */
interface PairErrors {
  /** Of its points, the mean, as a share of the normaliser. */
  readonly x: number;
  /** The same vertically. */
  readonly y: number;
  /** Of the logarithm of the size. */
  readonly logScale: number;
  /** Of the logit of the confidence. */
  readonly logit: number;
}

function errorsOf(
  { original, counterpart }: Outcome,
  normaliser: (detection: Detection) => number | undefined,
  points: "box" | "keypoints",
): { errors?: PairErrors } {
  if (!original || !counterpart) return {};
  const unit = normaliser(original);
  if (unit === undefined || !(unit > 0)) return {};
  const pointsOf = ({ box, keypoints = [] }: Detection) =>
    points === "box" ? cornersOf(box) : keypoints;
  const [from, to] = [pointsOf(original), pointsOf(counterpart)];
  if (from.length !== to.length || !from.length) {
    throw new RangeError(
      `Cannot compare keypoints as both detections must have as many: current value is ${from.length} and ${to.length}`,
    );
  }
  const mean = (axis: "x" | "y") =>
    from.reduce((sum, point, i) => sum + ((to[i]![axis] - point[axis]) / unit) ** 2, 0) /
    from.length;
  const logScale = Math.log(sizeOf(counterpart) / sizeOf(original)) ** 2;
  const logit = (logitOf(counterpart) - logitOf(original)) ** 2;
  return { errors: { x: mean("x"), y: mean("y"), logScale, logit } };
}

/** A confidence of 0 or 1 has no finite logit, and is taken for one in a thousand million less sure. */
function logitOf({ confidence }: Detection): number {
  const share = Math.min(Math.max(confidence, 1e-9), 1 - 1e-9);
  return Math.log(share / (1 - share));
}

function tallied(outcomes: readonly (Outcome & { errors?: PairErrors })[]): PerturbationRow {
  let [x, y, logScale, logit, pairs, alone, detections] = [0, 0, 0, 0, 0, 0, 0];
  for (const { original, counterpart, errors } of outcomes) {
    const isPair = original && counterpart;
    detections += isPair ? 2 : 1;
    alone += isPair ? 0 : 1;
    x += errors?.x ?? 0;
    y += errors?.y ?? 0;
    logScale += errors?.logScale ?? 0;
    logit += errors?.logit ?? 0;
    pairs += errors ? 1 : 0;
  }
  return {
    ...(pairs && {
      jitterPercent: 100 * Math.sqrt((x + y) / pairs),
      xPercent: 100 * Math.sqrt(x / pairs / 2),
      yPercent: 100 * Math.sqrt(y / pairs / 2),
      logScalePercent: 100 * Math.sqrt(logScale / pairs),
      logitDeviation: Math.sqrt(logit / pairs / 2),
    }),
    ...(detections && { flipRatePercent: 100 * alone / detections }),
    detections,
    pairs,
  };
}

/**
 * The size of a detection's box, `√(width · height)`.
 *
 * @param detection The detection.
 * @returns The size in pixels.
 */
export function sizeOf({ box: { x1, y1, x2, y2 } }: Detection): number {
  return Math.sqrt(Math.max(0, x2 - x1) * Math.max(0, y2 - y1));
}

/**
 * The distance between the keypoints `right eye` and `left eye` of a face.
 *
 * @param detection The detection.
 * @returns The distance in pixels; `undefined` without such keypoints.
 */
export function interOcularDistance({ keypoints = [] }: Detection): number | undefined {
  const right = keypoints.find(({ label }) => label === "right eye");
  const left = keypoints.find(({ label }) => label === "left eye");
  return right && left && Math.hypot(right.x - left.x, right.y - left.y);
}
