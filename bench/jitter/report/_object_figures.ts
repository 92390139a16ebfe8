import type { Box } from "../../../pipeline/box.ts";
import type { JitterReport, MethodResult } from "./report_types.ts";
import type { ClipTraces, JitterTraces } from "./traces.ts";
import { type Existence, existenceRaster } from "./_existence.ts";
import { html, type Markup } from "./_markup.ts";
import { figure, INK } from "./_plot.ts";
import {
  liveliestStretch,
  shownMethod,
  type Stretch,
  type TellingTrack,
  tellingTracks,
} from "./_telling_tracks.ts";
import { type Trajectory, TRAJECTORY_KEY, trajectoryPlots } from "./_trajectory.ts";
import { ratioAsChange } from "./_words.ts";

/** How much of a track is drawn, in seconds: more would be a smear. */
const SHOWN_S = 5;

/** How many clips and objects are drawn: more would be a picture of nothing. */
const MAX_CLIPS = 6;
const MAX_OBJECTS = 24;

/** What is drawn of a box. */
const AXES: readonly { readonly name: string; of(box: Box<"frame">): number }[] = [
  { name: "centre x (px)", of: ({ x1, x2 }) => (x1 + x2) / 2 },
  { name: "centre y (px)", of: ({ y1, y2 }) => (y1 + y2) / 2 },
  {
    name: "size √(w · h) (px)",
    of: ({ x1, y1, x2, y2 }) => Math.sqrt(Math.max(0, x2 - x1) * Math.max(0, y2 - y1)),
  },
];

const RANKS = {
  best: "Where it helps most",
  median: "A usual track",
  worst: "Where it helps least",
  only: "The track",
} as const;

/** A coordinate of the boxes of a stretch. */
function trajectoryOf(
  { segment, from, to }: Stretch,
  startUs: number,
  [baseline, method]: readonly [string, string],
  of: (box: Box<"frame">) => number,
): Trajectory {
  const values = (boxes: readonly (Box<"frame"> | null)[] = []) =>
    boxes.slice(from, to).map((box) => box && of(box));
  return {
    timesS: segment.timesUs.slice(from, to).map((timeUs) => (timeUs - startUs) / 1e6),
    raw: values(segment.methods.get(baseline)),
    smoothed: values(segment.methods.get(method)),
    reference: values(segment.reference),
    ...segment.truth && { truth: values(segment.truth) },
  };
}

function trajectoryFigure(track: TellingTrack, methods: readonly [string, string]): Markup {
  const stretch = liveliestStretch(track.traces, SHOWN_S);
  const { clip, result, rank, left, traces } = track;
  const name = `${traces.label} ${result.trackId} of ${clip.name}`;
  const startUs = clip.timesUs[0] ?? 0;
  const { timesUs } = stretch.segment;
  const lengthS = (timesUs[stretch.to - 1]! - timesUs[stretch.from]!) / 1e6;
  const plots = AXES.map(({ name: axis, of }) => {
    const trajectory = trajectoryOf(stretch, startUs, methods, of);
    return html`<div>${trajectoryPlots(trajectory, axis, `${axis} of ${name} over time`)}</div>`;
  });
  return figure({
    title: `${RANKS[rank]}: ${name}`,
    caption: `Flicker by ${methods[1]}: ${ratioAsChange(left)}. The ${
      lengthS.toFixed(1)
    } seconds in which it moves most. Below each curve the same less the reference: what trembles, enlarged. A smoothed curve that leaves the zero line for long is late or overshoots.`,
    key: [
      ...TRAJECTORY_KEY,
      ...stretch.segment.truth ? [{ ink: INK.truth, name: "truth" }] : [],
    ],
    body: html`<div class="triple">${plots}</div>`,
    isWide: true,
  });
}

/**
 * The figures of where objects were: by raw boxes, and by the method of the verdict.
 *
 * @param report The report.
 * @param traces Where they were.
 * @returns A figure each of the best, the median and the worst track.
 */
export function trajectoryFigures(report: JitterReport, traces: JitterTraces): Markup[] {
  const method = shownMethod(report);
  const baseline = report.methods[0] as MethodResult;
  if (!method) return [];
  return tellingTracks(method, baseline, traces).map((track) =>
    trajectoryFigure(track, [baseline.id, method.id])
  );
}

function existenceFigure({ name, timesUs, tracks }: ClipTraces): Markup {
  const startUs = timesUs[0] ?? 0;
  const timesS = timesUs.map((timeUs) => (timeUs - startUs) / 1e6);
  const shown = tracks.slice(0, MAX_OBJECTS).map((track): Existence => (
    { name: `${track.label} ${track.trackId}`, timesS, confidence: track.confidences }
  ));
  const more = tracks.length - shown.length;
  return figure({
    title: `When it was seen, and how surely: ${name}`,
    caption:
      "The stronger the colour, the surer; a gap is a time in which the object was not detected." +
      (more > 0 ? ` ${more} more tracks are not drawn.` : ""),
    body: existenceRaster(shown, `When each object of ${name} was detected`),
  });
}

/**
 * The figures of when objects were detected.
 *
 * @param traces When they were.
 * @returns A figure a clip, and how many clips are not drawn.
 */
export function existenceFigures(
  { clips }: JitterTraces,
): { readonly figures: Markup[]; readonly omitted: number } {
  const seen = clips.filter(({ tracks }) => tracks.length > 0);
  return {
    figures: seen.slice(0, MAX_CLIPS).map(existenceFigure),
    omitted: Math.max(0, seen.length - MAX_CLIPS),
  };
}
