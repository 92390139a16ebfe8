/** For how many times the bound all frames must have been late until one is shown all the same. */
const STREAK = 3;

/** A late frame that is so many times as old as another one lately has been held up. */
const HELD_UP = 4;

/**
 * Says which frames of a feed are too old to be shown.
 *
 * A pipeline that stumbles gives some late frames with newer ones right behind them: they are left
 * out. Where all are late, as the network takes longer for a frame than the bound is, the bound cannot
 * be held, and the newest result is better than none; but for what is much older even than that, as a
 * network gave no answer for a while, or what it waited for was out.
 */
export class AgeBound {
  readonly #maxLatencyMs: number;
  /** Since when all frames have been late, in milliseconds of the clock. */
  #lateSinceMs: number | undefined;
  /** How old the youngest of these was, and since when all have been held up, in milliseconds. */
  #youngestMs = Infinity;
  #heldUpSinceMs: number | undefined;

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
    const isLong = (sinceMs: number) => nowMs - sinceMs >= STREAK * this.#maxLatencyMs;
    if (ageMs <= this.#maxLatencyMs) {
      this.#lateSinceMs = this.#heldUpSinceMs = undefined;
      this.#youngestMs = Infinity;
      return true;
    }
    this.#lateSinceMs ??= nowMs;
    if (ageMs > HELD_UP * this.#youngestMs) {
      this.#heldUpSinceMs ??= nowMs;
      if (!isLong(this.#heldUpSinceMs)) return false;
      this.#youngestMs = ageMs; // It has become as slow as that.
    }
    this.#heldUpSinceMs = undefined;
    this.#youngestMs = Math.min(this.#youngestMs, ageMs);
    return isLong(this.#lateSinceMs);
  }
}
