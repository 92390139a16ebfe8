/** The first wait, and the longest during the first minute, in milliseconds. */
const FIRST_MS = 250;
const LONGEST_AT_FIRST_MS = 1000;

/** How long an outage counts as young, and the longest wait after that, in milliseconds. */
const YOUNG_MS = 60_000;
const LONGEST_MS = 10_000;

/**
 * How long to wait before a feed is tried again: twice as long each time, from 0.25 s to 1 s during
 * the first minute of an outage and up to 10 s after that, each time by chance between half of that
 * (0.25 s at least) and all of it, so that many feeds of one server do not come back as one.
 */
export class BackOff {
  readonly #random: () => number;
  #startedAtMs: number | undefined;
  #longestMs = 0;

  /** @param random Gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The next wait, in milliseconds. */
  nextMs(nowMs: number): number {
    this.#startedAtMs ??= nowMs;
    const limitMs = nowMs - this.#startedAtMs < YOUNG_MS ? LONGEST_AT_FIRST_MS : LONGEST_MS;
    this.#longestMs = Math.min(Math.max(FIRST_MS, 2 * this.#longestMs), limitMs);
    const shortestMs = Math.max(FIRST_MS, this.#longestMs / 2);
    return shortestMs + this.#random() * (this.#longestMs - shortestMs);
  }

  /** Notes that the feed is back: the next outage starts afresh. */
  reset(): void {
    this.#startedAtMs = undefined;
    this.#longestMs = 0;
  }
}
