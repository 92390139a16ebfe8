import { checkSpreads } from "./_checks.ts";
import type { KalmanOptions } from "./kalman.ts";
import { MotionState } from "./_motion_state.ts";
import { missingStart, scaleFactorOf, varianceOf } from "./_step.ts";
import { StepClock } from "./_step_clock.ts";
import type { StepOptions } from "./step_options.ts";

/** Options of {@linkcode zeroPhase}. */
export interface ZeroPhaseOptions extends KalmanOptions {
  /**
   * Tells what is known about the value with an index.
   *
   * @default {nothing}
   */
  readonly stepAt?: (index: number) => StepOptions;
}

/** A track that was smoothed as a whole. */
export interface SmoothedTrack {
  /** The position in each frame. */
  readonly positions: Float64Array<ArrayBuffer>;
  /** The velocity in each frame, in units a second. */
  readonly velocities: Float64Array<ArrayBuffer>;
}

/** The forward pass: what a Kalman filter believes in each frame, with the values up to it. */
interface FilteredTrack extends SmoothedTrack {
  readonly positionVariances: Float64Array;
  readonly covariances: Float64Array;
  readonly velocityVariances: Float64Array;
  /** The time since the frame before. */
  readonly intervalsS: Float64Array;
  /** By what each frame's scale multiplies the process noise. */
  readonly scaleFactors: Float64Array;
}

/**
 * Smooths a whole track of one coordinate at once: each position is the best guess with all values of
 * the track, earlier and later ones, so nothing lags.
 *
 * A Kalman filter of position and velocity runs forwards, as `KalmanFilter` does, then a second pass
 * goes backwards: `x_k += P_k Fᵀ (P'_{k+1})⁻¹ (x_{k+1} - F x_k)`, where `P'` is the predicted covariance
 * (Rauch, Tung and Striebel, AIAA Journal 3(8), 1965).
 *
 * @param values The measured values, one a frame; `undefined` or `NaN` where one is missing.
 * @param timestampsUs The times of the frames in microseconds, none before the last.
 * @param options The model of motion and noise.
 * @returns The smoothed track, of the same length.
 * @throws {RangeError} If the lengths differ, the first value is missing or infinite, time runs
 * backwards, or an option is out of range.
 *
 * @example The middle of a step
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { continuousNoise } from "./process_noise.ts";
 *
 * const { positions } = zeroPhase([0, 0, undefined, 1, 1], [0, 1e6, 2e6, 3e6, 4e6], {
 *   processNoise: continuousNoise(1),
 *   measurementSd: 1,
 *   initialVelocitySd: 100,
 * });
 * assertAlmostEquals(positions[2]!, 0.5, 1e-3);
 * ```
 */
export function zeroPhase(
  values: ArrayLike<number | undefined>,
  timestampsUs: ArrayLike<number>,
  options: ZeroPhaseOptions,
): SmoothedTrack {
  checkSpreads(options);
  if (values.length !== timestampsUs.length) {
    throw new RangeError(
      `Cannot smooth ${values.length} values as there are ${timestampsUs.length} timestamps`,
    );
  }
  const track = emptyTrack(values.length);
  filterForwards(track, values, timestampsUs, options);
  smoothBackwards(track, options);
  return { positions: track.positions, velocities: track.velocities };
}

function emptyTrack(length: number): FilteredTrack {
  return {
    positions: new Float64Array(length),
    velocities: new Float64Array(length),
    positionVariances: new Float64Array(length),
    covariances: new Float64Array(length),
    velocityVariances: new Float64Array(length),
    intervalsS: new Float64Array(length),
    scaleFactors: new Float64Array(length),
  };
}

function filterForwards(
  track: FilteredTrack,
  values: ArrayLike<number | undefined>,
  timestampsUs: ArrayLike<number>,
  { processNoise, measurementSd, initialVelocitySd, stepAt }: ZeroPhaseOptions,
): void {
  const clock = new StepClock();
  const state = new MotionState();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const step = stepAt?.(i);
    const isMissing = value === undefined || Number.isNaN(value);
    const factor = scaleFactorOf(step);
    const variance = isMissing ? NaN : varianceOf(value, step, measurementSd);
    const intervalS = clock.advance(timestampsUs[i]!);
    if (i > 0) state.predict(intervalS, processNoise, factor);
    else if (isMissing) missingStart();
    else state.begin(value, variance, initialVelocitySd ** 2 * factor);
    if (i > 0 && !isMissing) state.update(value, variance);
    track.positions[i] = state.position;
    track.velocities[i] = state.velocity;
    track.positionVariances[i] = state.positionVariance;
    track.covariances[i] = state.covariance;
    track.velocityVariances[i] = state.velocityVariance;
    track.intervalsS[i] = intervalS;
    track.scaleFactors[i] = factor;
  }
}

function smoothBackwards(track: FilteredTrack, { processNoise }: ZeroPhaseOptions): void {
  const { positions, velocities, positionVariances, covariances, velocityVariances } = track;
  for (let i = positions.length - 2; i >= 0; i--) {
    const t = track.intervalsS[i + 1]!;
    const factor = track.scaleFactors[i + 1]!;
    const [p11, p12, p22] = [positionVariances[i]!, covariances[i]!, velocityVariances[i]!];
    // P Fᵀ, and the predicted covariance F P Fᵀ + Q.
    const [a11, a21] = [p11 + t * p12, p12 + t * p22];
    const s11 = a11 + t * a21 + factor * processNoise.positionVariance(t);
    const s12 = a21 + factor * processNoise.covariance(t);
    const s22 = p22 + factor * processNoise.velocityVariance(t);
    const determinant = s11 * s22 - s12 * s12;
    const positionOff = positions[i + 1]! - (positions[i]! + t * velocities[i]!);
    const velocityOff = velocities[i + 1]! - velocities[i]!;
    // (P')⁻¹ times what the prediction was off.
    const u = (s22 * positionOff - s12 * velocityOff) / determinant;
    const v = (s11 * velocityOff - s12 * positionOff) / determinant;
    positions[i]! += a11 * u + p12 * v;
    velocities[i]! += a21 * u + p22 * v;
  }
}
