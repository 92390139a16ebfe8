import type { Detection } from "../pipeline/detection.ts";
import type { Detector } from "../pipeline/detector.ts";
import { type Fit, frameBoxFromTensor, framePointFromTensor } from "../pipeline/fit.ts";
import type { Detected, Inferred } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { isCutOff } from "./slicing/is_cut_off.ts";

/** Options of {@linkcode decodeBoxes}. */
export interface DecodeBoxesOptions {
  /**
   * The lowest confidence that a candidate may have, from 0 to 1.
   *
   * @default {detector.defaults.confidence}
   */
  readonly minConfidence?: number;
  /** The classes wanted, by name or by number: all if absent. */
  readonly classes?: readonly (string | number)[];
}

/**
 * Turns the network's outputs into candidates, in the pixels of the frame. Those of slices bear the
 * slice's number; one that ends at a seam, and so shows a part of an object only, is left out.
 *
 * Candidates whose box is inside out or not finite are left out. A frame without outputs gets the
 * candidates of the last frame that had some, and `isHeld`.
 *
 * @param detector What the outputs mean.
 * @param options Which candidates are wanted.
 * @returns The stage.
 * @throws {RangeError} If `minConfidence` is not from 0 to 1, or the detector lacks a class.
 *
 * @example A network that always finds one thing
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Detector } from "../pipeline/detector.ts";
 *
 * const detector = {
 *   labels: ["face"],
 *   defaults: { confidence: 0.5, iou: 0.3, maxDetections: 10 },
 *   decode: () => [
 *     { box: { x1: 1, y1: 1, x2: 3, y2: 3 }, confidence: 0.9, classId: 0, label: "face" },
 *   ],
 * } as unknown as Detector;
 * const frame = { [Symbol.dispose]() {} } as never;
 * const fit = { scaleX: 10, scaleY: 10, offsetX: 0, offsetY: -5 };
 * const inferred = ReadableStream.from([{ frame, outputs: {}, fit }]);
 * const [detected] = await Array.fromAsync(inferred.pipeThrough(decodeBoxes(detector)));
 * assertEquals(detected?.detections[0]?.box, { x1: 10, y1: 5, x2: 30, y2: 25 });
 * ```
 */
export function decodeBoxes(
  detector: Detector,
  { minConfidence = detector.defaults.confidence, classes }: DecodeBoxesOptions = {},
): MeteredStage<Inferred, Detected> {
  if (!(minConfidence >= 0 && minConfidence <= 1)) {
    throw new RangeError(
      `Cannot decode boxes as minConfidence must be from 0 to 1: current value is ${minConfidence}`,
    );
  }
  const wanted = classes && classIdsOf(classes, detector.labels);

  function candidatesIn(outputs: Outputs, fit: Fit): Detection[] {
    return detector.decode(outputs, minConfidence)
      .filter(({ box, classId }) => isSound(box) && (!wanted || wanted.has(classId)))
      .map((candidate) => frameDetectionFromTensor(candidate, fit));
  }

  /** Those that a slice cuts off are left out: others, or the whole frame, show all of the object. */
  function candidatesInSlices({ frame, slices = [] }: Inferred): Detection[] {
    return slices.flatMap(({ outputs, fit }, slice) => {
      const place = { fit, tensor: detector.input, frame: frame.source };
      return candidatesIn(outputs, fit).filter(({ box }) => !isCutOff(box, place))
        .map((candidate) => ({ ...candidate, slice }));
    });
  }

  function allCandidatesIn(item: Inferred): Detection[] | undefined {
    const { outputs, fit } = item;
    return outputs && [...candidatesIn(outputs, fit), ...candidatesInSlices(item)];
  }

  return stage("decodeBoxes", async function* decodeBoxes(items: AsyncIterable<Inferred>) {
    let held: readonly Detection[] = [];
    for await (const item of items) {
      const detections = allCandidatesIn(item);
      held = detections ?? held;
      yield { frame: item.frame, detections: held, ...!detections && { isHeld: true } };
    }
  });
}

/** Whether a box has a width and a height, 0 included (MediaPipe, TensorsToDetectionsCalculator). */
function isSound({ x1, y1, x2, y2 }: Detection<"tensor">["box"]): boolean {
  // The difference is NaN or infinite where an edge is.
  return x2 - x1 >= 0 && x2 - x1 < Infinity && y2 - y1 >= 0 && y2 - y1 < Infinity;
}

function frameDetectionFromTensor(candidate: Detection<"tensor">, fit: Fit): Detection {
  const { keypoints, ...rest } = candidate;
  return {
    ...rest,
    box: frameBoxFromTensor(candidate.box, fit),
    ...keypoints && {
      keypoints: keypoints.map((point) => ({
        ...framePointFromTensor(point, fit),
        label: point.label,
      })),
    },
  };
}

function classIdsOf(
  classes: readonly (string | number)[],
  labels: readonly string[],
): ReadonlySet<number> {
  if (classes.length === 0) {
    throw new RangeError("Cannot decode boxes as classes is empty: leave it out to get all");
  }
  return new Set(classes.flatMap((wanted) => {
    const ids = [...labels.keys()].filter((id) => id === wanted || labels[id] === wanted);
    if (ids.length > 0) return ids;
    const known = labels.map((label, id) => `${id} "${label}"`).join(", ");
    throw new RangeError(
      `Cannot decode boxes as there is no class ${JSON.stringify(wanted)}: known are ${known}`,
    );
  }));
}
