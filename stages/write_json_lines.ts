import { type Box, clippedTo } from "../pipeline/box.ts";
import type { Detection, Keypoint } from "../pipeline/detection.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { isTrack } from "../pipeline/track.ts";
import { nanosecondsFrom } from "../pipeline/time_base.ts";
import { roundedBox, roundedPixels, roundedShare } from "./writing/rounded.ts";
import { writeText } from "./writing/write_text.ts";
import type { TextTarget, WriteOptions } from "./text_target.ts";

function keypointRecord({ label, x, y }: Keypoint, { width, height }: Size) {
  return {
    label,
    x: roundedPixels(x),
    y: roundedPixels(y),
    normalized: { x: roundedShare(x / width), y: roundedShare(y / height) },
  };
}

function pixelsOf(box: Box<"frame">, size: Size) {
  const { x1, y1, width, height } = roundedBox(box, size);
  return { x: x1, y: y1, w: width, h: height };
}

function objectRecord(detection: Detection, size: Size) {
  const { box, confidence, classId, label, keypoints } = detection;
  const { trackId, rawBox } = isTrack(detection) ? detection : {};
  const clipped = clippedTo(box, size);
  return {
    ...pixelsOf(box, size),
    id: trackId,
    roi_type: label,
    detection: {
      bounding_box: {
        x_min: roundedShare(clipped.x1 / size.width),
        x_max: roundedShare(clipped.x2 / size.width),
        y_min: roundedShare(clipped.y1 / size.height),
        y_max: roundedShare(clipped.y2 / size.height),
      },
      confidence: roundedShare(confidence),
      label_id: classId,
      label,
    },
    raw: rawBox && pixelsOf(rawBox, size),
    keypoints: keypoints?.map((keypoint) => keypointRecord(keypoint, size)),
  };
}

/** Characters that JSON leaves as they are but some readers take for the end of a line. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** One item as one line. */
function lineOf({ frame, detections, isHeld }: Detected): string {
  const { pts, timeBase, source: { name, width, height } } = frame;
  const head = JSON.stringify({ resolution: { width, height }, source: name });
  const tail = JSON.stringify({
    tags: {},
    frame_index: frame.index,
    pts,
    time_base: `${timeBase.num}/${timeBase.den}`,
    held: isHeld,
    objects: detections.map((detection) => objectRecord(detection, { width, height })),
  });
  // Nanoseconds may not fit in a number, so that their digits are put into the text as they are.
  const line = `${head.slice(0, -1)},"timestamp":${nanosecondsFrom(pts, timeBase)},${
    tail.slice(1)
  }`;
  return `${line.replace(LINE_ENDS, escaped)}\n`;
}

/**
 * Writes JSON lines, one object a frame, in the form of Intel DL Streamer's `gvametaconvert`
 * (`jsonconverter.cpp`): `x`, `y`, `w` and `h` in pixels, `bounding_box` from 0 to 1, `timestamp` in
 * nanoseconds. Frames on which nothing was found have a line, too.
 *
 * DL Streamer has whole pixels; here they have two decimals. `id` is the number of the track, where
 * objects are followed. `frame_index`, `pts`, `time_base`, `held`, `keypoints` and `raw`, the box as it
 * was detected, are additions. Boxes are clipped to the frame, keypoints are not.
 *
 * @param target The path of a file, or a stream.
 * @param options How to treat the target.
 * @returns The stage; what flows through it is untouched. It fails with an {@linkcode OutputError}
 * before it takes a frame if the file exists or cannot be made, later if it cannot be written to. If
 * the reader of a pipe has gone, the error's cause is a `Deno.errors.BrokenPipe`.
 *
 * @example A face on standard output
 * ```ts ignore
 * await detections.pipeThrough(writeJsonLines(Deno.stdout.writable)).pipeTo(discard());
 * ```
 */
export function writeJsonLines<T extends Detected>(
  target: TextTarget,
  options: WriteOptions = {},
): MeteredStage<T, T> {
  return writeText("writeJsonLines", target, options, { textOf: lineOf });
}
