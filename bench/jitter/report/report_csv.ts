import { csvField, csvRecord } from "../../../stages/writing/csv.ts";
import type { JitterReport, MethodResult, TrackResult } from "./report_types.ts";
import { COORDINATES } from "./_words.ts";

/** What is known of each coordinate of a track, and what its columns are called. */
const SPREAD = [
  ["sigma3_percent", "sigma3Percent"],
  ["flicker_percent", "flickerPercent"],
  ["wobble_percent", "wobblePercent"],
  ["static_deviation_percent", "staticDeviationPercent"],
  ["fast_error_percent", "fastErrorPercent"],
] as const;

const NAMES = { centreX: "centre_x", centreY: "centre_y", width: "width", height: "height" };

const COLUMNS = [
  ...["method", "clip", "track_id", "label", "frames", "start_s", "size_px", "is_still"],
  ...SPREAD.flatMap(([name]) => COORDINATES.map((coordinate) => `${name}_${NAMES[coordinate]}`)),
  "lag_frames",
];

function recordOf({ id }: MethodResult, track: TrackResult): string {
  return csvRecord([
    ...[csvField(id), csvField(track.clip), track.trackId, csvField(track.label)],
    ...[track.frames, track.startS, track.sizePx, track.isStill],
    ...SPREAD.flatMap(([, key]) => COORDINATES.map((coordinate) => track[key][coordinate] ?? "")),
    track.lagFrames ?? "",
  ]);
}

/**
 * The tracks of a report as comma-separated values (RFC 4180): a line for each method and track,
 * what is not known left empty. Percentages are of the track's size.
 *
 * @param report The report.
 * @returns The text; a name that a spreadsheet would run as a formula gets an apostrophe before it.
 */
export function reportCsv({ methods }: JitterReport): string {
  const records = methods.flatMap((method) =>
    method.perTrack.map((track) => recordOf(method, track))
  );
  return [csvRecord(COLUMNS), ...records].join("");
}
