import { type Box, iouOf, type Point } from "../box.ts";
import type { Detection } from "../detection.ts";
import { bestPairs } from "./_pairing.ts";
import type { PerturbedPicture, PerturbedView } from "./perturbed_picture.ts";

/** What became of one detection of a picture or of a view. */
export interface Outcome {
  /** The picture's place in the list. */
  readonly picture: number;
  readonly view: PerturbedView;
  /** What was found in the picture; absent for what appeared in the view only. */
  readonly original?: Detection;
  /** Its counterpart in the view, moved back; absent if there is none. */
  readonly counterpart?: Detection;
}

/** What of a picture's detections none of its views cuts off. */
export function wholeIn(
  { width, height, views, margin }: PerturbedPicture,
): (detection: Detection) => boolean {
  const x = margin?.x ?? Math.max(...views.map(({ dx }) => Math.abs(dx)));
  const y = margin?.y ?? Math.max(...views.map(({ dy }) => Math.abs(dy)));
  return ({ box }) => box.x1 >= x && box.y1 >= y && box.x2 <= width - x && box.y2 <= height - y;
}

/** Pairs what was found in a picture with what was found in one of its views. */
export function outcomesOf(
  all: PerturbedPicture,
  view: PerturbedView,
  { picture, minIou }: { readonly picture: number; readonly minIou: number },
): Outcome[] {
  const { detections } = all;
  const isWhole = wholeIn(all);
  const back = view.detections.map((detection) => movedBack(detection, view));
  const scores = detections.map((a) =>
    back.map((b) => {
      const iou = a.classId === b.classId ? iouOf(a.box, b.box) : 0;
      return iou >= minIou ? iou : 0;
    })
  );
  const columns = new Map(bestPairs(scores));
  const taken = new Set(columns.values());
  const known = detections.map((original, row): Outcome => {
    const column = columns.get(row);
    return { picture, view, original, ...(column !== undefined && { counterpart: back[column]! }) };
  });
  const appeared = back.filter((detection, column) => !taken.has(column) && isWhole(detection));
  return [
    ...known.filter(({ original }) => isWhole(original!)),
    ...appeared.map((counterpart) => ({ picture, view, counterpart })),
  ];
}

function movedBack(detection: Detection, { dx, dy }: PerturbedView): Detection {
  const { x1, y1, x2, y2 } = detection.box;
  const keypoints = detection.keypoints?.map((point) => ({
    ...point,
    x: point.x - dx,
    y: point.y - dy,
  }));
  return {
    ...detection,
    box: { x1: x1 - dx, y1: y1 - dy, x2: x2 - dx, y2: y2 - dy },
    ...(keypoints && { keypoints }),
  };
}

/** Two opposite corners: the other two say nothing new. */
export function cornersOf({ x1, y1, x2, y2 }: Box<"frame">): Point<"frame">[] {
  return [{ x: x1, y: y1 }, { x: x2, y: y2 }];
}
