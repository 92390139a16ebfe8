import type { Box, Point } from "../../pipeline/box.ts";
import type { Track } from "../../pipeline/track.ts";
import type { Agility, CoordinateFilter, Step } from "./coordinate_filter.ts";

/** What an object is smoothed by. */
export interface ObjectFilters {
  /** Makes the filter of one more coordinate of the object. */
  readonly make: () => CoordinateFilter;
  /** What all its filters share, if they do. */
  readonly agility?: Agility;
}

/** Smooths one object, from when it is first seen until it is gone: its box and its keypoints. */
export class ObjectSmoother {
  readonly #filters: ObjectFilters;
  /** Centre and logarithms of width and height. */
  readonly #centreX: CoordinateFilter;
  readonly #centreY: CoordinateFilter;
  readonly #logWidth: CoordinateFilter;
  readonly #logHeight: CoordinateFilter;
  /** Two a keypoint. */
  readonly #points: readonly CoordinateFilter[];
  /** The time of the last frame in which it was detected, in microseconds. */
  seenAtUs: number = -Infinity;
  /** How many frames there were since. */
  missedFrames = 0;

  constructor(keypoints: number, filters: ObjectFilters) {
    this.#filters = filters;
    this.#points = Array.from({ length: 2 * keypoints }, filters.make);
    this.#centreX = filters.make();
    this.#centreY = filters.make();
    this.#logWidth = filters.make();
    this.#logHeight = filters.make();
  }

  /** How many keypoints it has. */
  get keypoints(): number {
    return this.#points.length / 2;
  }

  /** Moves on by a frame in which the object was detected, with as many keypoints as ever. */
  see(box: Box<"frame">, keypoints: readonly Point<"frame">[], timestampUs: number): void {
    const { x, y, width, height } = shapeOf(box);
    const scale = Math.sqrt(width * height);
    this.#centreX.step({ value: x, timestampUs, scale });
    this.#centreY.step({ value: y, timestampUs, scale });
    this.#logWidth.step({ value: Math.log(width), timestampUs, scale: 1 });
    this.#logHeight.step({ value: Math.log(height), timestampUs, scale: 1 });
    keypoints.forEach((point, i) => {
      this.#points[2 * i]!.step({ value: point.x, timestampUs, scale });
      this.#points[2 * i + 1]!.step({ value: point.y, timestampUs, scale });
    });
    this.seenAtUs = timestampUs;
    this.missedFrames = 0;
    this.#followSpeed();
  }

  /** Moves on by a frame in which the object was not detected. */
  miss(timestampUs: number): void {
    const scale = Math.exp((this.#logWidth.valueAt(0) + this.#logHeight.valueAt(0)) / 2);
    const place: Step = { value: undefined, timestampUs, scale };
    for (const filter of [this.#centreX, this.#centreY, ...this.#points]) filter.step(place);
    for (const filter of [this.#logWidth, this.#logHeight]) filter.step({ ...place, scale: 1 });
    this.missedFrames++;
  }

  /** The speed is that of the box: its width and height count as one coordinate. */
  #followSpeed(): void {
    const growth = Math.hypot(this.#logWidth.speed, this.#logHeight.speed) / Math.SQRT2;
    this.#filters.agility?.follow(Math.hypot(this.#centreX.speed, this.#centreY.speed, growth));
  }

  /** The object as it was so many frames ago, smoothed. */
  smoothed(track: Track, stepsBack: number): Track {
    const [x, y] = [this.#centreX.valueAt(stepsBack), this.#centreY.valueAt(stepsBack)];
    const halfWidth = Math.exp(this.#logWidth.valueAt(stepsBack)) / 2;
    const halfHeight = Math.exp(this.#logHeight.valueAt(stepsBack)) / 2;
    const { keypoints } = track;
    return {
      ...track,
      box: { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight },
      ...keypoints && {
        keypoints: keypoints.map((point, i) => ({
          ...point,
          x: this.#points[2 * i]!.valueAt(stepsBack),
          y: this.#points[2 * i + 1]!.valueAt(stepsBack),
        })),
      },
    };
  }
}

function shapeOf({ x1, y1, x2, y2 }: Box<"frame">) {
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, width: x2 - x1, height: y2 - y1 };
}
