import { populationDeviationOf } from "./_series.ts";
import { bestPairs, checkMinIou, indexed } from "./_pairing.ts";
import type { PairingOptions } from "./clear.ts";
import type { ComparedFrame, NumberedBox } from "./compared_frame.ts";

/** How unstable the boxes of one object are; all without a unit. */
export interface ObjectStability {
  /** The number of the object in the truth. */
  readonly trackId: number;
  /** In how many frames it was found. */
  readonly found: number;
  /** How often it was lost or found, over how often it could have been. */
  readonly fragment: number;
  /** The deviation of the centre's horizontal error, in widths of the true box. */
  readonly centreX: number;
  /** The deviation of the centre's vertical error, in heights of the true box. */
  readonly centreY: number;
  /** The deviation of the error in size (the root of the area). */
  readonly scale: number;
  /** The deviation of the error in proportion (width to height). */
  readonly ratio: number;
}

/** What {@linkcode stabilityOf} finds; all without a unit. */
export interface Stability {
  /** The fragment error E_F: how often objects come and go. */
  readonly fragment: number;
  /** The centre position error E_C: how much centres wander about the true ones. */
  readonly centre: number;
  /** The scale and ratio error E_R: how much sizes and proportions do. */
  readonly scaleRatio: number;
  /** The sum of the three. */
  readonly total: number;
  /** The objects that were found at least once, of which the three are means. */
  readonly objects: readonly ObjectStability[];
  /** How many objects were never found: they do not count, though they are not stable. */
  readonly unfound: number;
}

/** What one object went through. */
interface Course {
  frames: number;
  changes: number;
  wasFound?: boolean;
  readonly errors: (readonly [x: number, y: number, scale: number, ratio: number])[];
}

/**
 * The stability errors of Zhang & Wang ("On the Stability of Video Detection and Tracking", 2016), as
 * in the evaluation that goes with Flow-Guided Feature Aggregation: deviations over a whole population,
 * objects that were never found left out. Boxes are paired anew in each frame, whatever their numbers.
 *
 * A width is `x2 - x1`, which is what that evaluation gets by adding 1 to the distance of the first
 * and last pixels. A constant offset costs nothing; lag, drift and the truth's own trembling all count.
 *
 * @param frames All frames of a clip.
 * @param options See {@linkcode PairingOptions}.
 * @returns The errors; `undefined` if no object was ever found.
 * @throws {RangeError} If a frame has a trackId twice or minIou is out of range.
 */
export function stabilityOf(
  frames: readonly ComparedFrame[],
  { minIou = 0.5 }: PairingOptions = {},
): Stability | undefined {
  checkMinIou(minIou);
  const clip = indexed(frames);
  const courses: Course[] = clip.truthIds.map(() => ({ frames: 0, changes: 0, errors: [] }));
  clip.frames.forEach(({ truth, ious }, i) => {
    const columns = new Map(
      bestPairs(ious).filter(([row, column]) => ious[row]![column]! >= minIou),
    );
    truth.forEach((object, row) => {
      const course = courses[object]!;
      const column = columns.get(row);
      const isFound = column !== undefined;
      course.frames++;
      if (course.wasFound !== undefined && course.wasFound !== isFound) course.changes++;
      course.wasFound = isFound;
      if (isFound) course.errors.push(errorsOf(frames[i]!.tracks[column]!, frames[i]!.truth[row]!));
    });
  });
  const all = courses.map((course, object) => summaryOf(course, clip.truthIds[object]!));
  const objects = all.filter(({ found }) => found);
  if (!objects.length) return undefined;
  const mean = (value: (object: ObjectStability) => number) =>
    objects.reduce((sum, object) => sum + value(object), 0) / objects.length;
  const fragment = mean((object) => object.fragment);
  const centre = mean((object) => object.centreX + object.centreY);
  const scaleRatio = mean((object) => object.scale + object.ratio);
  return {
    fragment,
    centre,
    scaleRatio,
    total: fragment + centre + scaleRatio,
    objects,
    unfound: all.length - objects.length,
  };
}

function errorsOf({ box }: NumberedBox, { box: truth }: NumberedBox): Course["errors"][number] {
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  const [trueWidth, trueHeight] = [truth.x2 - truth.x1, truth.y2 - truth.y1];
  return [
    (box.x1 + box.x2 - truth.x1 - truth.x2) / 2 / trueWidth,
    (box.y1 + box.y2 - truth.y1 - truth.y2) / 2 / trueHeight,
    Math.sqrt(width * height / (trueWidth * trueHeight)) - 1,
    width / height / (trueWidth / trueHeight) - 1,
  ];
}

function summaryOf({ frames, changes, errors }: Course, trackId: number): ObjectStability {
  const deviation = (k: 0 | 1 | 2 | 3) => populationDeviationOf(errors.map((all) => all[k])) ?? 0;
  return {
    trackId,
    found: errors.length,
    fragment: frames > 1 ? changes / (frames - 1) : 0,
    centreX: deviation(0),
    centreY: deviation(1),
    scale: deviation(2),
    ratio: deviation(3),
  };
}
