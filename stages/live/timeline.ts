import { Pace, type Step } from "./pace.ts";

/** The clock of live frames, in ticks a second: that of RTP's video and of MPEG-TS. */
export const LIVE_CLOCK_HZ = 90_000;

/** By how much the sender's clock may go off ours, as a share: more than any quartz does. */
const MAX_DRIFT = 1e-3;

/** By how much a step of the sender's clock may differ from that of arrivals; more is a jump. */
const MAX_JUMP_MS = 10_000;

/** Where a picture lies in time. */
export interface Placed {
  /** The presentation time, in ticks of {@linkcode LIVE_CLOCK_HZ} from the first picture of all. */
  readonly pts: number;
  /** By how much it came later than it would have over an idle network, in milliseconds. */
  readonly delayMs: number;
  /** Whether it may turn out that its sender is slow, and nothing of that a delay. */
  readonly isDoubtful: boolean;
}

/** What is known of the way of a picture whose sender is not known to have been waited for. */
const UNKNOWN = { awaitedMs: 0, decodedMs: 0, encodedBytes: 0 };

/**
 * The times of a feed over all its connections. Within one they are the sender's own; the first
 * picture of the next lies as far behind as it came later, by our clock, so that times always rise.
 *
 * How late a picture is cannot be told from one: clocks differ. But the one that took the shortest
 * way tells what the others could have taken, so a picture's delay is that beyond the shortest, which
 * is forgotten slowly, as clocks drift; and as fast as a sender is slower than its own times.
 */
export class Timeline {
  #originMs: number | undefined;
  #lastPts = -1;
  /** What is added to the sender's ticks. */
  #offset: number | undefined;
  /** Arrival less presentation by the sender's clock, in milliseconds: the least of late. */
  #shortestMs = Infinity;
  #lastArrivedAtMs = 0;
  #pace = new Pace();

  /** Begins a connection. */
  reconnect(): void {
    this.#offset = undefined;
    this.#shortestMs = Infinity;
    this.#pace = new Pace();
  }

  /**
   * Places what came between pictures, such as sound.
   *
   * @param ticks Its time by the sender's clock, in ticks of {@linkcode LIVE_CLOCK_HZ}.
   * @returns Its presentation time; nothing before the connection's first picture.
   */
  timeOf(ticks: number): number | undefined {
    return this.#offset === undefined ? undefined : ticks + this.#offset;
  }

  /**
   * Places a picture.
   *
   * @param ticks Its time by the sender's clock, in ticks of {@linkcode LIVE_CLOCK_HZ}.
   * @param arrivedAtMs When it came, by our clock.
   * @param effort What was done for it since the last one.
   * @returns Its place; `"disordered"` if it is not later than the last one; `"jumped"` if the
   * sender's clock is not what it was.
   */
  place(
    ticks: number,
    arrivedAtMs: number,
    effort: Pick<Step, "awaitedMs" | "decodedMs" | "encodedBytes"> = UNKNOWN,
  ): Placed | "disordered" | "jumped" {
    this.#originMs ??= arrivedAtMs;
    const isFirst = this.#offset === undefined;
    this.#offset ??= Math.max(ticksFrom(arrivedAtMs - this.#originMs), this.#lastPts + 1) - ticks;
    const pts = ticks + this.#offset;
    const stepMs = msFrom(pts - this.#lastPts);
    const waitedMs = isFirst ? 0 : arrivedAtMs - this.#lastArrivedAtMs;
    if (!isFirst && (stepMs < -MAX_JUMP_MS || stepMs > waitedMs + MAX_JUMP_MS)) return "jumped";
    const wayMs = arrivedAtMs - msFrom(pts);
    this.#lastArrivedAtMs = arrivedAtMs;
    if (!isFirst && stepMs > 0) {
      const isShorter = wayMs < this.#shortestMs - stepMs / 2;
      if (isShorter && this.#pace.isDoubtful) this.#pace = new Pace(); // A backlog came first.
      else this.#shortestMs += this.#pace.note({ ...effort, shownMs: stepMs, cameMs: waitedMs });
    }
    this.#shortestMs = Math.min(this.#shortestMs + waitedMs * MAX_DRIFT, wayMs);
    if (pts <= this.#lastPts) return "disordered";
    this.#lastPts = pts;
    return { pts, delayMs: wayMs - this.#shortestMs, isDoubtful: this.#pace.isDoubtful };
  }
}

function ticksFrom(durationMs: number): number {
  return Math.round(durationMs / 1000 * LIVE_CLOCK_HZ);
}

function msFrom(ticks: number): number {
  return ticks / LIVE_CLOCK_HZ * 1000;
}
