import { type Box, iouOf } from "../../pipeline/box.ts";
import type { Detection } from "../../pipeline/detection.ts";
import { assign } from "../../pipeline/filters/assignment.ts";
import type { Similarity } from "../../pipeline/similarity.ts";
import type { Track } from "../../pipeline/track.ts";
import { BoxMotion } from "./box_motion.ts";

/** How objects are followed. */
export interface TrackerOptions {
  /** The lowest confidence with which an object appears. */
  readonly minConfidence: number;
  /** How long an object may be unseen and still be known, in seconds. */
  readonly maxGapS: number;
  /** Whether an object may change its class. */
  readonly acrossClasses: boolean;
}

/** The overlap from which on a confident detection may be a known object. */
const MIN_IOU = 0.1;
/** The same for a doubtful one: only where the object is expected. */
const MIN_IOU_DOUBTFUL = 0.5;
/** By how many standard deviations of the expected place boxes grow for those that moved oddly. */
const LEEWAY_SDS = 3;

/** No picture is as large, no object as small: beyond them is nothing to reckon with. */
const MAX_EDGE_PX = 1e7;
const MIN_SIDE_PX = 1e-3;

/** What is known of an object. */
interface Known {
  readonly trackId: number;
  readonly motion: BoxMotion;
  /** What was last seen of it. */
  detection: Detection;
  seenAtUs: number;
  /** Whether it was seen when it was last looked for. */
  isPresent: boolean;
}

/** From which overlap on boxes may be one object. */
interface Criterion {
  readonly minIou: number;
  /** By how many standard deviations of the place expected both boxes are enlarged before. */
  readonly leewaySds?: number;
}

/** Follows objects from frame to frame; see `track` for how. */
export class Tracker {
  readonly #options: TrackerOptions;
  #known: Known[] = [];
  #lastId = 0;
  #timestampUs = -Infinity;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** Forgets all objects; their numbers are never used again. */
  cut(): void {
    this.#known = [];
  }

  /**
   * Moves on to the next frame.
   *
   * @param timestampUs Its time, not before that of the last one.
   * @param cameraMotion How the picture has moved since.
   * @throws {RangeError} If time runs backwards.
   */
  advance(timestampUs: number, cameraMotion: Similarity | undefined): void {
    if (!(timestampUs >= this.#timestampUs)) {
      throw new RangeError(
        `Cannot track as time must not run backwards: ` +
          `current value is ${timestampUs} us after ${this.#timestampUs} us`,
      );
    }
    this.#timestampUs = timestampUs;
    const maxGapUs = this.#options.maxGapS * 1e6;
    // However far apart two frames are, what was there in the one may be there in the next.
    this.#known = this.#known.filter(({ isPresent, seenAtUs }) =>
      isPresent || timestampUs - seenAtUs <= maxGapUs
    );
    for (const { motion } of this.#known) {
      if (cameraMotion) motion.carry(cameraMotion);
      motion.predict(timestampUs);
    }
  }

  /**
   * Takes in what was found in the frame.
   *
   * @param detections What was found, in any order.
   * @returns The objects that were seen, by rising number.
   */
  update(detections: readonly Detection[]): Track[] {
    const { minConfidence } = this.#options;
    const usable = detections.filter(isUsable);
    const confident = usable.filter(({ confidence }) => confidence >= minConfidence);
    const doubtful = usable.filter(({ confidence }) => confidence < minConfidence);
    const awaited = this.#known.filter(({ isPresent }) => isPresent);
    for (const known of this.#known) known.isPresent = false;

    const missing = () => awaited.filter(({ isPresent }) => !isPresent);
    const strange = this.#recognise(this.#known, confident, { minIou: MIN_IOU });
    this.#recognise(missing(), doubtful, { minIou: MIN_IOU_DOUBTFUL });
    // Small objects may move by more than their size between two frames.
    const loose = { minIou: MIN_IOU, leewaySds: LEEWAY_SDS };
    for (const detection of this.#recognise(missing(), strange, loose)) this.#add(detection);
    return this.#known.filter(({ isPresent }) => isPresent).map(({ trackId, detection }) => (
      { ...detection, trackId, rawBox: detection.box }
    ));
  }

  /**
   * Where the objects should be that were there when they were last looked for.
   *
   * @returns The objects, by rising number.
   */
  predicted(): Track[] {
    return this.#known.filter(({ isPresent }) => isPresent)
      .map(({ trackId, motion, detection }) => ({ ...movedTo(motion.box, detection), trackId }));
  }

  /** Finds known objects among detections, and returns those that are none. */
  #recognise(
    known: readonly Known[],
    detections: readonly Detection[],
    criterion: Criterion,
  ): Detection[] {
    const pairs = this.#pairs(known, detections, criterion);
    for (const [object, detection] of pairs) {
      object.motion.update(detection.box);
      object.detection = detection;
      object.seenAtUs = this.#timestampUs;
      object.isPresent = true;
    }
    const recognised = new Set(pairs.map(([, detection]) => detection));
    return detections.filter((detection) => !recognised.has(detection));
  }

  /** Pairs objects with detections so that they overlap most in all. */
  #pairs(
    known: readonly Known[],
    detections: readonly Detection[],
    { minIou, leewaySds = 0 }: Criterion,
  ): (readonly [Known, Detection])[] {
    const columns = detections.length;
    const data = new Float64Array(known.length * columns);
    known.forEach(({ motion, detection: { classId } }, row) => {
      const leewayPx = leewaySds * motion.centreSdPx;
      const box = grown(motion.box, leewayPx);
      detections.forEach((detection, column) => {
        if (detection.classId !== classId && !this.#options.acrossClasses) return;
        const overlap = iouOf(box, leewayPx ? grown(detection.box, leewayPx) : detection.box);
        data[row * columns + column] = Math.min(0, minIou - overlap); // As assign() says of limits.
      });
    });
    const columnOf = assign({ rows: known.length, columns, data });
    return known.flatMap((object, row) => {
      const column = columnOf[row]!;
      const isPair = column !== -1 && data[row * columns + column]! < 0;
      return isPair ? [[object, detections[column]!] as const] : [];
    });
  }

  #add(detection: Detection): void {
    this.#known.push({
      trackId: ++this.#lastId,
      motion: new BoxMotion(detection.box, this.#timestampUs),
      detection,
      seenAtUs: this.#timestampUs,
      isPresent: true,
    });
  }
}

/** Whether a detection is a place that can be followed. */
function isUsable({ box: { x1, y1, x2, y2 }, confidence }: Detection): boolean {
  return [x1, y1, x2, y2].every((edge) => Math.abs(edge) <= MAX_EDGE_PX) &&
    x2 - x1 >= MIN_SIDE_PX && y2 - y1 >= MIN_SIDE_PX && !Number.isNaN(confidence);
}

/** A box with a margin on all sides. */
function grown({ x1, y1, x2, y2 }: Box<"frame">, marginPx: number): Box<"frame"> {
  return { x1: x1 - marginPx, y1: y1 - marginPx, x2: x2 + marginPx, y2: y2 + marginPx };
}

/** A detection at another place, its keypoints too. */
function movedTo(box: Box<"frame">, detection: Detection): Detection {
  const { box: from, keypoints } = detection;
  const zoomX = (box.x2 - box.x1) / (from.x2 - from.x1);
  const zoomY = (box.y2 - box.y1) / (from.y2 - from.y1);
  return {
    ...detection,
    box,
    ...keypoints && {
      keypoints: keypoints.map(({ x, y, label }) => ({
        x: box.x1 + (x - from.x1) * zoomX,
        y: box.y1 + (y - from.y1) * zoomY,
        label,
      })),
    },
  };
}
