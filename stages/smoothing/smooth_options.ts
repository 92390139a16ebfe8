/** Boxes stay as they are. */
export interface NoMethod {
  /** The name of the method. */
  readonly method: "none";
}

/**
 * The One Euro filter: simple, quick, and late on what moves.
 *
 * Positions count in sizes of the object (the root of its area), so `beta` is in Hz for each size a
 * second.
 */
export interface OneEuroMethod {
  /** The name of the method. */
  readonly method: "one-euro";
  /**
   * Which of the two published forms to follow: `casiez` takes the speed from the last filtered value,
   * `mediapipe` from the last measured one.
   *
   * @default {"casiez"}
   */
  readonly variant?: "casiez" | "mediapipe";
  /**
   * The cut-off frequency at rest, in Hz, above 0.
   *
   * @default {2}
   */
  readonly minCutoffHz?: number;
  /**
   * By how many Hz the cut-off frequency rises for each size a second, 0 or more.
   *
   * @default {20}
   */
  readonly beta?: number;
  /**
   * The cut-off frequency of the speed, in Hz, above 0.
   *
   * @default {1}
   */
  readonly derivativeCutoffHz?: number;
}

/** How much a detector trembles, and how objects move. Only the ratio of the two matters in the end. */
export interface MotionModel {
  /**
   * The standard deviation of the detector's error, in sizes of the object, above 0.
   *
   * @default {0.002}
   */
  readonly measurementSd?: number;
  /**
   * The power spectral density of the acceleration, in sizes² a second³, 0 or more.
   *
   * @default {0.012}
   */
  readonly accelerationDensity?: number;
}

/**
 * A Kalman filter of nearly constant velocity, for live feeds: it waits for nothing and hardly lags.
 *
 * Two things are ours. The acceleration that it reckons with grows with the speed `v` of the object,
 * from `calmShare` of its density at rest to all of it on the move, as
 * `calmShare + (1 - calmShare) s⁴ / (1 + s⁴)`, `s = v / calmSpeed`, for all coordinates alike: what stands
 * still need not be followed quickly. And of each correction only `1 - damping` is shown: the shown
 * place `y` is the one that minimises `(y - x)² + damping / (1 - damping) (y - x')²`, between what is believed
 * (`x`) and what was expected (`x'`), while the filter itself goes on with `x`, so that an even motion
 * is still shown without lag.
 */
export interface KalmanMethod extends MotionModel {
  /** The name of the method. */
  readonly method: "kalman";
  /**
   * Which share of the acceleration's density is left at rest, from 0 to 1; at 1, the speed does not matter.
   *
   * @default {0.05}
   */
  readonly calmShare?: number;
  /**
   * At which speed half of the rest has come back, in sizes a second, above 0.
   *
   * @default {0.1}
   */
  readonly calmSpeed?: number;
  /**
   * Which share of each correction is not shown, from 0 to below 1.
   *
   * @default {0.27}
   */
  readonly damping?: number;
}

/**
 * A Kalman filter that looks some frames ahead, for files: far steadier, and as many frames later.
 *
 * Each frame waits in the stage until `lag` further ones are known.
 */
export interface FixedLagMethod extends MotionModel {
  /** The name of the method. */
  readonly method: "fixed-lag";
  /**
   * How many frames it looks ahead, a whole number.
   *
   * @default {3}
   */
  readonly lag?: number;
}

/** How boxes are smoothed in a stream, by name, with the parameters of the method. */
export type SmoothMethod = NoMethod | OneEuroMethod | KalmanMethod | FixedLagMethod;

/** Options of {@linkcode smooth}. */
export type SmoothOptions = SmoothMethod & {
  /**
   * How long an object may be unseen and still be smoothed on, in seconds, 0 or more.
   *
   * @default {0.5}
   */
  readonly maxGapS?: number;
};
