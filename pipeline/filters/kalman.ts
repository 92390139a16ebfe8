import { checkSpreads } from "./_checks.ts";
import { MotionState } from "./_motion_state.ts";
import { missingStart, scaleFactorOf, varianceOf } from "./_step.ts";
import { StepClock } from "./_step_clock.ts";
import type { ProcessNoise } from "./process_noise.ts";
import type { StepOptions } from "./step_options.ts";

/** Options of {@linkcode KalmanFilter}. */
export interface KalmanOptions {
  /** How the velocity changes. */
  readonly processNoise: ProcessNoise;
  /** The standard deviation of the measured values, above 0. */
  readonly measurementSd: number;
  /** The standard deviation of the velocity at the start, in units a second, above 0. */
  readonly initialVelocitySd: number;
}

/**
 * A Kalman filter of one coordinate that moves at nearly constant velocity, in real time.
 *
 * The state is position and velocity; the first value sets the position, and the velocity starts at 0
 * with the spread that the options give. Then, for each value `z` after `t` seconds, `x' = F x`,
 * `P' = F P Fᵀ + Q`, `S = P'₁₁ + R`, `K = P' Hᵀ / S`, `x = x' + K (z - H x')`, `P = (I - K H) P'`, with
 * `F = [[1, t], [0, 1]]` and `H = [1, 0]` (Kalman 1960; Bar-Shalom, Li and Kirubarajan 2001, sections
 * 5.2 and 6.2). It looks ahead by nothing, and lags behind an even motion by nothing.
 *
 * @example A point that moves by 2 units a frame
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { continuousNoise } from "./process_noise.ts";
 *
 * const kalman = new KalmanFilter({
 *   processNoise: continuousNoise(1),
 *   measurementSd: 0.5,
 *   initialVelocitySd: 100,
 * });
 * for (let i = 0; i < 30; i++) kalman.filter(2 * i, i * 40_000);
 * assertAlmostEquals(kalman.velocity, 50, 0.1);
 * // A frame without a value: the point is expected to go on.
 * assertAlmostEquals(kalman.filter(undefined, 30 * 40_000), 60, 0.01);
 * ```
 */
export class KalmanFilter {
  readonly #options: KalmanOptions;
  readonly #clock = new StepClock();
  readonly #state = new MotionState();

  /**
   * Makes the filter.
   *
   * @param options Its options.
   * @throws {RangeError} If a standard deviation is not above 0.
   */
  constructor(options: KalmanOptions) {
    checkSpreads(options);
    this.#options = options;
  }

  /** The position that is believed; `NaN` before the first value. */
  get position(): number {
    return this.#state.position;
  }

  /** The velocity that is believed, in units a second. */
  get velocity(): number {
    return this.#state.velocity;
  }

  /** How uncertain the position is, in units². */
  get positionVariance(): number {
    return this.#state.positionVariance;
  }

  /** How position and velocity vary together, in units²/s. */
  get covariance(): number {
    return this.#state.covariance;
  }

  /** How uncertain the velocity is, in units²/s². */
  get velocityVariance(): number {
    return this.#state.velocityVariance;
  }

  /** The last value less the position that was predicted for it; `NaN` before the second value. */
  get innovation(): number {
    return this.#state.innovation;
  }

  /** The variance that was predicted for {@linkcode KalmanFilter.innovation}. */
  get innovationVariance(): number {
    return this.#state.innovationVariance;
  }

  /**
   * Takes in the value of a frame, or that it has none.
   *
   * @param value The measured value; `undefined` if it is missing.
   * @param timestampUs The time of the frame in microseconds, not before that of the last one.
   * @param options What is known about the value.
   * @returns The position that is believed at that time.
   * @throws {RangeError} If the value is not finite, the first one is missing, or time runs backwards.
   */
  filter(value: number | undefined, timestampUs: number, options?: StepOptions): number {
    if (this.#hasBegun) {
      this.predict(timestampUs, options);
      return value === undefined ? this.position : this.update(value, options);
    }
    if (value === undefined) missingStart();
    const { measurementSd, initialVelocitySd } = this.#options;
    const variance = varianceOf(value, options, measurementSd);
    this.#clock.advance(timestampUs);
    this.#state.begin(value, variance, initialVelocitySd ** 2 * scaleFactorOf(options));
    return value;
  }

  /**
   * Moves on to a time, once there was a value.
   *
   * @param timestampUs The time in microseconds, not before that of the last step.
   * @param options The scale of the step.
   * @returns The position expected at that time.
   * @throws {RangeError} If there was no value yet, or time runs backwards.
   */
  predict(timestampUs: number, options?: StepOptions): number {
    if (!this.#hasBegun) missingStart();
    const factor = scaleFactorOf(options);
    const intervalS = this.#clock.advance(timestampUs);
    this.#state.predict(intervalS, this.#options.processNoise, factor);
    return this.#state.position;
  }

  /**
   * Takes in a value at the time of the last prediction.
   *
   * @param value The measured value.
   * @param options What is known about it.
   * @returns The position that is believed now.
   * @throws {RangeError} If there was no value yet, or this one or an option is not finite.
   */
  update(value: number, options?: StepOptions): number {
    if (!this.#hasBegun) missingStart();
    this.#state.update(value, varianceOf(value, options, this.#options.measurementSd));
    return this.#state.position;
  }

  /**
   * Says where the point is, and how it moves, in other coordinates, once there was a value: what is
   * uncertain stays so, in the new unit.
   *
   * @param position The position in the new coordinates.
   * @param velocity The velocity in the new coordinates, in units a second.
   * @param unit How many new units an old one is long, above 0.
   * @throws {RangeError} If there was no value yet, or the unit is not above 0 or not finite.
   */
  move(position: number, velocity: number, unit: number): void {
    if (!this.#hasBegun) missingStart();
    this.#state.move(position, velocity, scaleFactorOf({ scale: unit }));
  }

  /** Forgets all values. */
  reset(): void {
    this.#clock.reset();
    this.#state.begin(NaN, Infinity, Infinity);
  }

  get #hasBegun(): boolean {
    return !Number.isNaN(this.#state.position);
  }
}
