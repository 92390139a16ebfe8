import { SourceError } from "../../../pipeline/errors.ts";
import { sha256Of } from "../observe/file_digest.ts";
import type { ObservedClip, TrueBox } from "../observe/observed_clip.ts";
import { motRowsOf } from "../observe/mot_text.ts";
import { textOf } from "../observe/text_of.ts";

/** The head of a table of single objects in a clip, as the Drone-detection-dataset's boxes come. */
const TABLE_HEAD = /^frame,label,x,y,w,h\s*$/;

/**
 * Reads where objects truly are: MOT Challenge text (frames and pixels count from 1; rows whose
 * confidence is 0 are to be ignored), or a table `frame,label,x,y,w,h` of one object a clip, whose frames
 * count from 0 and pixels from 1.
 *
 * @param path The file.
 * @returns The boxes of each frame, by its number from 0.
 * @throws {SourceError} If it cannot be read, or is neither.
 */
export async function readTruth(path: string): Promise<NonNullable<ObservedClip["truth"]>> {
  const text = await textOf(path);
  const [head = "", ...rows] = text.split("\n");
  const frames = TABLE_HEAD.test(head) ? framesOfTable(rows, path) : framesOfMot(text, path);
  if (frames.size === 0) throw new SourceError(`Cannot read "${path}" as truth: it has no boxes`);
  return { sha256: await sha256Of(path), frames };
}

/**
 * A truth without some of its frames; those behind move up.
 *
 * @param truth The truth.
 * @param frames Their numbers, from 0, rising.
 * @returns What is left.
 */
export function withoutFrames(
  truth: NonNullable<ObservedClip["truth"]>,
  frames: readonly number[],
): NonNullable<ObservedClip["truth"]> {
  const left = new Map<number, TrueBox[]>();
  let skipped = 0;
  for (const [frame, boxes] of [...truth.frames].sort(([a], [b]) => a - b)) {
    while (frames[skipped]! < frame) skipped++;
    if (frames[skipped] !== frame) left.set(frame - skipped, boxes);
  }
  return { ...truth, frames: left };
}

function framesOfMot(text: string, path: string): Map<number, TrueBox[]> {
  const frames = new Map<number, TrueBox[]>();
  for (const { frame, trackId, box, confidence } of motRowsOf(text, path)) {
    if (confidence === 0) continue;
    if (trackId === undefined) {
      throw new SourceError(`Cannot read "${path}" as truth: its objects have no numbers`);
    }
    const boxes = frames.get(frame) ?? [];
    if (boxes.some((other) => other.trackId === trackId)) {
      throw new SourceError(
        `Cannot read "${path}" as truth: frame ${frame + 1} has object ${trackId} twice`,
      );
    }
    frames.set(frame, [...boxes, { trackId, box }]);
  }
  return frames;
}

function framesOfTable(rows: readonly string[], path: string): Map<number, TrueBox[]> {
  const frames = new Map<number, TrueBox[]>();
  rows.forEach((row, i) => {
    if (row.trim() === "") return;
    const [frame = NaN, , x = NaN, y = NaN, width = NaN, height = NaN] = row.split(",").map(Number);
    const isWhole = Number.isInteger(frame) && frame >= 0;
    if (!isWhole || !(width > 0 && height > 0 && Number.isFinite(x + y + width + height))) {
      throw new SourceError(`Cannot read "${path}" as truth: line ${i + 2} is no row of its table`);
    }
    if (frames.has(frame)) {
      throw new SourceError(
        `Cannot read "${path}" as truth: frame ${frame} has several objects, which have no numbers`,
      );
    }
    const [x1, y1] = [x - 1, y - 1];
    frames.set(frame, [{ trackId: 1, box: { x1, y1, x2: x1 + width, y2: y1 + height } }]);
  });
  return frames;
}
