import { checkCount, checkPositive, checkSpreads } from "./_checks.ts";
import type { KalmanOptions } from "./kalman.ts";
import { Lookback } from "./_lookback.ts";
import { MotionState } from "./_motion_state.ts";
import type { ProcessNoise } from "./process_noise.ts";
import { missingStart, scaleFactorOf, varianceOf } from "./_step.ts";
import { StepClock } from "./_step_clock.ts";
import type { StepOptions } from "./step_options.ts";

/** Options of {@linkcode InteractingModels}. */
export interface InteractingModelsOptions extends Omit<KalmanOptions, "processNoise"> {
  /** How the velocity changes while the motion is calm. */
  readonly calmNoise: ProcessNoise;
  /** How it changes while the motion is agile. */
  readonly agileNoise: ProcessNoise;
  /** How long the motion stays calm on average, in seconds, above 0. */
  readonly calmDurationS: number;
  /** How long it stays agile on average, in seconds, above 0. */
  readonly agileDurationS: number;
  /**
   * How many frames it looks ahead, a whole number: as many frames late is its output.
   *
   * @default {0}
   */
  readonly lag?: number;
}

/**
 * Two Kalman filters of one coordinate, one for calm and one for agile motion, which share what they
 * know by how well each of them foresees the values: steady at rest, quick on the move.
 *
 * The interacting-multiple-model estimator of Bar-Shalom, Li and Kirubarajan, Estimation with
 * Applications to Tracking and Navigation, Wiley 2001, section 11.6.6. For each frame: the models' states
 * are mixed by the chances to have come from the other model, each predicts and takes in the value, and
 * the model's probability grows with the likelihood of its innovation. The chances follow from the two
 * mean durations and the real time between frames, as those of a Markov chain in continuous time.
 * With a lag, past positions stand in each model's state and are mixed along (Chen and Tugnait, IEEE
 * Transactions on Aerospace and Electronic Systems 36(1), 2000).
 *
 * @example A point that trembles, then leaves
 * ```ts
 * import { assert } from "@std/assert";
 * import { continuousNoise } from "./process_noise.ts";
 *
 * const models = new InteractingModels({
 *   calmNoise: continuousNoise(1),
 *   agileNoise: continuousNoise(1e6),
 *   calmDurationS: 1,
 *   agileDurationS: 0.2,
 *   measurementSd: 1,
 *   initialVelocitySd: 100,
 * });
 * for (let i = 0; i < 30; i++) models.filter(i % 2, i * 40_000);
 * assert(models.agileProbability < 0.2);
 * models.filter(40, 30 * 40_000);
 * assert(models.agileProbability > 0.9);
 * ```
 */
export class InteractingModels {
  readonly #options: InteractingModelsOptions;
  readonly #clock = new StepClock();
  readonly #lookback: Lookback;
  /** The states of both models, and room for the next ones. */
  #calm: MotionState;
  #agile: MotionState;
  #nextCalm: MotionState;
  #nextAgile: MotionState;
  #agileProbability: number;

  /**
   * Makes the filter.
   *
   * @param options Its options.
   * @throws {RangeError} If a standard deviation or a duration is not above 0, or the lag no whole number.
   */
  constructor(options: InteractingModelsOptions) {
    const { lag = 0 } = options;
    checkSpreads(options);
    checkCount("smooth", "lag", lag, 0);
    checkPositive("filter", "calmDurationS", options.calmDurationS);
    checkPositive("filter", "agileDurationS", options.agileDurationS);
    this.#options = options;
    this.#lookback = new Lookback(lag, (stepsBack) => this.positionAt(stepsBack));
    this.#calm = new MotionState(lag);
    this.#agile = new MotionState(lag);
    this.#nextCalm = new MotionState(lag);
    this.#nextAgile = new MotionState(lag);
    this.#agileProbability = this.#usualAgileProbability;
  }

  /** How probable it is that the motion is agile now, from 0 to 1. */
  get agileProbability(): number {
    return this.#agileProbability;
  }

  /** The velocity that is believed, in units a second. */
  get velocity(): number {
    return this.#between(this.#calm.velocity, this.#agile.velocity);
  }

  /**
   * Takes in the value of a frame, or that it has none.
   *
   * @param value The measured value; `undefined` if it is missing.
   * @param timestampUs The time of the frame in microseconds, not before that of the last one.
   * @param options What is known about the value.
   * @returns The position `lag` frames ago; `undefined` as long as there was no such frame.
   * @throws {RangeError} If the value is not finite, the first one is missing, or time runs backwards.
   */
  filter(
    value: number | undefined,
    timestampUs: number,
    options?: StepOptions,
  ): number | undefined {
    const { measurementSd, initialVelocitySd } = this.#options;
    const isFirst = this.#lookback.frames === 0;
    if (isFirst && value === undefined) missingStart();
    const factor = scaleFactorOf(options);
    const variance = value === undefined ? NaN : varianceOf(value, options, measurementSd);
    const intervalS = this.#clock.advance(timestampUs);
    if (isFirst) {
      this.#calm.begin(value!, variance, initialVelocitySd ** 2 * factor);
      this.#agile.begin(value!, variance, initialVelocitySd ** 2 * factor);
    } else {
      this.#predict(intervalS, factor);
      if (value !== undefined) this.#update(value, variance);
    }
    return this.#lookback.advance();
  }

  /** Mixes the models' states by where each may have come from, and moves them on. */
  #predict(intervalS: number, factor: number): void {
    const { calmDurationS, agileDurationS, calmNoise, agileNoise } = this.#options;
    const changed = -Math.expm1(-intervalS * (1 / calmDurationS + 1 / agileDurationS));
    const becameAgile = this.#usualAgileProbability * changed;
    const stayedAgile = 1 - (1 - this.#usualAgileProbability) * changed;
    const wasAgile = this.#agileProbability;
    const agile = stayedAgile * wasAgile + becameAgile * (1 - wasAgile);
    const calm = 1 - agile;
    const calmFromCalm = calm > 0 ? (1 - becameAgile) * (1 - wasAgile) / calm : 1;
    const agileFromCalm = agile > 0 ? becameAgile * (1 - wasAgile) / agile : 0;
    this.#nextCalm.mix(this.#calm, this.#agile, calmFromCalm);
    this.#nextAgile.mix(this.#calm, this.#agile, agileFromCalm);
    this.#nextCalm.predict(intervalS, calmNoise, factor);
    this.#nextAgile.predict(intervalS, agileNoise, factor);
    [this.#calm, this.#nextCalm] = [this.#nextCalm, this.#calm];
    [this.#agile, this.#nextAgile] = [this.#nextAgile, this.#agile];
    this.#agileProbability = agile;
  }

  /** Takes a value in, and believes more in the model that foresaw it. */
  #update(value: number, variance: number): void {
    this.#calm.update(value, variance);
    this.#agile.update(value, variance);
    const logOdds = logLikelihoodOf(this.#calm) - logLikelihoodOf(this.#agile);
    // Without limits, odds of 0 or infinity against a certainty would not be a number.
    const odds = Math.exp(Math.min(Math.max(logOdds, -700), 700));
    const agile = this.#agileProbability;
    this.#agileProbability = agile / (agile + (1 - agile) * odds);
  }

  /** The probability of agile motion as long as nothing is known. */
  get #usualAgileProbability(): number {
    const { calmDurationS, agileDurationS } = this.#options;
    return agileDurationS / (calmDurationS + agileDurationS);
  }

  #between(calm: number, agile: number): number {
    return calm + this.#agileProbability * (agile - calm);
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
    if (stepsBack === 0) return this.#between(this.#calm.position, this.#agile.position);
    return this.#between(this.#calm.past[stepsBack - 1]!, this.#agile.past[stepsBack - 1]!);
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
    this.#agileProbability = this.#usualAgileProbability;
  }
}

/** The logarithm of how likely a model's last innovation was, but for a constant. */
function logLikelihoodOf({ innovation, innovationVariance }: MotionState): number {
  return -0.5 * (Math.log(innovationVariance) + innovation ** 2 / innovationVariance);
}
