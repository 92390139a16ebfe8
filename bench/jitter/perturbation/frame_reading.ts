import type { Detection } from "../../../pipeline/detection.ts";
import {
  interOcularDistance,
  type PerturbationJitter,
  perturbationJitter,
  type PerturbationRow,
  sizeOf,
} from "../../../pipeline/metrics/perturbation.ts";
import type { PerturbedRun } from "./perturbed_runs.ts";
import type { Perturbations } from "./perturbations.ts";
import { resolverOf, type TieMethod } from "./tie_methods.ts";

/** What lengths are divided by. */
export type Normaliser = "inter-ocular distance" | "√(width · height)";

/** What a method reads on a picture. */
export interface FrameReading {
  /** Of corners of boxes, for each disturbance in its order. */
  readonly boxes: readonly PerturbationRow[];
  /** Of keypoints; absent where the objects have none. */
  readonly keypoints?: readonly PerturbationRow[];
  /** What lengths were divided by. */
  readonly normaliser: Normaliser;
  /** How many objects were compared. */
  readonly objects: number;
  /** How many were left out, as they lie too near to an edge for the farthest shift. */
  readonly nearEdge: number;
  /** How many candidates took part in resolving the ties of the picture as it is. */
  readonly candidates: number;
}

/**
 * Reads how steady a method's objects are in a picture and its disturbed copies.
 *
 * Errors of objects with eyes are divided by the distance between them, those of others by
 * `√(width · height)`. All disturbances are measured on the same objects: those that the farthest shift leaves within the
 * network's window.
 *
 * @param run The picture.
 * @param method How candidates become objects.
 * @param perturbations What pictures were disturbed by.
 * @returns The reading.
 */
export function frameReadingOf(
  run: PerturbedRun,
  method: TieMethod,
  { all, reachPx }: Perturbations,
): FrameReading {
  const resolve = resolverOf(run, method);
  const detections = resolve(run.candidates, { dx: 0, dy: 0 });
  const margin = { x: reachPx * run.scale.x, y: reachPx * run.scale.y };
  const views = all.map(({ dx, dy }, i) => ({
    dx: dx * run.scale.x,
    dy: dy * run.scale.y,
    detections: resolve(run.views[i]!, { dx, dy }),
  }));
  const jitterOf = (points: "box" | "keypoints") =>
    views.map((view) =>
      perturbationJitter([{ ...run.window, margin, detections, views: [view] }], {
        points,
        normaliser: unitOf,
      })
    );
  const boxes = jitterOf("box");
  const nearEdge = boxes[0]?.nearEdge ?? 0;
  return {
    boxes: boxes.map(rowOf),
    ...detections.some(({ keypoints }) => keypoints?.length) && {
      keypoints: jitterOf("keypoints").map(rowOf),
    },
    normaliser: detections.some(interOcularDistance)
      ? "inter-ocular distance"
      : "√(width · height)",
    objects: detections.length - nearEdge,
    nearEdge,
    candidates: candidatesOf(run.candidates, method),
  };
}

function unitOf(detection: Detection): number {
  return interOcularDistance(detection) ?? sizeOf(detection);
}

/** Without what tells of single objects, which would take much memory over a long clip. */
function rowOf({ byShift: _, byObject: __, ...row }: PerturbationJitter): PerturbationRow {
  return row;
}

function candidatesOf(candidates: readonly Detection[], { minConfidence }: TieMethod): number {
  return candidates.filter(({ confidence }) => confidence >= minConfidence).length;
}
