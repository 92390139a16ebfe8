import { areaOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";

/** The detection that its group trusts most, and those that overlap it. */
export interface Tie {
  /** The most confident one. */
  readonly top: Detection;
  /** The others that overlap it by more than the threshold, by falling confidence. */
  readonly others: readonly Detection[];
}

/** What the two ways to resolve ties have in common. */
export interface TieOptions {
  /** Above which intersection over union two boxes are taken for one object. */
  readonly iou: number;
  /** How many objects a frame may hold. */
  readonly maxDetections: number;
  /** Whether boxes of different classes can be one object. */
  readonly acrossClasses: boolean;
}

/**
 * Checks options.
 *
 * @param verb What they are for, for the message.
 * @param options The options.
 * @throws {RangeError} If a value makes no sense.
 */
export function checkTieOptions(
  verb: string,
  { iou, maxDetections }: Pick<TieOptions, "iou" | "maxDetections">,
): void {
  if (!(iou >= 0 && iou <= 1)) {
    throw new RangeError(`Cannot ${verb} as iou must be from 0 to 1: current value is ${iou}`);
  }
  if (!(maxDetections === Infinity || (Number.isInteger(maxDetections) && maxDetections > 0))) {
    throw new RangeError(
      `Cannot ${verb} as maxDetections must be a whole number from 1: ` +
        `current value is ${maxDetections}`,
    );
  }
}

/**
 * Resolves the ties of one frame, class by class.
 *
 * @param detections The candidates, in any order. One whose confidence is no number is left out.
 * @param options How.
 * @param resolve Turns the ties of a class, most confident first, into objects in the same order.
 * @returns The objects, by falling confidence.
 */
export function resolved(
  detections: readonly Detection[],
  { iou, maxDetections, acrossClasses }: TieOptions,
  resolve: (ties: Iterable<Tie>) => Iterable<Detection>,
): Detection[] {
  const sorted = detections.filter(({ confidence }) => !Number.isNaN(confidence))
    .sort((a, b) => b.confidence - a.confidence);
  const groups = acrossClasses ? [sorted] : Map.groupBy(sorted, ({ classId }) => classId).values();
  const objects: Detection[] = [];
  for (const group of groups) {
    let count = 0;
    for (const object of resolve(tiesOf(group, iou))) {
      objects.push(object);
      if (++count >= maxDetections) break;
    }
  }
  objects.sort((a, b) => b.confidence - a.confidence);
  return objects.slice(0, maxDetections);
}

/** The boxes' numbers side by side, which is far faster to read than objects. */
interface Edges {
  readonly x1: Float64Array;
  readonly y1: Float64Array;
  readonly x2: Float64Array;
  readonly y2: Float64Array;
  readonly area: Float64Array;
}

function edgesOf(detections: readonly Detection[]): Edges {
  const column = () => new Float64Array(detections.length);
  const edges = { x1: column(), y1: column(), x2: column(), y2: column(), area: column() };
  for (let i = 0; i < detections.length; i++) {
    const { box } = detections[i]!;
    edges.x1[i] = box.x1;
    edges.y1[i] = box.y1;
    edges.x2[i] = box.x2;
    edges.y2[i] = box.y2;
    edges.area[i] = areaOf(box);
  }
  return edges;
}

/** Takes the most confident detection and what overlaps it, again and again until none is left. */
function* tiesOf(sorted: readonly Detection[], iou: number): Generator<Tie> {
  const edges = edgesOf(sorted);
  let remaining = new Uint32Array(sorted.length);
  for (let i = 0; i < remaining.length; i++) remaining[i] = i;
  while (remaining.length > 0) {
    const top = sorted[remaining[0]!]!;
    const overlapping: number[] = [];
    remaining = takeOut(remaining, edges, iou, overlapping);
    yield { top, others: overlapping.map((index) => sorted[index]!) };
  }
}

/**
 * Takes the first box out, and those that overlap it; the order of the rest is kept, in place.
 *
 * The overlap is {@linkcode iouOf}'s, NaN and empty boxes included: these overlap nothing.
 */
function takeOut(
  remaining: Uint32Array<ArrayBuffer>,
  { x1, y1, x2, y2, area }: Edges,
  iou: number,
  overlapping: number[],
): Uint32Array<ArrayBuffer> {
  const top = remaining[0]!;
  const left = x1[top]!;
  const right = x2[top]!;
  const upper = y1[top]!;
  const lower = y2[top]!;
  let apart = 0;
  for (let k = 1; k < remaining.length; k++) {
    const i = remaining[k]!;
    // Most boxes lie elsewhere, so the first comparison mostly is the last.
    if (x1[i]! < right && x2[i]! > left && y1[i]! < lower && y2[i]! > upper) {
      const width = Math.max(0, Math.min(right, x2[i]!) - Math.max(left, x1[i]!));
      const height = Math.max(0, Math.min(lower, y2[i]!) - Math.max(upper, y1[i]!));
      const shared = width * height;
      if (shared / (area[top]! + area[i]! - shared) > iou) {
        overlapping.push(i);
        continue;
      }
    }
    remaining[apart++] = i;
  }
  return remaining.subarray(0, apart);
}
