/** One picture and how it came. */
export interface Step {
  /** How much later than the one before it it is shown, by the sender's clock, in milliseconds. */
  readonly shownMs: number;
  /** How much later it came, in milliseconds. */
  readonly cameMs: number;
  /** For how much of that nothing had come, in milliseconds. */
  readonly awaitedMs: number;
  /** For how much of that it was decoded, in milliseconds. */
  readonly decodedMs: number;
  /** How large it was on its way, or one of those beside it, in bytes; 0 if that is not known. */
  readonly encodedBytes: number;
}

/** How long the recent past is, in milliseconds. */
const RECENT_MS = 3000;

/** How many steps it takes to say something of a sender, and how many are remembered at most. */
const MIN_STEPS = 5;
const MAX_STEPS = 128;

/** How long a connection is watched before anything is said of its sender, in milliseconds. */
const MIN_MS = 1000;

/** How long it is waited for pictures that tell of the network, in milliseconds; if they are few, longer. */
const DOUBT_MS = 6000;
const MAX_DOUBT_MS = 15_000;

/** A step that takes so many times as long as the others is no pace but a delay. */
const DELAY = 3;

/** How many pictures of known size tell of the network, and how much their sizes have to vary. */
const MIN_SIZES = 10;
const MIN_VARIATION = 0.2;

/**
 * How much longer a picture of twice the bytes takes, as a share of how long others take: a network
 * that holds all up takes twice as long, and one with room no longer.
 */
const ROOM = 0.3;
const NO_ROOM = 0.6;

/** The least share of the time that is spent waiting for a sender that is slow. */
const MIN_AWAITED = 0.6;

/** How many times as long as decoding that is at least; converting pictures is not known of. */
const MIN_IDLENESS = 2;

/** By how much a slow sender may become slower, as a multiple of how slow it was from the start. */
const VARIATION = 1.5;

/**
 * Tells a sender that is slower than its own time stamps from a backlog.
 *
 * Both come later and later. But a sender that makes 20 pictures a second and counts 25 does so from the
 * start of a connection, one picture like the other, and whoever receives them waits for each. A backlog
 * begins with a delay, or where all went well before; where it is ours, as decoding takes too long or
 * decoded pictures are not fetched, nobody waits for the sender; and where the network is too slow for
 * what is sent, a picture of twice the bytes takes twice as long. So a sender counts as slow only once
 * large pictures, such as key frames, have come as soon as small ones.
 */
export class Pace {
  #recent: Step[] = [];
  #shownMs = 0;
  #cameMs = 0;
  /** How much of what was shown it has not been said of whether its sender was slow. */
  #unsaidMs = 0;
  /** What delays took, and was not made up for. */
  #owedMs = 0;
  #isDecided = false;
  /** Whether the network has room: not known before pictures of several sizes came. */
  #hasRoom: boolean | undefined;
  /** By which share of its time stamps' intervals the sender takes longer, if it is the sender. */
  #suspicion = 0;

  /** Whether it may turn out that the sender is slow. */
  get isDoubtful(): boolean {
    if (!this.#isDecided) return true;
    const limitMs = this.#recent.length < MIN_SIZES ? MAX_DOUBT_MS : DOUBT_MS;
    return this.#hasRoom === undefined && this.#cameMs < limitMs && this.#suspicion > 0;
  }

  /** By which share of its time stamps' intervals a sender takes longer, from 0; 0 if it is no slow one. */
  get slowness(): number {
    return this.#isDecided && this.#hasRoom ? this.#suspicion : 0;
  }

  /**
   * Takes a step in.
   *
   * @returns By how much later the picture comes as its sender is slow, in milliseconds: than the one
   * before, or the first time that it can be said, than the first one of all.
   */
  note(step: Step): number {
    const { shownMs, cameMs } = step;
    if (this.#owedMs > 0 && cameMs < shownMs / 2) {
      this.#owedMs -= shownMs - cameMs;
      return this.slowness * shownMs;
    }
    this.#remember(step);
    this.#weigh();
    this.#unsaidMs += shownMs;
    const pace = middleOf(this.#recent, paceOf);
    if (isDelay(step, pace)) {
      this.#owedMs += cameMs - shownMs;
    } else {
      this.#shownMs += shownMs;
      this.#cameMs += cameMs;
    }
    this.#suspicion = this.#suspect(pace);
    this.#isDecided ||= this.#recent.length >= MIN_STEPS && this.#cameMs >= MIN_MS;
    const slowMs = this.slowness * this.#unsaidMs;
    if (!this.isDoubtful) this.#unsaidMs = 0;
    return slowMs;
  }

  #remember(step: Step): void {
    this.#recent.push(step);
    const { length, 0: oldest } = this.#recent;
    const youngerMs = this.#recent.reduce((sum, { cameMs }) => sum + cameMs, -oldest!.cameMs);
    const isLong = length > MIN_SIZES && youngerMs > RECENT_MS;
    if (isLong || length > MAX_STEPS) this.#recent.shift();
  }

  /** Looks whether large pictures take longer; what is told of a size may be a picture early or late. */
  #weigh(): void {
    const shares = [-1, 0, 1].map((shift) => shareOfSize(this.#recent, shift));
    if (shares.some((share) => share === undefined)) return;
    const share = Math.max(...shares as number[]);
    if (share < ROOM) this.#hasRoom = true;
    else if (share > NO_ROOM) this.#hasRoom = false;
  }

  /** Looks whether it is the sender that takes longer, at a pace that is the middle of all. */
  #suspect(pace: number): number {
    let [cameMs, awaitedMs, decodedMs] = [0, 0, 0];
    let [pacedCameMs, pacedShownMs] = [0, 0];
    for (const step of this.#recent) {
      cameMs += step.cameMs;
      awaitedMs += step.awaitedMs;
      decodedMs += step.decodedMs;
      if (isDelay(step, pace)) continue;
      pacedCameMs += step.cameMs;
      pacedShownMs += step.shownMs;
    }
    if (awaitedMs < MIN_AWAITED * cameMs || awaitedMs < MIN_IDLENESS * decodedMs) return 0;
    const recently = slownessOf(pacedCameMs, pacedShownMs);
    const fromTheStart = slownessOf(this.#cameMs, this.#shownMs);
    return Math.max(0, Math.min(recently, VARIATION * fromTheStart));
  }
}

/** How many times as long as it is shown a picture took to come. */
function paceOf({ cameMs, shownMs }: Step): number {
  return cameMs / shownMs;
}

/** Whether a step took much longer than those about it. */
function isDelay(step: Step, pace: number): boolean {
  return paceOf(step) > DELAY * Math.max(1, pace);
}

function middleOf(steps: readonly Step[], quantityOf: (step: Step) => number): number {
  return new Float64Array(steps.map(quantityOf)).sort()[steps.length >> 1]!;
}

/**
 * The slope of time over size by least squares, in means of both: 1 if a picture of twice the size takes
 * twice as long; nothing if too few sizes are known, or they are too much alike. It runs for each
 * picture of each feed, so nothing is put into memory.
 */
function shareOfSize(steps: readonly Step[], shift: number): number | undefined {
  const from = Math.max(0, -shift);
  const to = Math.min(steps.length, steps.length - shift);
  let [count, bytes, ms] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    if (steps[i]!.encodedBytes === 0) continue;
    count++;
    bytes += steps[i]!.encodedBytes;
    ms += steps[i + shift]!.cameMs;
  }
  if (count < MIN_SIZES - 1) return undefined;
  let [variance, covariance] = [0, 0];
  for (let i = from; i < to; i++) {
    if (steps[i]!.encodedBytes === 0) continue;
    const size = steps[i]!.encodedBytes * count / bytes - 1;
    variance += size * size;
    covariance += size * (steps[i + shift]!.cameMs * count / ms - 1);
  }
  return variance < count * MIN_VARIATION ** 2 ? undefined : covariance / variance;
}

function slownessOf(cameMs: number, shownMs: number): number {
  return shownMs > 0 ? cameMs / shownMs - 1 : 0;
}
