import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { isTrack } from "../pipeline/track.ts";
import { nanosecondsFrom } from "../pipeline/time_base.ts";
import { csvField, csvRecord } from "./writing/csv.ts";
import { roundedBox, roundedShare } from "./writing/rounded.ts";
import { writeText } from "./writing/write_text.ts";
import type { TextTarget, WriteOptions } from "./text_target.ts";

/** The columns of supervision's `CSVSink`, then (in alphabetical order, as there) the additional ones. */
const COLUMNS = [
  "x_min",
  "y_min",
  "x_max",
  "y_max",
  "class_id",
  "confidence",
  "tracker_id",
  "class_name",
  "frame_index",
  "timestamp",
];

/** The columns of the box as it was detected. */
const RAW_COLUMNS = ["raw_x_min", "raw_y_min", "raw_x_max", "raw_y_max"];

/** What {@linkcode writeCsv} can be told. */
export interface WriteCsvOptions extends WriteOptions {
  /**
   * Whether four more columns hold the box as it was detected, for tracks whose boxes were smoothed.
   *
   * @default {false}
   */
  readonly rawBoxes?: boolean;
}

function recordsOf({ frame, detections, isHeld }: Detected, rawBoxes: boolean): string {
  if (isHeld) return "";
  const timestampNs = nanosecondsFrom(frame.pts, frame.timeBase);
  return detections.map((detection) => {
    const { box, classId, confidence, label } = detection;
    const { x1, y1, x2, y2 } = roundedBox(box, frame.source);
    const { trackId = "", rawBox } = isTrack(detection) ? detection : {}; // What is missing is empty.
    const base = [x1, y1, x2, y2, classId, roundedShare(confidence), trackId];
    const fields = [...base, csvField(label), frame.index, timestampNs];
    if (!rawBoxes) return csvRecord(fields);
    const raw = rawBox && roundedBox(rawBox, frame.source);
    return csvRecord([...fields, ...raw ? [raw.x1, raw.y1, raw.x2, raw.y2] : ["", "", "", ""]]);
  }).join("");
}

/**
 * Writes comma-separated values (RFC 4180), one detection a line, in the column order of
 * supervision's `CSVSink`: `x_min`, `y_min`, `x_max`, `y_max` in pixels, `class_id`, `confidence`,
 * `tracker_id`, then `class_name`, `frame_index` and `timestamp` in nanoseconds, and with `rawBoxes`
 * `raw_x_min`, `raw_y_min`, `raw_x_max` and `raw_y_max`.
 *
 * What is missing is empty. Pixels have two decimals; boxes are clipped to the frame. Held frames
 * are left out, as nothing was found on them. A label that a spreadsheet would run as a formula
 * gets an apostrophe before it.
 *
 * @param target The path of a file, or a stream.
 * @param options How to treat the target.
 * @returns The stage; what flows through it is untouched. It fails with an {@linkcode OutputError}
 * before it takes a frame if the file exists or cannot be made, later if it cannot be written to. If
 * the reader of a pipe has gone, the error's cause is a `Deno.errors.BrokenPipe`.
 *
 * @example A table
 * ```ts ignore
 * await detections.pipeThrough(writeCsv("faces.csv")).pipeTo(discard());
 * ```
 */
export function writeCsv<T extends Detected>(
  target: TextTarget,
  { rawBoxes = false, ...options }: WriteCsvOptions = {},
): MeteredStage<T, T> {
  return writeText("writeCsv", target, options, {
    head: csvRecord([...COLUMNS, ...rawBoxes ? RAW_COLUMNS : []]),
    textOf: (item) => recordsOf(item, rawBoxes),
  });
}
