import type { Box, Point } from "../pipeline/box.ts";
import type { Detection, Keypoint } from "../pipeline/detection.ts";
import type { Tie } from "./_ties.ts";

/**
 * The most confident candidate of a tie, at the mean place of all.
 *
 * @param tie The tie.
 * @returns The object.
 */
export function blendedTie({ top, others }: Tie): Detection {
  if (others.length === 0) return top;
  const members = [top, ...others];
  const keypoints = top.keypoints?.map((point, index) => blendedKeypoint(point, index, members));
  return { ...top, box: blendedBox(members), ...keypoints && { keypoints } };
}

function blendedBox(members: readonly Detection[]): Box<"frame"> {
  const sum = { x1: 0, y1: 0, x2: 0, y2: 0 };
  let weight = 0;
  for (const { box, confidence } of members) {
    weight += confidence;
    sum.x1 += confidence * box.x1;
    sum.y1 += confidence * box.y1;
    sum.x2 += confidence * box.x2;
    sum.y2 += confidence * box.y2;
  }
  // Without any confidence there is nothing to weight by.
  if (!(weight > 0)) return members[0]!.box;
  return { x1: sum.x1 / weight, y1: sum.y1 / weight, x2: sum.x2 / weight, y2: sum.y2 / weight };
}

function blendedKeypoint(
  keypoint: Keypoint,
  index: number,
  members: readonly Detection[],
): Keypoint {
  let weight = 0;
  let x = 0;
  let y = 0;
  for (const { keypoints, confidence } of members) {
    const point: Point<"frame"> | undefined = keypoints?.[index];
    if (!point) continue;
    weight += confidence;
    x += confidence * point.x;
    y += confidence * point.y;
  }
  return weight > 0 ? { ...keypoint, x: x / weight, y: y / weight } : keypoint;
}
