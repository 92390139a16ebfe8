import type { Box } from "../../pipeline/box.ts";
import { KalmanFilter } from "../../pipeline/filters/kalman.ts";
import { continuousNoise } from "../../pipeline/filters/process_noise.ts";
import { movedPoint, type Similarity, zoomOf } from "../../pipeline/similarity.ts";

/** How centres move; lengths are in sizes of the object, so that near and far ones are alike. */
const CENTRE = {
  processNoise: continuousNoise(1),
  measurementSd: 0.05,
  initialVelocitySd: 2,
};

/** How logarithms of width and height change. */
const LOG_SIDE = {
  processNoise: continuousNoise(0.05),
  measurementSd: 0.07,
  initialVelocitySd: 0.3,
};

/**
 * Where an object is and how it moves, in real time: a Kalman filter each for the centre's two
 * coordinates and the logarithms of width and height.
 */
export class BoxMotion {
  readonly #centreX = new KalmanFilter(CENTRE);
  readonly #centreY = new KalmanFilter(CENTRE);
  readonly #logWidth = new KalmanFilter(LOG_SIDE);
  readonly #logHeight = new KalmanFilter(LOG_SIDE);

  constructor(box: Box<"frame">, timestampUs: number) {
    const { x, y, logWidth, logHeight } = coordinatesOf(box);
    this.#logWidth.filter(logWidth, timestampUs);
    this.#logHeight.filter(logHeight, timestampUs);
    const { scale } = this;
    this.#centreX.filter(x, timestampUs, { scale });
    this.#centreY.filter(y, timestampUs, { scale });
  }

  /** Where the object is believed to be. */
  get box(): Box<"frame"> {
    const halfWidth = Math.exp(this.#logWidth.position) / 2;
    const halfHeight = Math.exp(this.#logHeight.position) / 2;
    const [x, y] = [this.#centreX.position, this.#centreY.position];
    return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
  }

  /** The size of the object in pixels, by which all its motion is measured. */
  get scale(): number {
    return Math.exp((this.#logWidth.position + this.#logHeight.position) / 2);
  }

  /** The standard deviation of the centre's place, the same on both axes, in pixels. */
  get centreSdPx(): number {
    return Math.sqrt(this.#centreX.positionVariance);
  }

  /** Moves on to a time, not before the last one. */
  predict(timestampUs: number): void {
    const { scale } = this;
    this.#centreX.predict(timestampUs, { scale });
    this.#centreY.predict(timestampUs, { scale });
    this.#logWidth.predict(timestampUs);
    this.#logHeight.predict(timestampUs);
  }

  /** Takes in where the object was seen at the time of the last prediction. */
  update(box: Box<"frame">): void {
    const { x, y, logWidth, logHeight } = coordinatesOf(box);
    const { scale } = this;
    this.#centreX.update(x, { scale });
    this.#centreY.update(y, { scale });
    this.#logWidth.update(logWidth);
    this.#logHeight.update(logHeight);
  }

  /**
   * Goes along with the camera: what was seen of the object keeps its place in the scene, not in the
   * picture. Both coordinates of the centre are equally uncertain, so a turn leaves that as it is.
   */
  carry(motion: Similarity): void {
    const unit = zoomOf(motion);
    const turn = { ...motion, dx: 0, dy: 0 };
    const [x, y] = [this.#centreX, this.#centreY];
    const centre = movedPoint({ x: x.position, y: y.position }, motion);
    const velocity = movedPoint({ x: x.velocity, y: y.velocity }, turn);
    x.move(centre.x, velocity.x, unit);
    y.move(centre.y, velocity.y, unit);
    for (const side of [this.#logWidth, this.#logHeight]) {
      side.move(side.position + Math.log(unit), side.velocity, 1);
    }
  }
}

function coordinatesOf({ x1, y1, x2, y2 }: Box<"frame">) {
  return {
    x: (x1 + x2) / 2,
    y: (y1 + y2) / 2,
    logWidth: Math.log(x2 - x1),
    logHeight: Math.log(y2 - y1),
  };
}
