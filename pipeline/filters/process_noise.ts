import { checkNotNegative } from "./_checks.ts";

/**
 * How uncertain the motion of a point becomes while nothing is measured: the covariance that an
 * interval adds to a position (in units) and a velocity (in units a second).
 */
export interface ProcessNoise {
  /** What is added to the position's variance. */
  positionVariance(intervalS: number): number;
  /** What is added to the covariance of position and velocity. */
  covariance(intervalS: number): number;
  /** What is added to the velocity's variance. */
  velocityVariance(intervalS: number): number;
}

/**
 * The noise of a velocity that drifts all the time (continuous white-noise acceleration): two
 * intervals add as much as one that is as long as both, so it suits uneven frame times.
 *
 * `Q = density * [[t³/3, t²/2], [t²/2, t]]`, after Bar-Shalom, Li and Kirubarajan, Estimation with
 * Applications to Tracking and Navigation, Wiley 2001, section 6.2.2.
 *
 * @param density The power spectral density of the acceleration, in units²/s³, 0 or more: the variance
 * that the velocity gains in a second.
 * @returns The noise.
 * @throws {RangeError} If the density is negative or not finite.
 *
 * @example A velocity that drifts by 3 units a second in each second
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(continuousNoise(9).velocityVariance(1), 9);
 * assertEquals(continuousNoise(9).positionVariance(2), 24);
 * ```
 */
export function continuousNoise(density: number): ProcessNoise {
  checkNotNegative("model motion", "density", density);
  return {
    positionVariance: (intervalS) => density * intervalS ** 3 / 3,
    covariance: (intervalS) => density * intervalS ** 2 / 2,
    velocityVariance: (intervalS) => density * intervalS,
  };
}

/**
 * The noise of an acceleration that is constant during each interval and independent of the one
 * before (discrete white-noise acceleration): the form that trackers at a fixed frame rate use. What
 * it adds in a given time depends on how often is measured.
 *
 * `Q = sd² * [[t⁴/4, t³/2], [t³/2, t²]]`, after Bar-Shalom, Li and Kirubarajan 2001, section 6.3.2.
 *
 * @param accelerationSd The standard deviation of the acceleration, in units/s², 0 or more.
 * @returns The noise.
 * @throws {RangeError} If the standard deviation is negative or not finite.
 */
export function piecewiseNoise(accelerationSd: number): ProcessNoise {
  checkNotNegative("model motion", "accelerationSd", accelerationSd);
  const variance = accelerationSd ** 2;
  return {
    positionVariance: (intervalS) => variance * intervalS ** 4 / 4,
    covariance: (intervalS) => variance * intervalS ** 3 / 2,
    velocityVariance: (intervalS) => variance * intervalS ** 2,
  };
}
