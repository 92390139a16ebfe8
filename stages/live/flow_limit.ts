/** What a flow is held to. */
export interface FlowBounds {
  /** How many frames may be out at a time, if the pipeline makes do with them. */
  readonly maxFrames: number;
  /** How many bytes may be out at a time, if the pipeline makes do with them. */
  readonly maxBytes: number;
  /** How old a frame should be at most when it comes back. */
  readonly maxLatencyMs: number;
}

/** The share of the latency that frames may spend behind one another; the rest is for surprises. */
const SHARE = 0.6;

/** After how many frames it is tried whether the pipeline makes do with less than it seemed to need. */
const FIRST_TRIAL_FRAMES = 8;

/** The same where it did not the last time. */
const TRIAL_FRAMES = 300;

/** For how many of the pipeline's own intervals none comes back until it is thought to wait for more. */
const WAIT_INTERVALS = 2;

/** How fast the mean of intervals follows them. */
const SMOOTHING = 0.2;

/**
 * Says how many frames a pipeline may hold at a time.
 *
 * When a pipeline is slower than its feed, each frame waits in it for all that are before it: the
 * number of frames in it is its throughput times their age (Little's law). So while frames come back
 * too old, as many are let in as the throughput allows. That is so only while the feed is the faster
 * of the two: a pipeline that keeps pace and looks ahead needs its frames. After MediaPipe's
 * FlowLimiterCalculator, whose number is fixed.
 */
export class FlowLimit {
  readonly #bounds: FlowBounds;
  #limit: number;
  /** How many frames the pipeline needs to give any back, as far as it has turned out. */
  #least = 1;
  /** How many frames are to come back until it is tried whether it needs fewer. */
  #untilTrial = 0;
  #isOnTrial = false;
  /** Whether none has come back since one more was let out. */
  #isWidening = false;
  #out = 0;
  #bytesOut = 0;
  #isLimiting = false;
  #isBusy = false;
  /** How many frames came back since one was dropped. */
  #calm = 0;
  #intervalMs = 0;
  /** When the last one came back, or went out where none was. */
  #lastAtMs: number | undefined;

  constructor(bounds: FlowBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.maxFrames;
  }

  /** Whether a frame of this size may go out. */
  mayTake(byteLength: number): boolean {
    return this.#out < this.#least ||
      (this.#out < this.#limit && this.#bytesOut + byteLength <= this.#bounds.maxBytes);
  }

  /** Notes that a frame goes out. */
  take(byteLength: number, nowMs: number): void {
    if (this.#out === 0) this.#lastAtMs = nowMs; // An empty pipeline is not slow.
    this.#out++;
    this.#bytesOut += byteLength;
  }

  /** Notes that a frame was dropped for a newer one, though the pipeline had asked or as it had not. */
  drop(hadAsked: boolean): void {
    this.#calm = 0;
    if (!hadAsked) this.#isBusy = true;
  }

  /** Notes that a frame has come back, at an age. */
  giveBack(byteLength: number, ageMs: number, nowMs: number): void {
    const { maxLatencyMs, maxFrames } = this.#bounds;
    this.#out--;
    this.#bytesOut -= byteLength;
    this.#measure(nowMs);
    this.#try();
    if (++this.#calm > 4 * this.#limit) this.#isLimiting = this.#isBusy = false;
    if (this.#isBusy && ageMs > 0.8 * maxLatencyMs) this.#isLimiting = true;
    const bearable = Math.floor(SHARE * maxLatencyMs / this.#intervalMs);
    const wanted = this.#isLimiting ? Math.min(maxFrames, bearable) : maxFrames;
    this.#limit = Math.max(this.#least, wanted);
  }

  /**
   * Lets one more out, as none comes back: a stage may wait for the next before it gives one back, and
   * would do so for ever if the bounds did not give way. Not so soon that a slow one may just be at work;
   * one that just stumbled shows that it needs no more as soon as it goes on.
   */
  widen(nowMs: number): void {
    if (nowMs - (this.#lastAtMs ?? 0) < WAIT_INTERVALS * this.#intervalMs) return;
    if (!this.#isWidening) this.#untilTrial = this.#isOnTrial ? TRIAL_FRAMES : FIRST_TRIAL_FRAMES;
    this.#isWidening = true;
    this.#least = this.#out + 1;
    this.#limit = Math.max(this.#limit, this.#least);
  }

  /** Tries whether one frame less is enough, with each that comes back, until none does. */
  #try(): void {
    this.#isWidening = false;
    this.#isOnTrial = this.#untilTrial === 0 && this.#least > 1;
    if (this.#isOnTrial) this.#least--;
    else if (this.#untilTrial > 0) this.#untilTrial--;
  }

  #measure(nowMs: number): void {
    const intervalMs = nowMs - (this.#lastAtMs ?? nowMs);
    this.#lastAtMs = nowMs;
    this.#intervalMs += (intervalMs - this.#intervalMs) * (this.#intervalMs ? SMOOTHING : 1);
  }
}
