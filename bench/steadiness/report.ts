import { pairedRatio } from "../../pipeline/metrics/ratio.ts";
import { agreement, BAND_EDGES_HZ } from "./agreement.ts";
import { geometricMeanOf, meanOf } from "../jitter/measures/segment_reading.ts";
import { errorAgainst, type Reading, remarks } from "./judge.ts";
import { guardFor, type Judged, summaryOf } from "./leave_one_out.ts";
import type { StudyTrack } from "./study_track.ts";

/**
 * The findings as Markdown: a table of methods, then one of tracks.
 *
 * @param judged The methods.
 * @param tracks All tracks.
 * @param cutoffHz Below which frequency a track is taken for motion.
 * @returns The text.
 */
export function report(
  judged: readonly Judged[],
  tracks: readonly StudyTrack[],
  cutoffHz: number,
): string {
  const still = tracks.filter(({ isStill }) => isStill).length;
  return [
    `Reference: each track below ${cutoffHz} Hz. ${tracks.length} tracks, ${still} of them nearly still.`,
    "",
    ...table(METHOD_COLUMNS, judged.map(methodCells)),
    "",
    "What two networks have in common, by frequency in Hz (correlation):",
    "",
    ...agreementTable(tracks),
    "",
    "Each track: flicker in %, error, lag in frames.",
    "",
    ...table(
      ["track", "frames", ...judged.map(({ method }) => method.name)],
      tracks.map((track, i) => [
        track.name + (track.isStill ? " (still)" : ""),
        `${track.frames.length} at ${track.fps.toFixed(0)} fps`,
        ...judged.map(({ readings }) => trackCell(readings[i]!)),
      ]),
    ),
    "",
  ].join("\n");
}

const METHOD_COLUMNS = [
  "method",
  "frames ahead",
  "flicker",
  "95 %",
  "moving",
  "still",
  "1-6 Hz",
  "static",
  "error",
  "worst error",
  "lag",
  "worst lag",
  "overshoot",
  "to other network",
  "IoU to truth",
  "guard",
  "flicker, in-sample",
  "best on all",
];

function methodCells({ method, best, inSample, readings, chosen }: Judged): string[] {
  const { flicker, wobble, error, lagFrames } = summaryOf(readings);
  const { maxError, maxLagFrames } = guardFor(method);
  const moving = readings.filter(({ track }) => !track.isStill);
  const still = readings.filter(({ track }) => track.isStill);
  const seen = readings.map(({ track }) => remarks(track, chosen.get(track.clip)!.run(track)));
  const others = readings.flatMap(({ track }) => {
    const other = counterpartOf(track, readings.map((reading) => reading.track));
    if (!other) return [];
    return errorAgainst(track, chosen.get(track.clip)!.run(track), other) ?? [];
  });
  const statics = seen.flatMap(({ staticRatio }) => staticRatio ?? []);
  const overlaps = readings.flatMap(({ iou }) => iou ?? []);
  const interval = pairedRatio(readings.map((reading) => (
    { value: geometricMeanOf(reading.flicker), reference: 1, weight: 1 }
  )))?.interval;
  return [
    method.name,
    `${method.lookAhead}`,
    change(flicker),
    interval ? `${change(interval.low)} to ${change(interval.high)}` : "",
    change(geometricMeanOf(moving.flatMap((reading) => reading.flicker))),
    still.length ? change(geometricMeanOf(still.flatMap((reading) => reading.flicker))) : "",
    change(wobble),
    statics.length ? change(geometricMeanOf(statics)) : "",
    error.toFixed(2),
    Math.max(...readings.map((reading) => geometricMeanOf(reading.error))).toFixed(2),
    lagFrames.toFixed(2),
    Math.max(...moving.map((reading) => meanOf(reading.lagFrames))).toFixed(2),
    `${Math.max(...seen.map(({ overshootPercent }) => overshootPercent)).toFixed(1)} %`,
    others.length ? geometricMeanOf(others).toFixed(3) : "",
    overlaps.length ? meanOf(overlaps).toFixed(4) : "",
    error <= maxError && lagFrames <= maxLagFrames ? "kept" : "broken",
    change(summaryOf(inSample).flicker),
    best.parameters,
  ];
}

function trackCell({ flicker, error, lagFrames }: Reading): string {
  const less = (100 * (geometricMeanOf(flicker) - 1)).toFixed(0);
  return `${less}, ${geometricMeanOf(error).toFixed(2)}, ${meanOf(lagFrames).toFixed(1)}`;
}

/** What another network saw of the same object: of the clips of one face, at which two have looked. */
function counterpartOf(track: StudyTrack, tracks: readonly StudyTrack[]): StudyTrack | undefined {
  const isFace = track.name.includes("blazeface") && !track.name.includes("walkers");
  if (!isFace) return undefined;
  return tracks.find(({ clip, name }) => clip === track.clip && name !== track.name);
}

function agreementTable(tracks: readonly StudyTrack[]): string[] {
  const bands = BAND_EDGES_HZ.slice(1).map((toHz, i) => `${BAND_EDGES_HZ[i]} to ${toHz}`);
  const pairs = tracks.flatMap((track, i) => {
    const other = counterpartOf(track, tracks.slice(i + 1));
    return other ? [[track, other] as const] : [];
  });
  const rows = pairs.map(([a, b]) => [a.clip, ...agreement(a, b).map((r) => r.toFixed(2))]);
  return table(["clip", ...bands], rows);
}

/** How much less or more there is, of a ratio. */
function change(ratio: number): string {
  return `${(100 * (ratio - 1)).toFixed(1)} %`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
}
