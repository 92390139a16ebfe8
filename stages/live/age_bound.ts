/** For how many times the bound all frames must have been late until one is shown all the same. */
const STREAK = 3;

/**
 * Says which frames of a feed are too old to be shown.
 *
 * A pipeline that stumbles gives some late frames with newer ones right behind them: they are left
 * out. Where all are late, as the network takes longer for a frame than the bound is, the bound cannot
 * be held, and the newest result is better than none.
 */
export class AgeBound {
  readonly #maxLatencyMs: number;
  /** Since when all frames have been late, in milliseconds of the clock. */
  #lateSinceMs: number | undefined;

  /**
   * Makes it.
   *
   * @param maxLatencyMs How old a frame may be, in milliseconds.
   * @param lateSinceMs Since when all frames have been late: by itself they have not.
   */
  constructor(maxLatencyMs: number, lateSinceMs?: number) {
    this.#maxLatencyMs = maxLatencyMs;
    this.#lateSinceMs = lateSinceMs;
  }

  /**
   * Whether a frame is to be shown.
   *
   * @param ageMs How old it is, in milliseconds.
   * @param nowMs The time, in milliseconds of any clock that only rises.
   */
  admits(ageMs: number, nowMs: number): boolean {
    if (ageMs <= this.#maxLatencyMs) {
      this.#lateSinceMs = undefined;
      return true;
    }
    this.#lateSinceMs ??= nowMs;
    return nowMs - this.#lateSinceMs >= STREAK * this.#maxLatencyMs;
  }
}
