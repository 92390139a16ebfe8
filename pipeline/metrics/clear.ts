import { bestPairs, checkMinIou, indexed, type IndexedFrame } from "./_pairing.ts";
import type { ComparedFrame } from "./compared_frame.ts";

/** How boxes of the truth and of tracking are paired. */
export interface PairingOptions {
  /**
   * The IoU from which on two boxes may be a pair, above 0 and up to 1.
   *
   * @default {0.5}
   */
  readonly minIou?: number;
}

/** What {@linkcode clearOf} counts. */
export interface Clear {
  /** Tracking accuracy, at most 1: `1 - (misses + false positives + id switches) / truth`. */
  readonly mota?: number;
  /** The mean IoU of what was found. */
  readonly motp?: number;
  /** Which share of the truth was found. */
  readonly recall?: number;
  /** Which share of the tracks' boxes are objects. */
  readonly precision?: number;
  /** Boxes of tracks that are objects. */
  readonly truePositives: number;
  /** Boxes of tracks where nothing is. */
  readonly falsePositives: number;
  /** Boxes of the truth that were not found. */
  readonly falseNegatives: number;
  /** How often an object was found under another number than the last time. */
  readonly idSwitches: number;
  /** The same for every 100 boxes of the truth. */
  readonly idSwitchesPer100?: number;
  /** How often an object was lost and found again. */
  readonly fragmentations: number;
  /** Objects found in more than 80 % of their frames. */
  readonly mostlyTracked: number;
  /** Objects found in 20 % to 80 % of their frames. */
  readonly partlyTracked: number;
  /** Objects found in less than 20 % of their frames. */
  readonly mostlyLost: number;
}

/** What is known of an object of the truth so far. */
interface Life {
  frames: number;
  found: number;
  runs: number;
  /** The track that it had when it was last found. */
  lastTrack?: number;
  /** The track that it had in the last frame that held both truth and tracks. */
  heldTrack?: number | undefined;
  isFound: boolean;
}

/**
 * The CLEAR metrics of multiple object tracking (Bernardin & Stiefelhagen, EURASIP Journal on Image
 * and Video Processing, 2008), with the pairing of TrackEval: in each frame as many objects as possible
 * keep their track, and then the overlap is greatest.
 *
 * All numbers equal TrackEval's but one: an object that is lost in frames without any track at all
 * counts as fragmented here, while TrackEval passes over such frames.
 *
 * @param frames All frames of a clip, those without objects and tracks too.
 * @param options See {@linkcode PairingOptions}.
 * @returns The metrics; a ratio is absent where it would be of nothing.
 * @throws {RangeError} If a frame has a trackId twice or minIou is out of range.
 */
export function clearOf(
  frames: readonly ComparedFrame[],
  { minIou = 0.5 }: PairingOptions = {},
): Clear {
  checkMinIou(minIou);
  const clip = indexed(frames);
  const lives: Life[] = clip.truthIds.map(() => ({ frames: 0, found: 0, runs: 0, isFound: false }));
  const counts = { overlap: 0, found: 0, tracks: 0, switches: 0 };
  for (const frame of clip.frames) {
    counts.tracks += frame.tracks.length;
    const pairs = pairsIn(frame, lives, minIou);
    counts.found += pairs.size;
    for (const truth of frame.truth) {
      const life = lives[truth]!;
      const pair = pairs.get(truth);
      counts.overlap += pair?.iou ?? 0;
      if (pair && life.lastTrack !== undefined && life.lastTrack !== pair.track) counts.switches++;
      if (pair && !life.isFound) life.runs++;
      life.frames++;
      if (pair) life.found++;
      if (pair) life.lastTrack = pair.track;
    }
    lives.forEach((life, truth) => life.isFound = pairs.has(truth));
    if (!frame.truth.length || !frame.tracks.length) continue;
    lives.forEach((life, truth) => life.heldTrack = pairs.get(truth)?.track);
  }
  return summaryOf(lives, counts);
}

function pairsIn(
  frame: IndexedFrame,
  lives: readonly Life[],
  minIou: number,
): Map<number, { track: number; iou: number }> {
  const scores = frame.truth.map((truth, row) =>
    frame.tracks.map((track, column) => {
      const iou = frame.ious[row]![column]!;
      if (iou < minIou - Number.EPSILON) return 0;
      return iou + (lives[truth]!.heldTrack === track ? 1000 : 0); // More than all overlaps together.
    })
  );
  return new Map(
    bestPairs(scores).map(([row, column]) => [
      frame.truth[row]!,
      { track: frame.tracks[column]!, iou: frame.ious[row]![column]! },
    ]),
  );
}

function summaryOf(
  lives: readonly Life[],
  { overlap, found, tracks, switches }: {
    readonly overlap: number;
    readonly found: number;
    readonly tracks: number;
    readonly switches: number;
  },
): Clear {
  const truth = lives.reduce((sum, life) => sum + life.frames, 0);
  const shares = lives.map((life) => life.found / life.frames);
  const mostlyTracked = shares.filter((share) => share > 0.8).length;
  const mostlyLost = shares.filter((share) => share < 0.2).length;
  return {
    ...(truth && {
      mota: (2 * found - tracks - switches) / truth,
      recall: found / truth,
      idSwitchesPer100: 100 * switches / truth,
    }),
    ...(found && { motp: overlap / found }),
    ...(tracks && { precision: found / tracks }),
    truePositives: found,
    falsePositives: tracks - found,
    falseNegatives: truth - found,
    idSwitches: switches,
    fragmentations: lives.reduce((sum, { runs }) => sum + Math.max(0, runs - 1), 0),
    mostlyTracked,
    partlyTracked: lives.length - mostlyTracked - mostlyLost,
    mostlyLost,
  };
}
