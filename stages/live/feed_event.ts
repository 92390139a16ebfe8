import type { LossReason } from "./losses.ts";

/** What happens to a feed. */
export type FeedEvent =
  | {
    /** Pictures come. */
    readonly kind: "connected";
    /** The feed's name, without credentials. */
    readonly name: string;
    /** The number of the connection, from 0. */
    readonly connection: number;
    /** The codec, as ffmpeg names it. */
    readonly codec: string;
    /** The width as displayed. */
    readonly width: number;
    /** The height as displayed. */
    readonly height: number;
    /** How long there had been none, in milliseconds: since the last one, or since the start. */
    readonly outageMs: number;
  }
  | {
    /** None come (any more); it is tried again. Told once for each reason in an outage. */
    readonly kind: "lost";
    /** The feed's name, without credentials. */
    readonly name: string;
    /** Why. */
    readonly reason: LossReason;
    /** The same in a line for a user. */
    readonly message: string;
  };
