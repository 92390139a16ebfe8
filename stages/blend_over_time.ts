import { type Box, iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { FrameSource } from "../pipeline/frame.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { blendedTie } from "./_blended_tie.ts";
import { checkTieOptions, resolved, type Tie } from "./_ties.ts";
import type { BlendOptions } from "./blend.ts";

/** Options of {@linkcode blendOverTime}. */
export interface BlendOverTimeOptions extends BlendOptions {
  /**
   * How much an object's carried box weighs against all candidates of its tie together, at 30 frames a
   * second, 0 or more: higher is steadier, 0 is {@linkcode blend}.
   *
   * @default {1}
   */
  readonly weight?: number;
}

/** What is remembered of an object. */
export interface Remembered {
  /** The object as it was last blended. */
  readonly detection: Detection;
  /** When that was, in microseconds. */
  readonly timestampUs: number;
  /** How fast each of its numbers changes, in pixels a second: the box's edges, then the keypoints. */
  readonly velocities: readonly number[];
  /** In how many frames it was seen. */
  readonly frames: number;
}

/** What {@linkcode blendedOverTime} makes of a frame. */
export interface BlendedOverTime {
  /** One detection an object, by falling confidence. */
  readonly detections: Detection[];
  /** What the next frame needs to know. */
  readonly memory: Remembered[];
}

/** As long is an object remembered that is not seen, in microseconds. */
const MAX_GAP_US = 500_000;
/** The interval for which the weight is given, in seconds. */
const USUAL_INTERVAL_S = 1 / 30;

/**
 * Resolves ties by blending, along time too: each object's last box, carried forward by its own
 * velocity, takes part in its tie. See {@linkcode blendedOverTime}.
 *
 * The stage remembers objects by itself, for half a second at most, and knows nothing of tracks. An
 * object without a candidate is not in the frame. On a frame that was passed over, the last one's
 * objects are repeated.
 *
 * @param options What counts as a tie, and how much the past weighs.
 * @returns The stage.
 * @throws {RangeError} If an option makes no sense.
 *
 * @example A box that trembles around its place
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const items = Array.from({ length: 30 }, (_, i) => ({
 *   frame: { timestampUs: i * 33_333, [Symbol.dispose]() {} } as never,
 *   detections: [{
 *     box: { x1: i % 2, y1: 0, x2: 100 + i % 2, y2: 100 },
 *     classId: 0,
 *     label: "face",
 *     confidence: 0.9,
 *   }],
 * }));
 * const blended = ReadableStream.from(items).pipeThrough(blendOverTime({ weight: 2 }));
 * const last = (await Array.fromAsync(blended)).at(-1)?.detections[0];
 * assert(Math.abs((last?.box.x1 ?? 0) - 0.5) < 0.3);
 * ```
 */
export function blendOverTime(
  options: BlendOverTimeOptions = {},
): MeteredStage<Detected, Detected> {
  check(options);
  return stage("blendOverTime", async function* blendOverTime(items: AsyncIterable<Detected>) {
    let memory: readonly Remembered[] = [];
    let last: readonly Detection[] = [];
    let connection: number | undefined;
    for await (const item of items) {
      const source: FrameSource | undefined = item.frame.source;
      if (source?.connection !== connection) memory = []; // A feed is back, and may show anything.
      connection = source?.connection;
      if (!item.isHeld) {
        const { timestampUs } = item.frame;
        const blended = blendedOverTime(item.detections, { memory, timestampUs }, options);
        memory = blended.memory;
        last = blended.detections;
      }
      yield { ...item, detections: last };
    }
  });
}

/**
 * Resolves the ties of one frame as `blended` does, with the past as one more candidate of each tie.
 *
 * A tie of candidates with confidences `cᵢ` and boxes `bᵢ` has the mean `b = Σ cᵢ bᵢ / W`, `W = Σ cᵢ`.
 * The object's last box, carried to this frame by its velocity, `p = x + v t`, joins with the weight `λ W`:
 *
 * `x' = (Σ cᵢ bᵢ + λ W p) / (W + λ W) = p + α (b - p)`, `α = 1 / (1 + λ)`, `v' = v + β (b - p) / t`
 *
 * The mean of two independent estimates is best where each weighs by the inverse of its variance, so
 * `λ = var(b) / var(p)`: the trembling of a tie over the uncertainty of what was carried. (The weight is
 * by the whole tie, as its candidates come from neighbouring cells that see the same pixels, and err
 * together.) Then α is the steady gain of a Kalman filter of nearly constant velocity, and the velocity
 * must learn by `β = 2 (2 - α) - 4 √(1 - α)` (Kalata, IEEE Transactions on Aerospace and Electronic
 * Systems 20(2), 1984). What was carried for longer is less certain: with the tracking index
 * `Λ = σ_a t² / σ_b`, for which `Λ² = β² / (1 - α)`, a gain at 30 frames a second becomes that of any
 * interval. An even motion is followed without lag; an object at rest keeps
 * `(2 α² + 2 β - 3 α β) / (α (4 - 2 α - β))` of its variance.
 *
 * While an object is new, the gains are those of a line through all that was seen of it,
 * `α = 2 (2 k - 1) / (k (k + 1))`, `β = 6 / (k (k + 1))` in its k-th frame (Brookner, Tracking and Kalman
 * Filtering Made Easy, Wiley 1998, section 1.2.10), as long as they are larger.
 *
 * A carried box takes part only in the tie of its class whose most confident candidate it overlaps
 * by more than `iou`; of several it is the one that overlaps most, and it takes part once. So what jumps
 * farther than its own size, as behind a cut, begins anew. After half a second unseen it is forgotten.
 *
 * @param detections The candidates, in any order. One whose confidence is no number is left out.
 * @param past What the last frame left behind (nothing at first), and the time of this one.
 * @param options What counts as a tie, and how much the past weighs.
 * @returns The objects, and what the next frame needs to know.
 * @throws {RangeError} If an option makes no sense.
 */
export function blendedOverTime(
  detections: readonly Detection[],
  { memory, timestampUs }: {
    readonly memory: readonly Remembered[];
    readonly timestampUs: number;
  },
  options: BlendOverTimeOptions = {},
): BlendedOverTime {
  const { weight, ...tieOptions } = check(options);
  const carried = memory
    .filter(({ timestampUs: lastUs }) => timestampUs - lastUs <= MAX_GAP_US)
    .map((object) => carriedTo(timestampUs, object));
  const free = new Set(carried);
  const known = new Map<Detection, Remembered>();

  function blendedWithPast(tie: Tie): Detection {
    const past = bestOverlap(free, tie.top, tieOptions);
    if (past) free.delete(past);
    const object = blendedWith(past, blendedTie(tie), { timestampUs, weight });
    known.set(object.detection, object);
    return object.detection;
  }

  const objects = resolved(detections, tieOptions, function* (ties) {
    for (const tie of ties) {
      if (!(iouOf(tie.top.box, tie.top.box) > 0)) { // As in `blended`.
        yield tie.top;
        return;
      }
      yield blendedWithPast(tie);
    }
  });
  const seen = objects.flatMap((object) => known.get(object) ?? []);
  const unseen = [...free].map(({ object }) => object);
  return { detections: objects, memory: [...seen, ...unseen] };
}

/** An object where it should be now. */
interface Carried {
  readonly object: Remembered;
  readonly box: Box<"frame">;
  readonly numbers: readonly number[];
  readonly intervalS: number;
}

function carriedTo(timestampUs: number, object: Remembered): Carried {
  const intervalS = (timestampUs - object.timestampUs) * 1e-6;
  const { velocities } = object;
  const numbers = numbersOf(object.detection).map((value, i) => value + velocities[i]! * intervalS);
  const [x1, y1, x2, y2] = numbers as [number, number, number, number];
  return { object, box: { x1, y1, x2, y2 }, numbers, intervalS };
}

function bestOverlap(
  carried: Iterable<Carried>,
  top: Detection,
  { iou, acrossClasses }: { readonly iou: number; readonly acrossClasses: boolean },
): Carried | undefined {
  let best: Carried | undefined;
  let most = iou;
  for (const candidate of carried) {
    if (!acrossClasses && candidate.object.detection.classId !== top.classId) continue;
    const overlap = iouOf(candidate.box, top.box);
    if (overlap > most) [best, most] = [candidate, overlap];
  }
  return best;
}

/** Lets the past take part in a tie that is resolved otherwise. */
function blendedWith(
  past: Carried | undefined,
  detection: Detection,
  { timestampUs, weight }: { readonly timestampUs: number; readonly weight: number },
): Remembered {
  const measured = numbersOf(detection);
  if (!past || past.numbers.length !== measured.length) {
    return { detection, timestampUs, velocities: measured.map(() => 0), frames: 1 };
  }
  const { object, numbers, intervalS } = past;
  const frames = object.frames + 1;
  const { alpha, beta } = gainsFor(weight, intervalS, frames);
  const values = measured.map((value, i) =>
    alpha === 1 ? value : numbers[i]! + alpha * (value - numbers[i]!)
  );
  const velocities = measured.map((value, i) => {
    const change = intervalS > 0 ? beta * (value - numbers[i]!) / intervalS : 0;
    return object.velocities[i]! + change;
  });
  return { detection: withNumbers(detection, values), timestampUs, velocities, frames };
}

/** By how much position and velocity follow what is measured. */
function gainsFor(weight: number, intervalS: number, frames: number) {
  const steady = steadyAlpha(weight, intervalS);
  const starting = 2 * (2 * frames - 1) / (frames * (frames + 1));
  if (starting > steady) return { alpha: starting, beta: 6 / (frames * (frames + 1)) };
  return { alpha: steady, beta: betaOf(steady) };
}

function steadyAlpha(weight: number, intervalS: number): number {
  if (weight === 0) return 1;
  const usual = 1 / (1 + weight);
  const usualIndex = betaOf(usual) / Math.sqrt(1 - usual);
  const index = usualIndex * (intervalS / USUAL_INTERVAL_S) ** 2;
  const root = (4 + index - Math.sqrt(8 * index + index * index)) / 4;
  return 1 - root * root;
}

function betaOf(alpha: number): number {
  return 2 * (2 - alpha) - 4 * Math.sqrt(1 - alpha);
}

/** The numbers of a detection that change: the box's edges, then the keypoints. */
function numbersOf({ box: { x1, y1, x2, y2 }, keypoints = [] }: Detection): number[] {
  return [x1, y1, x2, y2, ...keypoints.flatMap(({ x, y }) => [x, y])];
}

function withNumbers(detection: Detection, numbers: readonly number[]): Detection {
  const [x1, y1, x2, y2] = numbers as [number, number, number, number];
  const { keypoints } = detection;
  return {
    ...detection,
    box: { x1, y1, x2, y2 },
    ...keypoints && {
      keypoints: keypoints.map((point, i) => ({
        ...point,
        x: numbers[4 + 2 * i]!,
        y: numbers[5 + 2 * i]!,
      })),
    },
  };
}

function check(
  { iou = 0.3, maxDetections = Infinity, acrossClasses = false, weight = 1 }: BlendOverTimeOptions,
): Required<BlendOverTimeOptions> {
  checkTieOptions("blend", { iou, maxDetections });
  if (!(weight >= 0 && weight < Infinity)) {
    throw new RangeError(`Cannot blend as weight must be 0 or more: current value is ${weight}`);
  }
  return { iou, maxDetections, acrossClasses, weight };
}
