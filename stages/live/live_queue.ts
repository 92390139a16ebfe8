import type { FlowLimit } from "./flow_limit.ts";

/** Why a frame of a feed was dropped. */
export type DropCause = "superseded" | "late" | "stale" | "disordered" | "ended";

/** What waits in a queue. */
export interface Waiting extends Disposable {
  /** When it came, in milliseconds of the queue's clock. */
  readonly arrivedAtMs: number;
  /** How much memory it takes. */
  readonly byteLength: number;
  /** How much older than others it may be, in milliseconds: not at all where this is absent. */
  readonly graceMs?: number;
}

/** What a queue is made of. */
export interface LiveQueueOptions<T> {
  /** Whether only the newest is kept, or all, in order, while whoever puts more waits. */
  readonly policy: "newest" | "all";
  /** How old a frame may be when it goes out; only for `newest`. */
  readonly maxLatencyMs: number;
  /** How many may be out. */
  readonly flow: Pick<FlowLimit, "mayTake" | "take" | "drop" | "widen">;
  /** Told of each that is dropped. */
  readonly onDrop: (cause: DropCause, frame: T) => void;
  /** The clock. */
  readonly nowMs: () => number;
}

/** How many frames wait at most where all are kept. */
const MAX_WAITING = 4;

/** Where the frames of a feed wait for the pipeline. It takes back nothing: who takes one owns it. */
export class LiveQueue<T extends Waiting> implements Disposable {
  readonly #options: LiveQueueOptions<T>;
  #waiting: T[] = [];
  #asked: PromiseWithResolvers<T | undefined> | undefined;
  #looked: PromiseWithResolvers<boolean> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isEnded = false;
  /** Whether what waits is all that is to come. */
  #isLast = false;

  constructor(options: LiveQueueOptions<T>) {
    this.#options = options;
  }

  /** Puts a frame in; resolves when there is room for another. */
  async put(frame: T): Promise<void> {
    const { policy, flow } = this.#options;
    if (this.#isEnded || this.#isLast) return this.#drop(frame, "ended");
    if (policy === "newest") {
      for (const older of this.#waiting.splice(0)) {
        flow.drop(this.#asked !== undefined);
        this.#drop(older, "superseded");
      }
    }
    this.#waiting.push(frame);
    this.#look(true);
    this.#offer();
    if (policy === "all" && this.#waiting.length >= MAX_WAITING) {
      this.#room ??= Promise.withResolvers();
      await this.#room.promise;
    }
  }

  /** Waits until a frame waits, and leaves it there; `false` when there will be none any more. */
  hasNext(): Promise<boolean> {
    if (this.#isEnded || this.#waiting.length > 0) return Promise.resolve(!this.#isEnded);
    this.#looked ??= Promise.withResolvers();
    return this.#looked.promise;
  }

  /** Waits for a frame; nothing when there will be none any more. */
  take(): Promise<T | undefined> {
    if (this.#isEnded) return Promise.resolve(undefined);
    this.#asked = Promise.withResolvers();
    const { promise } = this.#asked;
    this.#offer();
    return promise;
  }

  /** Notes that a frame has come back, so that another may go out. */
  release(): void {
    this.#closedNoMore();
    this.#offer();
  }

  /** Lets a frame out, if one is asked for and may go. */
  #offer(): void {
    const { maxLatencyMs, nowMs, flow } = this.#options;
    if (!this.#asked) return;
    if (this.#waiting[0] && this.#isLate(this.#waiting[0])) {
      this.#drop(this.#waiting.shift()!, "late");
    }
    const [next] = this.#waiting;
    if (!next) return this.#isLast ? this[Symbol.dispose]() : undefined;
    if (!flow.mayTake(next.byteLength)) {
      this.#timer ??= setTimeout(() => {
        flow.widen(nowMs());
        this.release();
      }, maxLatencyMs);
      return;
    }
    this.#closedNoMore();
    this.#waiting.shift();
    flow.take(next.byteLength, nowMs());
    this.#asked.resolve(next);
    this.#asked = undefined;
    this.#makeRoom();
  }

  #isLate({ arrivedAtMs, graceMs = 0 }: T): boolean {
    const { policy, maxLatencyMs, nowMs } = this.#options;
    return policy === "newest" && nowMs() - arrivedAtMs > maxLatencyMs + graceMs;
  }

  /** Lets nothing in any more; what waits may be taken. */
  end(): void {
    if (this.#waiting.length === 0) return this[Symbol.dispose]();
    this.#isLast = true;
  }

  /** Drops what waits and lets nothing in or out any more. */
  [Symbol.dispose](): void {
    this.#isEnded = true;
    this.#closedNoMore();
    for (const frame of this.#waiting.splice(0)) this.#drop(frame, "ended");
    this.#asked?.resolve(undefined);
    this.#asked = undefined;
    this.#look(false);
    this.#makeRoom();
  }

  #look(isThere: boolean): void {
    this.#looked?.resolve(isThere);
    this.#looked = undefined;
  }

  #drop(frame: T, cause: DropCause): void {
    frame[Symbol.dispose]();
    this.#options.onDrop(cause, frame);
  }

  #closedNoMore(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
