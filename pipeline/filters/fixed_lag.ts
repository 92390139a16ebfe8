import { checkCount, checkSpreads } from "./_checks.ts";
import type { KalmanOptions } from "./kalman.ts";
import { Lookback } from "./_lookback.ts";
import { MotionState } from "./_motion_state.ts";
import { missingStart, scaleFactorOf, varianceOf } from "./_step.ts";
import { StepClock } from "./_step_clock.ts";
import type { StepOptions } from "./step_options.ts";

/** Options of {@linkcode FixedLagSmoother}. */
export interface FixedLagOptions extends KalmanOptions {
  /** How many frames it looks ahead, a whole number: as many frames late is its output. */
  readonly lag: number;
}

/**
 * A Kalman filter of one coordinate that looks some frames ahead: for each frame, the position that is
 * the best guess once `lag` further frames are known.
 *
 * That is what a Rauch-Tung-Striebel pass back over the last `lag` frames would give, at a fraction of
 * the work: past positions stand in the filter's state, and each new value corrects them by its
 * innovation times their covariance with it (Anderson and Moore, Optimal Filtering, Prentice-Hall 1979,
 * section 7.3). The motion is modelled as in `KalmanFilter`; frames without a value count too.
 *
 * @example One frame late
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { continuousNoise } from "./process_noise.ts";
 *
 * const smoother = new FixedLagSmoother({
 *   lag: 1,
 *   processNoise: continuousNoise(1),
 *   measurementSd: 1,
 *   initialVelocitySd: 1,
 * });
 * assertEquals(smoother.filter(5, 0), undefined);
 * assertEquals(smoother.filter(5, 33_333), 5); // The frame at 0.
 * assertEquals(smoother.finish(), [5]); // The frame at 33333.
 * ```
 */
export class FixedLagSmoother {
  readonly #options: FixedLagOptions;
  readonly #clock = new StepClock();
  readonly #state: MotionState;
  readonly #lookback: Lookback;

  /**
   * Makes the smoother.
   *
   * @param options Its options.
   * @throws {RangeError} If a standard deviation is not above 0, or the lag no whole number.
   */
  constructor(options: FixedLagOptions) {
    checkSpreads(options);
    checkCount("smooth", "lag", options.lag, 0);
    this.#options = options;
    this.#state = new MotionState(options.lag);
    this.#lookback = new Lookback(options.lag, (stepsBack) => this.positionAt(stepsBack));
  }

  /**
   * Takes in the value of a frame, or that it has none.
   *
   * @param value The measured value; `undefined` if it is missing.
   * @param timestampUs The time of the frame in microseconds, not before that of the last one.
   * @param options What is known about the value.
   * @returns The smoothed position `lag` frames ago; `undefined` as long as there was no such frame.
   * @throws {RangeError} If the value is not finite, the first one is missing, or time runs backwards.
   */
  filter(
    value: number | undefined,
    timestampUs: number,
    options?: StepOptions,
  ): number | undefined {
    const { processNoise, measurementSd, initialVelocitySd } = this.#options;
    const isFirst = this.#lookback.frames === 0;
    if (isFirst && value === undefined) missingStart();
    const factor = scaleFactorOf(options);
    const variance = value === undefined ? NaN : varianceOf(value, options, measurementSd);
    const intervalS = this.#clock.advance(timestampUs);
    if (isFirst) this.#state.begin(value!, variance, initialVelocitySd ** 2 * factor);
    else this.#state.predict(intervalS, processNoise, factor);
    if (!isFirst && value !== undefined) this.#state.update(value, variance);
    return this.#lookback.advance();
  }

  /**
   * The position in an earlier frame as it is believed now.
   *
   * @param stepsBack How many frames ago, from 0 (the newest) to `lag`.
   * @returns The position.
   * @throws {RangeError} If there was no such frame, or it is too long ago.
   */
  positionAt(stepsBack: number): number {
    this.#lookback.check(stepsBack);
    return stepsBack === 0 ? this.#state.position : this.#state.past[stepsBack - 1]!;
  }

  /**
   * Ends the track.
   *
   * @returns The smoothed positions of the last frames, of which none was returned yet, oldest first.
   */
  finish(): number[] {
    const rest = this.#lookback.rest();
    this.reset();
    return rest;
  }

  /** Forgets all values. */
  reset(): void {
    this.#clock.reset();
    this.#lookback.reset();
  }
}
