/** How many inputs may go through a network at once: with more, all would wait for the last of them. */
const SIZES = [1, 2, 4, 8] as const;

/** A larger batch has to be this much faster for each input, as its first input waits for its last. */
const GAIN = 0.9;

/** How long the inputs of a batch may take one by one, in milliseconds: so long would the first wait. */
const MAX_BATCH_MS = 100;

/** How fast the mean of durations follows them. */
const SMOOTHING = 0.1;

/** After how many runs a size is tried that measured worse, as machines have other work too. */
const TRIAL_RUNS = 200;

/** What is known of one size of batches. */
interface Measured {
  /** How many runs there were. */
  runs: number;
  /** How long a run takes for each input, in milliseconds; the first runs of a size do not count. */
  inputMs?: number;
}

/**
 * Chooses how many of the inputs that wait go through a network at once: as many as take the least time
 * each, by what was measured. Whether batches pay depends on the network and on what runs it.
 */
export class BatchChoice {
  readonly #measured = new Map<number, Measured>();
  #runs = 0;
  #limit: number = SIZES[SIZES.length - 1]!;

  /**
   * How many go next.
   *
   * @param waiting How many wait that could go together, from 1.
   */
  sizeFor(waiting: number): number {
    const oneMs = this.#measured.get(1)?.inputMs ?? 0;
    const sizes = SIZES.filter((size) =>
      size === 1 || (size <= Math.min(waiting, this.#limit) && size * oneMs <= MAX_BATCH_MS)
    );
    const untried = sizes.find((size) => this.#measured.get(size)?.inputMs === undefined);
    if (untried !== undefined) return untried;
    if (++this.#runs % TRIAL_RUNS === 0) {
      return sizes[this.#runs / TRIAL_RUNS % sizes.length]!;
    }
    return sizes.reduce((best, size) =>
      this.#inputMs(size) < GAIN * this.#inputMs(best) ? size : best
    );
  }

  /** Notes how long a run took, in milliseconds. */
  record(size: number, durationMs: number): void {
    const measured = this.#measured.get(size) ?? { runs: 0 };
    this.#measured.set(size, measured);
    if (measured.runs++ === 0) return; // The runtime makes itself ready for each size.
    const inputMs = durationMs / size;
    const before = measured.inputMs ?? inputMs;
    measured.inputMs = before + SMOOTHING * (inputMs - before);
  }

  /** Has all inputs go alone from now on, as the network turns out to take no batches. */
  forbid(): void {
    this.#limit = 1;
  }

  #inputMs(size: number): number {
    return this.#measured.get(size)?.inputMs ?? Infinity;
  }
}
