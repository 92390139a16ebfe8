import { checkFinite, checkNotNegative, checkPositive } from "./_checks.ts";
import type { StepOptions } from "./step_options.ts";

/** Options of {@linkcode OneEuroFilter}. */
export interface OneEuroOptions {
  /**
   * Which of the two published forms to follow.
   *
   * - `casiez`: the speed is taken from the last filtered value, and a value whose time is not after
   *   the last one is filtered as if the last interval had passed.
   * - `mediapipe`: the speed is taken from the last measured value, and a value whose time is not
   *   after the last one is returned as it is and forgotten.
   *
   * @default {"casiez"}
   */
  readonly variant?: "casiez" | "mediapipe";
  /**
   * The cut-off frequency at rest, in Hz, above 0: lower is steadier.
   *
   * @default {1}
   */
  readonly minCutoffHz?: number;
  /**
   * By how many Hz the cut-off frequency rises for each unit a second of speed, 0 or more: higher
   * lags less.
   *
   * @default {0}
   */
  readonly beta?: number;
  /**
   * The cut-off frequency of the speed, in Hz, above 0.
   *
   * @default {1}
   */
  readonly derivativeCutoffHz?: number;
  /**
   * The frame rate that is assumed until two different times are known, above 0.
   *
   * @default {30}
   */
  readonly fps?: number;
}

/**
 * The One Euro filter of one coordinate: a low pass whose cut-off frequency rises with the speed, so
 * that what rests is steady and what moves lags little.
 *
 * For each value `x` after `t` seconds: speed `v = (x - x') / (scale t)`, smoothed to `w` with
 * `a(derivativeCutoffHz)`; then the value is smoothed with `a(minCutoffHz + beta |w|)`, where
 * `a(f) = 1 / (1 + 1 / (2 π f t))` is the weight of what is new. The first value passes unchanged.
 * Casiez, Roussel and Vogel, 1 € Filter, CHI 2012; MediaPipe's form: mediapipe/util/filtering/
 * one_euro_filter.cc, whose value scale is 1 over the scale here. (MediaPipe holds a time of 0 for no
 * time and rounds to 32 bits; this does neither.)
 *
 * @example A step is followed slowly at rest
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const oneEuro = new OneEuroFilter({ minCutoffHz: 1 });
 * oneEuro.filter(0, 0);
 * const weight = 1 / (1 + 25 / (2 * Math.PI));
 * assertAlmostEquals(oneEuro.filter(1, 40_000), weight);
 * ```
 */
export class OneEuroFilter {
  readonly #options: Required<OneEuroOptions>;
  #intervalS: number;
  #lastUs: number = -Infinity;
  #raw: number = NaN;
  #filtered: number = NaN;
  #speed: number = 0;

  /**
   * Makes the filter.
   *
   * @param options Its options.
   * @throws {RangeError} If an option is out of range.
   * @throws {TypeError} If there is no such variant.
   */
  constructor(
    { variant = "casiez", minCutoffHz = 1, beta = 0, derivativeCutoffHz = 1, fps = 30 }:
      OneEuroOptions = {},
  ) {
    if (variant !== "casiez" && variant !== "mediapipe") {
      throw new TypeError(
        `Cannot filter as variant must be "casiez" or "mediapipe": current value is "${variant}"`,
      );
    }
    checkPositive("filter", "minCutoffHz", minCutoffHz);
    checkNotNegative("filter", "beta", beta);
    checkPositive("filter", "derivativeCutoffHz", derivativeCutoffHz);
    checkPositive("filter", "fps", fps);
    this.#options = { variant, minCutoffHz, beta, derivativeCutoffHz, fps };
    this.#intervalS = 1 / fps;
  }

  /**
   * Takes in the value of a frame.
   *
   * @param value The measured value.
   * @param timestampUs The time of the frame in microseconds.
   * @param options The size of what is measured, by which its speed is divided.
   * @returns The filtered value.
   * @throws {RangeError} If a number is not finite, or the scale not above 0.
   */
  filter(
    value: number,
    timestampUs: number,
    { scale = 1 }: Pick<StepOptions, "scale"> = {},
  ): number {
    checkFinite("filter", "a value", value);
    checkFinite("filter", "a timestamp", timestampUs);
    checkPositive("filter", "scale", scale);
    const { variant, minCutoffHz, beta, derivativeCutoffHz } = this.#options;
    const isFirst = this.#lastUs === -Infinity;
    if (timestampUs > this.#lastUs) {
      if (!isFirst) this.#intervalS = (timestampUs - this.#lastUs) * 1e-6;
      this.#lastUs = timestampUs;
    } else if (variant === "mediapipe") {
      return value;
    }
    if (isFirst) {
      this.#filtered = value;
    } else {
      const last = variant === "casiez" ? this.#filtered : this.#raw;
      const speed = (value - last) / (scale * this.#intervalS);
      this.#speed += this.#weightOf(derivativeCutoffHz) * (speed - this.#speed);
      const cutoffHz = minCutoffHz + beta * Math.abs(this.#speed);
      this.#filtered += this.#weightOf(cutoffHz) * (value - this.#filtered);
    }
    this.#raw = value;
    return this.#filtered;
  }

  /** Forgets all values. */
  reset(): void {
    this.#intervalS = 1 / this.#options.fps;
    this.#lastUs = -Infinity;
    this.#speed = 0;
  }

  /** The weight of a new value in a first-order low pass. */
  #weightOf(cutoffHz: number): number {
    return 1 / (1 + 1 / (2 * Math.PI * cutoffHz * this.#intervalS));
  }
}
