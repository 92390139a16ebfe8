import { type Box, clippedTo } from "../../pipeline/box.ts";
import { type Fit, frameBoxFromTensor, type Size } from "../../pipeline/fit.ts";

/** How near to a seam a box ends that is taken to go on behind it: as a share of the slice. */
const MARGIN = 0.01;

/**
 * Whether a box found in a slice ends where the slice does, and the frame does not: most likely only
 * a part of the object is in it.
 *
 * @param box The box.
 * @param place How the frame lies in the slice's tensor, and the sizes of both.
 * @returns Whether it is cut off.
 */
export function isCutOff(
  box: Box<"frame">,
  { fit, tensor, frame }: { readonly fit: Fit; readonly tensor: Size; readonly frame: Size },
): boolean {
  const whole = { x1: 0, y1: 0, x2: tensor.width, y2: tensor.height };
  const seen = clippedTo(frameBoxFromTensor(whole, fit), frame);
  const x = MARGIN * (seen.x2 - seen.x1);
  const y = MARGIN * (seen.y2 - seen.y1);
  return (seen.x1 > 0 && box.x1 < seen.x1 + x) || (seen.y1 > 0 && box.y1 < seen.y1 + y) ||
    (seen.x2 < frame.width && box.x2 > seen.x2 - x) ||
    (seen.y2 < frame.height && box.y2 > seen.y2 - y);
}
