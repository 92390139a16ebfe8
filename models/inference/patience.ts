/** How long a worker may be silent in any case, in milliseconds. */
const LEAST_MS = 30_000;

/** How many times as long a worker may open the network, and take for its first run. */
const FIRST_FACTOR = 10;

/** How many times as long as ever before a worker may be silent. */
const FACTOR = 20;

/** In how many steps the least silence is counted. */
const STEPS = 30;

/**
 * Knows for how long to wait for a worker that is asked for something and says nothing.
 *
 * Silence is counted in steps, not taken from a clock, so that a machine that slept blames nobody.
 */
export class Patience {
  readonly #leastMs: number;
  #longestMs = 0;
  #hasAnswered = false;

  /**
   * Begins without any experience.
   *
   * @param leastMs How long a worker may be silent in any case, in milliseconds.
   */
  constructor(leastMs: number = LEAST_MS) {
    this.#leastMs = leastMs;
  }

  /** How long a step of counting lasts, in milliseconds. */
  get stepMs(): number {
    return this.#leastMs / STEPS;
  }

  /** How long silence may last now, in milliseconds. */
  get limitMs(): number {
    const leastMs = this.#hasAnswered ? this.#leastMs : FIRST_FACTOR * this.#leastMs;
    return Math.max(leastMs, FACTOR * this.#longestMs);
  }

  /**
   * Notes that a silence has ended.
   *
   * @param silentMs How long it lasted, in milliseconds.
   * @param isAnswer Whether what ended it was the answer to a run.
   */
  record(silentMs: number, isAnswer: boolean): void {
    this.#longestMs = Math.max(this.#longestMs, silentMs);
    this.#hasAnswered ||= isAnswer;
  }
}
