import { FixedLagSmoother } from "../../pipeline/filters/fixed_lag.ts";
import { KalmanFilter } from "../../pipeline/filters/kalman.ts";
import { OneEuroFilter, type OneEuroOptions } from "../../pipeline/filters/one_euro.ts";
import { continuousNoise, type ProcessNoise } from "../../pipeline/filters/process_noise.ts";
import type { FixedLagMethod, KalmanMethod } from "./smooth_options.ts";

/** The standard deviation of an object's speed when it is first seen, in sizes a second. */
export const INITIAL_VELOCITY_SD = 1;

/** The value of a coordinate in one frame. */
export interface Step {
  /** What was measured; `undefined` in a frame in which the object was not detected. */
  readonly value: number | undefined;
  /** The time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** The object's size in the unit of the coordinate: 1 for logarithms. */
  readonly scale: number;
}

/** Smooths one coordinate of an object. */
export interface CoordinateFilter {
  /** How fast it changes, in sizes a second, where the filter knows. */
  readonly speed: number;
  /** Moves on by a frame, of which the first must have a value. */
  step(step: Step): void;
  /** The smoothed value so many frames ago. */
  valueAt(stepsBack: number): number;
}

/** One Euro: knows nothing of velocity, so that a frame without a value leaves it where it is. */
export class OneEuroCoordinate implements CoordinateFilter {
  readonly speed = 0;
  readonly #filter: OneEuroFilter;
  #value = NaN;

  constructor(options: OneEuroOptions) {
    this.#filter = new OneEuroFilter(options);
  }

  step({ value, timestampUs, scale }: Step): void {
    if (value !== undefined) this.#value = this.#filter.filter(value, timestampUs, { scale });
  }

  valueAt(): number {
    return this.#value;
  }
}

/** How freely an object's motion may change, for all its coordinates together. */
export class Agility implements ProcessNoise {
  readonly #unit = continuousNoise(1);
  readonly #method: Required<KalmanMethod>;
  #share: number;

  constructor(method: Required<KalmanMethod>) {
    this.#method = method;
    this.#share = method.calmShare;
  }

  /** Takes notice of how fast the object moves, in sizes a second. */
  follow(speed: number): void {
    const { calmShare, calmSpeed } = this.#method;
    const fourth = (speed / calmSpeed) ** 4;
    // A speed without bounds would be infinity over infinity.
    const agile = fourth < Infinity ? fourth / (1 + fourth) : 1;
    this.#share = calmShare + (1 - calmShare) * agile;
  }

  get #density(): number {
    return this.#share * this.#method.accelerationDensity;
  }

  positionVariance(intervalS: number): number {
    return this.#density * this.#unit.positionVariance(intervalS);
  }

  covariance(intervalS: number): number {
    return this.#density * this.#unit.covariance(intervalS);
  }

  velocityVariance(intervalS: number): number {
    return this.#density * this.#unit.velocityVariance(intervalS);
  }
}

/** A Kalman filter whose corrections are damped. */
export class KalmanCoordinate implements CoordinateFilter {
  readonly #filter: KalmanFilter;
  readonly #damping: number;
  #value = NaN;
  #scale = 1;

  constructor({ measurementSd, damping }: Required<KalmanMethod>, agility: Agility) {
    this.#damping = damping;
    this.#filter = new KalmanFilter({
      processNoise: agility,
      measurementSd,
      initialVelocitySd: INITIAL_VELOCITY_SD,
    });
  }

  get speed(): number {
    return this.#filter.velocity / this.#scale;
  }

  step({ value, timestampUs, scale }: Step): void {
    this.#scale = scale;
    if (Number.isNaN(this.#value)) {
      this.#value = this.#filter.filter(value, timestampUs, { scale });
      return;
    }
    const expected = this.#filter.predict(timestampUs, { scale });
    const believed = value === undefined ? expected : this.#filter.update(value, { scale });
    this.#value = believed - this.#damping * (believed - expected);
  }

  valueAt(): number {
    return this.#value;
  }
}

/** A Kalman filter that looks some frames ahead. */
export class FixedLagCoordinate implements CoordinateFilter {
  readonly speed = 0;
  readonly #smoother: FixedLagSmoother;

  constructor({ lag, measurementSd, accelerationDensity }: Required<FixedLagMethod>) {
    this.#smoother = new FixedLagSmoother({
      lag,
      measurementSd,
      processNoise: continuousNoise(accelerationDensity),
      initialVelocitySd: INITIAL_VELOCITY_SD,
    });
  }

  step({ value, timestampUs, scale }: Step): void {
    this.#smoother.filter(value, timestampUs, { scale });
  }

  valueAt(stepsBack: number): number {
    return this.#smoother.positionAt(stepsBack);
  }
}
