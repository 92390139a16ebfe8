/** What a flow is held to. */
export interface FlowBounds {
  /** How many frames may be out at a time. */
  readonly maxFrames: number;
  /** How many bytes may be out at a time; one frame may be, whatever its size. */
  readonly maxBytes: number;
  /** How old a frame should be at most when it comes back. */
  readonly maxLatencyMs: number;
}

/**
 * Says how many frames a pipeline may hold at a time.
 *
 * When a pipeline is slower than its feed, each frame waits in it for all that are before it: by
 * Little's law the age of results is the number of frames in it over its throughput. So the number
 * is lowered while frames come back too old, but only if the pipeline is what holds them up: one
 * that looks ahead needs its frames. After MediaPipe's FlowLimiterCalculator, which has a fixed
 * number.
 */
export class FlowLimit {
  readonly #bounds: FlowBounds;
  #limit: number;
  #out = 0;
  #bytesOut = 0;
  /** How many of those that are out were let out before the limit was lowered. */
  #outdated = 0;
  #isBusy = false;

  constructor(bounds: FlowBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.maxFrames;
  }

  /** Whether a frame of this size may go out. */
  mayTake(byteLength: number): boolean {
    return this.#out === 0 ||
      (this.#out < this.#limit && this.#bytesOut + byteLength <= this.#bounds.maxBytes);
  }

  /** Notes that a frame goes out. */
  take(byteLength: number): void {
    this.#out++;
    this.#bytesOut += byteLength;
  }

  /** Notes that a frame had to be dropped while the pipeline was too busy to ask for it. */
  noteBusy(): void {
    this.#isBusy = true;
  }

  /** Notes that a frame has come back, at an age. */
  giveBack(byteLength: number, ageMs: number): void {
    const out = this.#out--;
    this.#bytesOut -= byteLength;
    if (this.#outdated > 0) {
      this.#outdated--;
      return;
    }
    const { maxLatencyMs, maxFrames } = this.#bounds;
    if (ageMs > 0.8 * maxLatencyMs && this.#isBusy) {
      this.#limit = Math.max(1, Math.min(this.#limit, out) - 1);
      this.#outdated = this.#out;
      this.#isBusy = false;
    } else if (ageMs < 0.4 * maxLatencyMs && out >= this.#limit) {
      this.#limit = Math.min(maxFrames, this.#limit + 1);
    }
  }

  /** Lets one more out, as none comes back: a stage may wait for the next before it gives one back. */
  widen(): void {
    this.#limit = Math.min(this.#bounds.maxFrames, Math.max(this.#limit, this.#out) + 1);
    this.#outdated = 0;
  }
}
