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
    if (isDelay(step, middleOf(this.#recent, paceOf))) {
      this.#owedMs += cameMs - shownMs;
    } else {
      this.#shownMs += shownMs;
      this.#cameMs += cameMs;
    }
    this.#isDecided ||= this.#recent.length >= MIN_STEPS && this.#cameMs >= MIN_MS;
    const slowMs = this.slowness * this.#unsaidMs;
    if (!this.isDoubtful) this.#unsaidMs = 0;
    return slowMs;
  }

  #remember(step: Step): void {
    this.#recent.push(step);
    const { length } = this.#recent;
    const isLong = length > MIN_SIZES && sumOf(this.#recent.slice(1), cameMsOf) > RECENT_MS;
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

  /** By which share of its time stamps' intervals the sender takes longer, if it is the sender. */
  get #suspicion(): number {
    const cameMs = sumOf(this.#recent, cameMsOf);
    const awaitedMs = sumOf(this.#recent, (step) => step.awaitedMs);
    const decodedMs = sumOf(this.#recent, (step) => step.decodedMs);
    if (awaitedMs < MIN_AWAITED * cameMs || awaitedMs < MIN_IDLENESS * decodedMs) return 0;
    const pace = middleOf(this.#recent, paceOf);
    const paced = this.#recent.filter((step) => !isDelay(step, pace));
    const shownMs = sumOf(paced, (step) => step.shownMs);
    const recently = slownessOf(sumOf(paced, cameMsOf), shownMs);
    const fromTheStart = slownessOf(this.#cameMs, this.#shownMs);
    return Math.max(0, Math.min(recently, VARIATION * fromTheStart));
  }
}

function cameMsOf({ cameMs }: Step): number {
  return cameMs;
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
  return steps.map(quantityOf).sort((a, b) => a - b)[steps.length >> 1]!;
}

/**
 * The slope of time over size by least squares, in means of both: 1 if a picture of twice the size takes
 * twice as long; nothing if too few sizes are known, or they are too much alike.
 */
function shareOfSize(steps: readonly Step[], shift: number): number | undefined {
  const pairs = steps.flatMap(({ encodedBytes }, i) => {
    const { cameMs } = steps[i + shift] ?? {};
    return encodedBytes > 0 && cameMs !== undefined ? [{ encodedBytes, cameMs }] : [];
  });
  if (pairs.length < MIN_SIZES - 1) return undefined;
  const meanBytes = sumOf(pairs, (pair) => pair.encodedBytes) / pairs.length;
  const meanMs = sumOf(pairs, (pair) => pair.cameMs) / pairs.length;
  const variance = sumOf(pairs, (pair) => (pair.encodedBytes / meanBytes - 1) ** 2);
  if (variance < pairs.length * MIN_VARIATION ** 2) return undefined;
  const covariance = sumOf(
    pairs,
    (pair) => (pair.encodedBytes / meanBytes - 1) * (pair.cameMs / meanMs - 1),
  );
  return covariance / variance;
}

function slownessOf(cameMs: number, shownMs: number): number {
  return shownMs > 0 ? cameMs / shownMs - 1 : 0;
}

function sumOf<T>(items: readonly T[], quantityOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + quantityOf(item), 0);
}
