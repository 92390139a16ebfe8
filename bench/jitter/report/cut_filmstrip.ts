import { join } from "node:path";
import type { Box } from "../../../pipeline/box.ts";
import { SourceError } from "../../../pipeline/errors.ts";
import type { Frame } from "../../../pipeline/frame.ts";
import { decode } from "../../../stages/decode.ts";
import { encodePictures } from "../../../stages/encode_pictures.ts";
import type { JitterReport } from "./report_types.ts";
import type { JitterTraces, SegmentTraces } from "./traces.ts";
import { shownMethod, type Stretch, type TellingTrack, tellingTracks } from "./_telling_tracks.ts";
import { type Square, TileSheet } from "./_tile_sheet.ts";

/** How many frames a filmstrip has, and how its picture is laid out. */
export const FILM = { frames: 16, columns: 4, tilePx: 176, magnification: 8 } as const;

/** How much wider than the object its surroundings are shown. */
const MARGIN = 1.7;

/** A box in a tile: from (`x1`, `y1`) to (`x2`, `y2`), in pixels of the tile. */
export interface TileBox {
  /** The left edge. */
  readonly x1: number;
  /** The top edge. */
  readonly y1: number;
  /** The right edge. */
  readonly x2: number;
  /** The bottom edge. */
  readonly y2: number;
}

/** Frames of an object that are cut out so that the object's motion is gone. */
export interface Filmstrip {
  /** The clip's name. */
  readonly clip: string;
  /** The track's number. */
  readonly trackId: number;
  /** What the object is. */
  readonly label: string;
  /** The method whose boxes are shown beside the raw ones. */
  readonly method: string;
  /** All frames side by side, as a JPEG in a data URI. */
  readonly sheet: string;
  /** From one frame to the next, in milliseconds, on average. */
  readonly intervalMs: number;
  /**
   * The boxes of each frame in pixels of its tile, with how far they are from the reference
   * magnified.
   */
  readonly frames: readonly { readonly raw: TileBox; readonly smoothed: TileBox }[];
}

/**
 * Cuts the frames for the report's film out of the video: of the median track, a stretch in which its
 * raw boxes tremble as they usually do.
 *
 * @param report The report.
 * @param traces Where the tracks were.
 * @param directory Where a temporary picture may be made.
 * @returns The film; or why there is none, in words.
 */
export async function cutFilmstrip(
  report: JitterReport,
  traces: JitterTraces,
  directory: string,
): Promise<Filmstrip | string> {
  const method = shownMethod(report);
  if (!method) return "Only raw boxes were measured, so there is nothing to compare them with.";
  const baseline = report.methods[0]!;
  if (!traces.clips.some(({ video }) => video)) return "There is no video to cut them from.";
  const tracks = tellingTracks(method, baseline, {
    clips: traces.clips.filter(({ video }) => video),
  });
  const track = tracks.find(({ rank }) => rank === "median" || rank === "only") ?? tracks[0];
  const stretch = track && usualStretch(track, baseline.id, method.id);
  if (!track || !stretch) return "No track of a video is long enough to be shown frame by frame.";
  try {
    return await filmOf(track, stretch, [baseline.id, method.id], directory);
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}

/** The frames in which the raw boxes are as far from the reference as they usually are. */
function usualStretch(
  { traces }: TellingTrack,
  baseline: string,
  method: string,
): Stretch | undefined {
  const stretches = traces.segments.filter(({ methods }) => methods.has(method))
    .flatMap((segment) => {
      const squares = squaredErrors(segment, baseline);
      const starts = Math.floor(squares.length / FILM.frames);
      return Array.from({ length: starts }, (_, at) => {
        const from = at * FILM.frames;
        const to = from + FILM.frames;
        const error = squares.slice(from, to).reduce((sum, square) => sum + square, 0);
        return { segment, from, to, error };
      });
    }).toSorted((a, b) => a.error - b.error);
  return stretches[stretches.length >> 1];
}

/** How far the corners of a method's boxes are from those of the reference, squared. */
function squaredErrors({ reference, methods }: SegmentTraces, method: string): number[] {
  const boxes = methods.get(method) ?? [];
  return boxes.map((box, at) => {
    const { x1, y1, x2, y2 } = reference[at]!;
    return (box.x1 - x1) ** 2 + (box.y1 - y1) ** 2 + (box.x2 - x2) ** 2 + (box.y2 - y2) ** 2;
  });
}

/** Where an object is in each frame of a stretch. */
function squaresOf({ segment, from, to }: Stretch, frameWidth: number): Square[] {
  const boxes = segment.reference.slice(from, to);
  const longest = Math.max(...boxes.map(({ x1, y1, x2, y2 }) => Math.max(x2 - x1, y2 - y1)));
  const side = Math.min(MARGIN * longest, frameWidth);
  return boxes.map(({ x1, y1, x2, y2 }) => (
    { x: (x1 + x2 - side) / 2, y: (y1 + y2 - side) / 2, side }
  ));
}

async function filmOf(
  { clip, result, traces }: TellingTrack,
  stretch: Stretch,
  [baseline, method]: readonly [string, string],
  directory: string,
): Promise<Filmstrip> {
  const { segment, from, to } = stretch;
  const timesUs = segment.timesUs.slice(from, to);
  const squares = squaresOf(stretch, clip.video!.width);
  const sheet = await sheetOf(clip, timesUs, squares, directory);
  const boxesBy = (id: string) =>
    segment.methods.get(id)!.slice(from, to).map((box, at) =>
      magnified(box, segment.reference[from + at]!, squares[at]!)
    );
  const [raw, smoothed] = [boxesBy(baseline), boxesBy(method)];
  return {
    clip: clip.name,
    trackId: result.trackId,
    label: traces.label,
    method,
    sheet,
    intervalMs: (timesUs.at(-1)! - timesUs[0]!) / 1000 / (timesUs.length - 1),
    frames: raw.map((box, at) => ({ raw: box, smoothed: smoothed[at]! })),
  };
}

/** A box in its tile, farther from the reference than it is. */
function magnified(
  box: Box<"frame">,
  reference: Box<"frame">,
  { x, y, side }: Square,
): TileBox {
  const scale = FILM.tilePx / side;
  const along = (value: number, centre: number, origin: number) =>
    (centre + FILM.magnification * (value - centre) - origin) * scale;
  return {
    x1: along(box.x1, reference.x1, x),
    y1: along(box.y1, reference.y1, y),
    x2: along(box.x2, reference.x2, x),
    y2: along(box.y2, reference.y2, y),
  };
}

/** Cuts squares out of frames, and makes one JPEG of them. */
async function sheetOf(
  { name, video, timesUs: clipTimesUs }: TellingTrack["clip"],
  timesUs: readonly number[],
  squares: readonly Square[],
  directory: string,
): Promise<string> {
  const sheet = new TileSheet(squares.length, FILM.tilePx, FILM.columns);
  const sinceStartS = (timesUs[0]! - clipTimesUs[0]!) / 1e6;
  const lengthS = (timesUs.at(-1)! - timesUs[0]!) / 1e6;
  const frames = decode(video!.path, {
    startS: Math.max(0, video!.startS + sinceStartS - 0.5),
    durationS: lengthS + 1.5,
  });
  let like: Frame | undefined;
  let found = 0;
  for await (using frame of frames) {
    const at = timesUs.indexOf(frame.timestampUs);
    if (at < 0) continue;
    sheet.fill(at, frame.planes, squares[at]!);
    like = frame;
    if (++found === timesUs.length) break;
  }
  if (!like || found < timesUs.length) {
    throw new SourceError(`Cannot cut frames out of ${name}: it has changed since it was measured`);
  }
  return await jpegOf(sheet, like, directory);
}

/** A sheet as a JPEG in a data URI. */
async function jpegOf({ planes }: TileSheet, like: Frame, directory: string): Promise<string> {
  const temporary = await Deno.makeTempDir({ dir: directory, prefix: ".film-" });
  try {
    const path = join(temporary, "sheet.jpg");
    const { width, height } = planes;
    const source = { ...like.source, width, height };
    const frame: Frame = { ...like, planes, source, [Symbol.dispose]: () => {} };
    await ReadableStream.from([{ frame }]).pipeTo(encodePictures(path));
    return `data:image/jpeg;base64,${(await Deno.readFile(path)).toBase64()}`;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}
