import { basename } from "node:path";
import { SourceError } from "../../../pipeline/errors.ts";
import type { Size } from "../../../pipeline/fit.ts";
import type { Track } from "../../../pipeline/track.ts";
import type { TimedTracks } from "../../../stages/smooth_offline.ts";
import { Tracker } from "../../../stages/tracking/tracker.ts";
import { sha256Of } from "./file_digest.ts";
import { type JsonFrame, jsonFramesOf } from "./json_lines.ts";
import { motRowsOf } from "./mot_text.ts";
import type { ObservedClip } from "./observed_clip.ts";
import { textOf } from "./text_of.ts";

/** Options of {@linkcode importedTracks}. */
export interface ImportOptions {
  /** The frame rate, for files that have no times. */
  readonly fps: number | undefined;
}

/** A frame of a file: its objects may have no numbers yet. */
interface ImportedFrame {
  readonly timestampUs: number;
  readonly objects: JsonFrame["objects"];
}

/**
 * Reads what another program, or this one, made of a clip: MOT Challenge text, or JSON lines of DL
 * Streamer's form, told by their content. Objects without numbers are followed. Held frames (`--vid-stride`) are
 * left out, as nothing was detected in them: what remains is measured at its own, lower rate.
 *
 * @param path The file.
 * @param options See {@linkcode ImportOptions}.
 * @returns What can be measured of it.
 * @throws {SourceError} If the file cannot be read or makes no sense.
 * @throws {RangeError} If `fps` is missing for a file without times, or given for one with times.
 */
export async function importedTracks(path: string, { fps }: ImportOptions): Promise<ObservedClip> {
  const text = await textOf(path);
  const isJson = /^\s*[{[]/.test(text);
  const { frames, size, heldFrames } = isJson
    ? framesOfJson(text, path, fps)
    : framesOfMot(text, path, fps);
  const numbered = frames.map(({ objects }) => objects.map(({ trackId }) => trackId));
  const hasOwnNumbers = numbered.every((ids) => ids.every((id) => id !== undefined));
  const tracks = hasOwnNumbers ? frames.map(asTracks(path)) : followed(frames);
  if (!tracks.some((frame) => frame.tracks.length)) {
    throw new SourceError(`Cannot measure "${path}": there are no objects in it`);
  }
  return {
    name: basename(path),
    sha256: await sha256Of(path),
    ...size && { size },
    observations: [{ id: "raw", frames: tracks }],
    hasOtherBoxes: tracks.some((frame) => frame.tracks.some(isSmoothed)),
    hasOwnNumbers,
    ...heldFrames.length && { heldFrames },
    complaints: [],
    isInterrupted: false,
  };
}

function isSmoothed({ box, rawBox }: Track): boolean {
  return rawBox !== undefined &&
    (["x1", "y1", "x2", "y2"] as const).some((edge) => box[edge] !== rawBox[edge]);
}

function asTracks(path: string): (frame: ImportedFrame, place: number) => TimedTracks {
  return ({ timestampUs, objects }, place) => {
    const ids = new Set(objects.map(({ trackId }) => trackId));
    if (ids.size !== objects.length) {
      throw new SourceError(
        `Cannot measure "${path}": a number stands for several objects in frame ${place + 1}`,
      );
    }
    const tracks = objects.map(({ trackId, ...object }) => ({ ...object, trackId: trackId! }));
    return { timestampUs, tracks };
  };
}

/** Gives numbers to objects; the box as it is in the file stays beside the raw one. */
function followed(frames: readonly ImportedFrame[]): TimedTracks[] {
  const tracker = new Tracker({ minConfidence: 0, maxGapS: 1, acrossClasses: false });
  return frames.map(({ timestampUs, objects }) => {
    tracker.advance(timestampUs, undefined);
    const given = new Map(objects.map((object) => [object.rawBox, object.box]));
    const found = tracker.update(objects.map(({ trackId: _, rawBox, ...object }) => (
      { ...object, box: rawBox }
    )));
    const tracks = found.map((track) => ({ ...track, box: given.get(track.rawBox!)! }));
    return { timestampUs, tracks };
  });
}

/** What a file holds. */
interface ImportedFile {
  /** The frames in which something could be detected. */
  readonly frames: readonly ImportedFrame[];
  /** The size of the frames, where the file tells. */
  readonly size: Size | undefined;
  /** The numbers of the other frames, from 0. */
  readonly heldFrames: readonly number[];
}

function framesOfJson(text: string, path: string, fps: number | undefined): ImportedFile {
  let last = -Infinity;
  let number = 0;
  const frames: ImportedFrame[] = [];
  const heldFrames: number[] = [];
  let size: Size | undefined;
  for (const { timestampUs: own, objects, resolution, isHeld } of jsonFramesOf(text, path)) {
    if (own === undefined && fps === undefined) {
      throw new RangeError(`"${path}" has no times: tell its frame rate`);
    }
    if (own !== undefined && fps !== undefined) {
      throw new RangeError(`"${path}" has times: it needs no frame rate`);
    }
    const timestampUs = own ?? Math.round(number * 1e6 / fps!);
    if (!(timestampUs > last)) {
      throw new SourceError(
        `Cannot measure "${path}": the time of frame ${number + 1} is not after the one before`,
      );
    }
    last = timestampUs;
    size ??= resolution;
    if (isHeld) heldFrames.push(number);
    else frames.push({ timestampUs, objects });
    number++;
  }
  return { frames, size, heldFrames };
}

function framesOfMot(text: string, path: string, fps: number | undefined): ImportedFile {
  if (fps === undefined) throw new RangeError(`"${path}" has no times: tell its frame rate`);
  const rows = [...motRowsOf(text, path)];
  const byFrame = Map.groupBy(rows, ({ frame }) => frame);
  const count = rows.reduce((most, { frame }) => Math.max(most, frame + 1), 0);
  const frames = Array.from({ length: count }, (_, frame): ImportedFrame => ({
    timestampUs: Math.round(frame * 1e6 / fps),
    objects: (byFrame.get(frame) ?? []).map(({ trackId, box, confidence }) => ({
      ...trackId !== undefined && { trackId },
      box,
      rawBox: box,
      // What is not known is taken for sure.
      confidence: confidence >= 0 && confidence <= 1 ? confidence : 1,
      classId: 0,
      label: "object",
    })),
  }));
  return { frames, size: undefined, heldFrames: [] };
}
