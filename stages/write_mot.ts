import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { isTrack } from "../pipeline/track.ts";
import { type BoxChoice, type BoxOptions, chosenBox } from "./box_choice.ts";
import { roundedBox, roundedPixels, roundedShare } from "./writing/rounded.ts";
import { writeText } from "./writing/write_text.ts";
import type { TextTarget, WriteOptions } from "./text_target.ts";

/** What stands for an unknown: the track's id where there is none, and the place in the world. */
const UNKNOWN = -1;

function linesOf({ frame, detections, isHeld }: Detected, boxes: BoxChoice): string {
  if (isHeld) return "";
  return detections.map((detection) => {
    const { x1, y1, width, height } = roundedBox(chosenBox(detection, boxes), frame.source);
    const { confidence } = detection;
    return [
      frame.index + 1,
      isTrack(detection) ? detection.trackId : UNKNOWN,
      roundedPixels(x1 + 1),
      roundedPixels(y1 + 1),
      width,
      height,
      roundedShare(confidence),
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ].join() + "\n";
  }).join("");
}

/**
 * Writes the text of the MOT Challenge, one detection a line (Leal-Taixé et al., "MOTChallenge 2015",
 * arXiv:1504.01942, on its data format): frame, id, left, top, width, height, confidence, x, y, z.
 *
 * Frames are counted from 1, and the top left pixel of the picture is at (1, 1). What is not known
 * (x, y, z, and the id where objects are not followed) is -1. Pixels have two decimals; boxes are
 * clipped to the frame. Held frames are left out, as nothing was found on them.
 *
 * @param target The path of a file, or a stream.
 * @param options How to treat the target.
 * @returns The stage; what flows through it is untouched. It fails with an {@linkcode OutputError}
 * before it takes a frame if the file exists or cannot be made, later if it cannot be written to. If
 * the reader of a pipe has gone, the error's cause is a `Deno.errors.BrokenPipe`.
 *
 * @example A file for a tracker
 * ```ts ignore
 * await detections.pipeThrough(writeMot("det.txt")).pipeTo(discard());
 * ```
 */
export function writeMot<T extends Detected>(
  target: TextTarget,
  { boxes = "smoothed", ...options }: WriteOptions & BoxOptions = {},
): MeteredStage<T, T> {
  return writeText("writeMot", target, options, { textOf: (item) => linesOf(item, boxes) });
}
