import type { Health } from "./health.ts";

/** What is known of a feed, or a file, at a time. Durations are in milliseconds. */
export interface FeedFigures {
  /** What it is called. */
  readonly name: string;
  /** Whether it is a live feed. */
  readonly isFeed: boolean;
  /** The width of its last frame, in pixels; 0 before the first. */
  readonly width: number;
  /** The height of its last frame, in pixels; 0 before the first. */
  readonly height: number;
  /** How many frames came through. */
  readonly frames: number;
  /** How many there are, where a file tells. */
  readonly frameCount?: number;
  /** How many a second came through in the last ten seconds. */
  readonly fps: number;
  /** How old results were in the last ten seconds; absent for a file, and where there were none. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number };
  /** How many frames were received. */
  readonly received: number;
  /** How many were dropped, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** How often pictures came again after a loss. */
  readonly reconnections: number;
  /** How often an attempt failed or a connection was lost, by reason. */
  readonly losses: Readonly<Record<string, number>>;
  /** How many objects are on the last frame. */
  readonly objects: number;
  /** How many of them are followed. */
  readonly tracks: number;
  /** What the pipeline holds of it. */
  readonly queue: { readonly frames: number; readonly bytes: number };
  /** How it comes through; absent for a file, and until the first frame has had its time. */
  readonly health?: { readonly level: Health; readonly reason: string };
  /** What happened to it last, newest first, each with its time in milliseconds since 1970. */
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
  /** Whether no more comes of it. */
  readonly hasEnded: boolean;
}
