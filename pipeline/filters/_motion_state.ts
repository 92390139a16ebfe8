import type { ProcessNoise } from "./process_noise.ts";

/**
 * What is believed of a point that moves along one axis: its position and velocity, their covariance,
 * and its positions some steps ago.
 *
 * The past positions are further coordinates of a Kalman filter's state, which nothing moves: they
 * change only as later measurements correlate with them (Anderson and Moore, Optimal Filtering,
 * Prentice-Hall 1979, section 7.3). Of their covariances only those with the newest position and
 * velocity take part in it, so only those are kept.
 */
export class MotionState {
  /** The position; `NaN` before the first value. */
  position: number = NaN;
  velocity = 0;
  positionVariance: number = Infinity;
  covariance = 0;
  velocityVariance: number = Infinity;
  /** The difference between the last measured value and what was expected. */
  innovation: number = NaN;
  /** The variance that was expected of it. */
  innovationVariance: number = NaN;
  /** The positions before, newest first. */
  readonly past: Float64Array;
  readonly #pastWithPosition: Float64Array;
  readonly #pastWithVelocity: Float64Array;

  constructor(lag = 0) {
    this.past = new Float64Array(lag);
    this.#pastWithPosition = new Float64Array(lag);
    this.#pastWithVelocity = new Float64Array(lag);
  }

  /** Begins with a first measured value, and a velocity of which only the spread is known. */
  begin(value: number, variance: number, velocityVariance: number): void {
    this.position = value;
    this.velocity = 0;
    this.positionVariance = variance;
    this.covariance = 0;
    this.velocityVariance = velocityVariance;
    this.innovation = NaN;
    this.innovationVariance = NaN;
    this.past.fill(0);
    this.#pastWithPosition.fill(0);
    this.#pastWithVelocity.fill(0);
  }

  /** Moves on by an interval: `x' = F x`, `P' = F P Fᵀ + Q`, `F = [[1, t], [0, 1]]`. */
  predict(intervalS: number, noise: ProcessNoise, noiseFactor: number): void {
    this.#shiftPast(intervalS);
    this.position += intervalS * this.velocity;
    this.positionVariance += intervalS * (2 * this.covariance + intervalS * this.velocityVariance) +
      noiseFactor * noise.positionVariance(intervalS);
    this.covariance += intervalS * this.velocityVariance +
      noiseFactor * noise.covariance(intervalS);
    this.velocityVariance += noiseFactor * noise.velocityVariance(intervalS);
  }

  /** Goes over to other coordinates, without a past; variances grow by the factor given. */
  move(position: number, velocity: number, varianceFactor: number): void {
    this.position = position;
    this.velocity = velocity;
    this.positionVariance *= varianceFactor;
    this.covariance *= varianceFactor;
    this.velocityVariance *= varianceFactor;
  }

  /** The newest position becomes the first of the past ones, and the oldest is forgotten. */
  #shiftPast(intervalS: number): void {
    for (let i = this.past.length - 1; i >= 0; i--) {
      const newest = i === 0;
      this.past[i] = newest ? this.position : this.past[i - 1]!;
      const withPosition = newest ? this.positionVariance : this.#pastWithPosition[i - 1]!;
      const withVelocity = newest ? this.covariance : this.#pastWithVelocity[i - 1]!;
      this.#pastWithPosition[i] = withPosition + intervalS * withVelocity;
      this.#pastWithVelocity[i] = withVelocity;
    }
  }

  /** Takes in a measured value with noise of the given variance. */
  update(value: number, variance: number): void {
    const innovation = value - this.position;
    const innovationVariance = this.positionVariance + variance;
    const shareOfPosition = this.positionVariance / innovationVariance;
    const shareOfVelocity = this.covariance / innovationVariance;
    for (let i = 0; i < this.past.length; i++) {
      const share = this.#pastWithPosition[i]! / innovationVariance;
      this.past[i]! += share * innovation;
      this.#pastWithPosition[i]! -= share * this.positionVariance;
      this.#pastWithVelocity[i]! -= share * this.covariance;
    }
    this.position += shareOfPosition * innovation;
    this.velocity += shareOfVelocity * innovation;
    this.velocityVariance -= shareOfVelocity * this.covariance;
    this.covariance *= variance / innovationVariance;
    this.positionVariance *= variance / innovationVariance;
    this.innovation = innovation;
    this.innovationVariance = innovationVariance;
  }

  /**
   * Becomes the mean and covariance of a mixture: of `a` with the given weight, else of `b`. The
   * difference between the two means adds to the covariance.
   */
  mix(a: MotionState, b: MotionState, weight: number): void {
    const other = 1 - weight;
    const spread = weight * other;
    const between = (p: number, q: number) => weight * p + other * q;
    const apart = a.position - b.position;
    const velocityApart = a.velocity - b.velocity;
    this.position = between(a.position, b.position);
    this.velocity = between(a.velocity, b.velocity);
    this.positionVariance = between(a.positionVariance, b.positionVariance) + spread * apart ** 2;
    this.covariance = between(a.covariance, b.covariance) + spread * apart * velocityApart;
    this.velocityVariance = between(a.velocityVariance, b.velocityVariance) +
      spread * velocityApart ** 2;
    for (let i = 0; i < this.past.length; i++) {
      const pastApart = spread * (a.past[i]! - b.past[i]!);
      this.past[i] = between(a.past[i]!, b.past[i]!);
      this.#pastWithPosition[i] = between(a.#pastWithPosition[i]!, b.#pastWithPosition[i]!) +
        pastApart * apart;
      this.#pastWithVelocity[i] = between(a.#pastWithVelocity[i]!, b.#pastWithVelocity[i]!) +
        pastApart * velocityApart;
    }
  }
}
