import { type Distribution, Meter } from "../../pipeline/meter.ts";
import type { DropCause } from "./live_queue.ts";
import type { LossReason } from "./losses.ts";

/**
 * What became of the frames of a feed so far. They add up: `received` is `delivered`, all that was
 * dropped, and the one frame (or few) that waits.
 */
export interface FeedStatistics {
  /** How many decoded frames came. */
  readonly received: number;
  /** How many were passed on. */
  readonly delivered: number;
  /** How many were dropped, by cause. */
  readonly dropped: Readonly<Record<DropCause, number>>;
  /** How many wait. */
  readonly waiting: number;
  /** How often pictures began to come: 1 without an interruption. */
  readonly connections: number;
  /** How often an attempt failed or a connection was lost, by reason. */
  readonly losses: Readonly<Partial<Record<LossReason, number>>>;
  /** From a frame's arrival until the pipeline was done with it, in milliseconds. */
  readonly ages: Distribution;
}

/** Counts what becomes of the frames of a feed. */
export class FeedTally {
  #received = 0;
  #delivered = 0;
  #connections = 0;
  readonly #dropped: Record<DropCause, number> = {
    superseded: 0,
    late: 0,
    stale: 0,
    disordered: 0,
    ended: 0,
  };
  readonly #losses: Partial<Record<LossReason, number>> = {};
  readonly #ages = new Meter();

  receive(): void {
    this.#received++;
  }

  deliver(): void {
    this.#delivered++;
  }

  drop(cause: DropCause): void {
    this.#dropped[cause]++;
  }

  connect(): void {
    this.#connections++;
  }

  lose(reason: LossReason): void {
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
  }

  giveBack(ageMs: number): void {
    this.#ages.record(ageMs);
  }

  /** What was counted so far. */
  statistics(): FeedStatistics {
    const droppedInAll = Object.values(this.#dropped).reduce((sum, count) => sum + count, 0);
    return {
      received: this.#received,
      delivered: this.#delivered,
      dropped: { ...this.#dropped },
      waiting: this.#received - this.#delivered - droppedInAll,
      connections: this.#connections,
      losses: { ...this.#losses },
      ages: this.#ages.distribution(),
    };
  }
}
