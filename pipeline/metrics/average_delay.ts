import { iouOf } from "../box.ts";
import type { Detection } from "../detection.ts";
import type { Track } from "../track.ts";

/** A frame with its truth, and all that was detected down to a low confidence. */
export interface DelayFrame {
  /** The objects that are there. */
  readonly truth: readonly Pick<Track, "trackId" | "box" | "classId">[];
  /** What was detected. */
  readonly detections: readonly Pick<Detection, "box" | "classId" | "confidence">[];
}

/** The delay at one rate of false positives. */
export interface DelayAtRate {
  /** How many false positives a frame may have. */
  readonly falsePositivesPerFrame: number;
  /** Only detections above this confidence count. */
  readonly aboveConfidence: number;
  /** The mean delay over objects, each at most 30, in frames. */
  readonly delayFrames: number;
}

/** What {@linkcode averageDelayOf} finds. */
export interface AverageDelay {
  /** The average delay, in frames. */
  readonly delayFrames: number;
  /** The delays of which it is the mean. */
  readonly byRate: readonly DelayAtRate[];
}

const RATES = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
const MAX_DELAY_FRAMES = 30;

/** A detection with its frame, and the object on which it lies, if any. */
interface Claim {
  readonly frame: number;
  readonly confidence: number;
  /** The object of its class that it overlaps most, by more than half. */
  readonly trackId?: number | undefined;
}

/**
 * How late objects are found: the average delay of Mao, Yang & Dally ("A Delay Metric for Video Object
 * Detection: What Average Precision Fails to Tell", 2019).
 *
 * At each of six rates of false positives the confidence limit is set, and the delay of an object is
 * the number of frames until a detection of its class overlaps it by more than half; its whole length
 * if none does. The delays over objects are averaged, and those over rates as `1 / mean(1 / (D + 1)) - 1`.
 * A detection is false if its object is none, or taken by a surer one of the same frame.
 *
 * @param frames All frames of a clip, in the order of time; of several clips in a row, if no object of
 * one has the number of another's.
 * @returns The delay; `undefined` without objects.
 */
export function averageDelayOf(frames: readonly DelayFrame[]): AverageDelay | undefined {
  const spans = new Map<number, { first: number; last: number }>();
  frames.forEach(({ truth }, frame) => {
    for (const { trackId } of truth) {
      spans.set(trackId, { first: spans.get(trackId)?.first ?? frame, last: frame });
    }
  });
  if (!spans.size) return undefined;
  const claims = frames.flatMap(claimsOf).sort((a, b) => b.confidence - a.confidence);
  const limits = limitsOf(claims, frames.length);
  const byRate = RATES.map((falsePositivesPerFrame, i): DelayAtRate => {
    const aboveConfidence = limits[i]!;
    const counted = claims.filter(({ confidence }) => confidence > aboveConfidence);
    return { falsePositivesPerFrame, aboveConfidence, delayFrames: meanDelay(spans, counted) };
  });
  const meanInverse = byRate.reduce((sum, { delayFrames }) => sum + 1 / (delayFrames + 1), 0) /
    byRate.length;
  return { delayFrames: 1 / meanInverse - 1, byRate };
}

function claimsOf({ truth, detections }: DelayFrame, frame: number): Claim[] {
  return detections.map(({ box, classId, confidence }) => {
    let bestIou = 0.5;
    let trackId: number | undefined;
    for (const object of truth) {
      const iou = object.classId === classId ? iouOf(object.box, box) : 0;
      if (iou > bestIou) [bestIou, trackId] = [iou, object.trackId];
    }
    return { frame, confidence, trackId };
  });
}

/** For each rate, the confidence of the first detection that is one false positive too many. */
function limitsOf(claims: readonly Claim[], frames: number): number[] {
  const limits: number[] = [];
  const taken = new Set<string>();
  let falsePositives = 0;
  for (const { frame, trackId, confidence } of claims) {
    const object = `${frame} ${trackId}`;
    if (trackId === undefined || taken.has(object)) falsePositives++;
    else taken.add(object);
    while (falsePositives > RATES[limits.length]! * frames) limits.push(confidence);
  }
  return RATES.map((_, i) => limits[i] ?? -Infinity);
}

function meanDelay(
  spans: ReadonlyMap<number, { first: number; last: number }>,
  claims: readonly Claim[],
): number {
  const found = new Map<number, number>();
  for (const { frame, trackId } of claims) {
    if (trackId !== undefined) found.set(trackId, Math.min(frame, found.get(trackId) ?? frame));
  }
  let sum = 0;
  for (const [trackId, { first, last }] of spans) {
    const delay = (found.get(trackId) ?? last + 1) - first;
    sum += Math.min(delay, MAX_DELAY_FRAMES);
  }
  return sum / spans.size;
}
