import { type Distribution, Meter } from "../../pipeline/meter.ts";
import type { SendingLoss } from "./sending_losses.ts";

/** Why a frame was not sent: a newer one came first, it was too old, there was no connection, or all ended. */
export type UnsentCause = "superseded" | "late" | "unconnected" | "ended";

/**
 * What became of the frames that were to be sent. They add up: `received` is `sent` and all that was
 * dropped, but for the one that waits or is on its way.
 */
export interface BroadcastStatistics {
  /** How many frames came. */
  readonly received: number;
  /** How many were handed to the encoder; of a playlist, how many are on disk. */
  readonly sent: number;
  /** How many were dropped, by cause. */
  readonly dropped: Readonly<Record<UnsentCause, number>>;
  /** How many pictures that say that there is no signal were sent between. */
  readonly cards: number;
  /** How often a connection was made: 1 without an interruption. */
  readonly connections: number;
  /** How often an attempt failed or a connection was lost, by reason. */
  readonly losses: Readonly<Partial<Record<SendingLoss, number>>>;
  /** From a frame's arrival in the program until the encoder had it, in milliseconds. */
  readonly ages: Distribution;
  /**
   * From a frame's arrival in the program until it was encoded and the operating system had all of it
   * (or ffmpeg's own thread that sends), in milliseconds. None of a playlist.
   */
  readonly departures: Distribution;
}

/** Counts what becomes of frames that are to be sent. */
export class OutletTally {
  received = 0;
  sent = 0;
  cards = 0;
  connections = 0;
  readonly ages: Meter = new Meter();
  readonly departures: Meter = new Meter();
  readonly #dropped = { superseded: 0, late: 0, unconnected: 0, ended: 0 };
  readonly #losses: Partial<Record<SendingLoss, number>> = {};

  drop(cause: UnsentCause): void {
    this.#dropped[cause]++;
  }

  lose(reason: SendingLoss): void {
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
  }

  /** What was counted so far. */
  statistics(): BroadcastStatistics {
    const { received, sent, cards, connections } = this;
    return {
      ...{ received, sent, cards, connections },
      dropped: { ...this.#dropped },
      losses: { ...this.#losses },
      ages: this.ages.distribution(),
      departures: this.departures.distribution(),
    };
  }
}
