import type { Detected } from "../../pipeline/items.ts";
import { type Distribution, Meter } from "../../pipeline/meter.ts";
import { planesByteLength } from "../../pipeline/planes.ts";
import { type MeteredStage, stage } from "../../pipeline/stage.ts";
import { isTrack } from "../../pipeline/track.ts";
import type { FeedEvent } from "../live/feed_event.ts";
import type { FeedStatistics } from "../live/feed_tally.ts";
import type { FeedFigures } from "./feed_figures.ts";
import { healthOf, SILENCE_MS } from "./health.ts";

/** What is watched. */
export interface FeedWatchOptions {
  /** What it is called, without credentials. */
  readonly name: string;
  /** Whether it is a live feed: a file has no health. */
  readonly isFeed: boolean;
  /**
   * How old results of a feed may be, in milliseconds.
   *
   * @default {500}
   */
  readonly maxLatencyMs?: number;
  /** The clock, in milliseconds: `performance.now()` by itself. */
  readonly nowMs?: () => number;
}

/** What a feed counts itself. */
export type FeedCounts = Pick<
  FeedStatistics,
  "received" | "delivered" | "dropped" | "waiting" | "connections" | "losses" | "ages"
>;

/** What was counted up to a time. */
interface Snapshot {
  readonly atMs: number;
  readonly frames: number;
  readonly received: number;
  readonly outages: number;
  readonly silentMs: number;
}

/** A frame that came through lately. */
interface Arrival {
  readonly atMs: number;
  readonly ageMs: number | undefined;
}

const LATELY_MS = 10_000;
const MINUTE_MS = 60_000;
const MAX_ARRIVALS = 1000;
const MAX_EVENTS = 20;

/** A time of the list `sorted` that a share of it does not exceed. */
function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Watches one feed, or file, on its way through a pipeline: for a page, for metrics, for a summary. */
export class FeedWatch {
  /** What it is called. */
  readonly name: string;
  /** Whether it is a live feed. */
  readonly isFeed: boolean;
  /** From a frame's arrival to its result, over the whole run, in milliseconds; only of a feed. */
  readonly resultAges: Meter = new Meter();
  /** The stages that it goes through, each with its meter, as far as they are known. */
  stages: readonly { readonly name: string; readonly meter: Meter }[] = [];
  readonly #maxLatencyMs: number;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  #counts: (() => FeedCounts) | undefined;
  #lateDrops: () => number = () => 0;
  #arrivals: Arrival[] = [];
  #snapshots: Snapshot[];
  #events: { readonly atMs: number; readonly text: string }[] = [];
  #last: Pick<Detected, "detections"> & { width: number; height: number; frameCount?: number } = {
    detections: [],
    width: 0,
    height: 0,
  };
  #frames = 0;
  #outages = 0;
  #silentMs = 0;
  #isLost = false;
  #hasEnded = false;
  #lastAtMs: number | undefined;

  /** Begins to watch. */
  constructor(
    { name, isFeed, maxLatencyMs = 500, nowMs = () => performance.now() }: FeedWatchOptions,
  ) {
    this.name = name;
    this.isFeed = isFeed;
    this.#maxLatencyMs = maxLatencyMs;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
    this.#snapshots = [this.#snapshot(this.#startedAtMs)];
  }

  /**
   * Has what the feed counts itself included.
   *
   * @param counts What `receive()` knows.
   * @param lateDrops How many frames were dropped later on, as they were too old.
   */
  count(counts: () => FeedCounts, lateDrops: () => number = () => 0): void {
    this.#counts = counts;
    this.#lateDrops = lateDrops;
  }

  /** Takes in what happened to the feed: give it to `receive()` as `onEvent`, or call it from there. */
  note(event: FeedEvent): void {
    if (event.kind === "lost") {
      if (!this.#isLost && this.#lastAtMs !== undefined) this.#outages++;
      this.#isLost = true;
      this.#tell(event.message);
      return;
    }
    this.#isLost = false;
    const { codec, width, height, outageMs } = event;
    const gap = event.connection > 0 ? ` after ${(outageMs / 1000).toFixed(1)} s` : "";
    this.#tell(`Connected: ${width}x${height} ${codec}${gap}`);
  }

  /** Notes that no more comes. */
  end(): void {
    this.#hasEnded = true;
  }

  /** A stage that notes each result that passes through it. */
  results<T extends Detected>(): MeteredStage<T, T> {
    const note = (item: Detected) => this.#see(item);
    return stage("watch", async function* watch(items: AsyncIterable<T>) {
      for await (const item of items) {
        note(item);
        yield item;
      }
    });
  }

  /** What is known now. */
  figures(): FeedFigures {
    const nowMs = this.#nowMs();
    this.#keepUp(nowMs);
    const counts = this.#counts?.();
    const { width, height, frameCount, detections } = this.#last;
    const held = counts ? counts.delivered - counts.ages.count + counts.waiting : 0;
    const latencyMs = this.isFeed && this.#arrivals.length > 0 ? this.#latency() : undefined;
    const health = this.isFeed ? this.#health(nowMs, latencyMs?.p95 ?? 0) : undefined;
    return {
      ...{ name: this.name, isFeed: this.isFeed, width, height, frames: this.#frames },
      ...frameCount !== undefined && { frameCount },
      fps: this.#fps(nowMs),
      ...latencyMs && { latencyMs },
      received: counts?.received ?? this.#frames,
      dropped: counts ? { ...counts.dropped, late: counts.dropped.late + this.#lateDrops() } : {},
      reconnections: Math.max(0, (counts?.connections ?? 0) - 1),
      losses: { ...counts?.losses },
      objects: detections.length,
      tracks: detections.filter(isTrack).length,
      queue: { frames: held, bytes: held * planesByteLength(width, height) },
      ...health && { health },
      events: this.#events,
      hasEnded: this.#hasEnded,
    };
  }

  /** From a frame's arrival to its result, and until the pipeline was done with it; only of a feed. */
  ages(): { readonly result: Distribution; readonly output: Distribution } | undefined {
    const counts = this.#counts?.();
    return counts && { result: this.resultAges.distribution(), output: counts.ages };
  }

  #see({ frame, detections }: Detected): void {
    const nowMs = this.#nowMs();
    const { width, height, frameCount } = frame.source;
    const ageMs = frame.arrivedAtMs === undefined ? undefined : nowMs - frame.arrivedAtMs;
    if (ageMs !== undefined) this.resultAges.record(ageMs);
    const gapMs = nowMs - (this.#lastAtMs ?? nowMs);
    if (gapMs > SILENCE_MS) this.#silentMs += gapMs;
    this.#lastAtMs = nowMs;
    this.#frames++;
    this.#last = { detections, width, height, ...frameCount !== undefined && { frameCount } };
    this.#arrivals.push({ atMs: nowMs, ageMs });
    if (this.#arrivals.length > 2 * MAX_ARRIVALS) this.#arrivals.splice(0, MAX_ARRIVALS);
    this.#keepUp(nowMs);
  }

  #snapshot(atMs: number): Snapshot {
    return {
      atMs,
      frames: this.#frames,
      received: this.#counts?.().received ?? this.#frames,
      outages: this.#outages,
      silentMs: this.#silentMs,
    };
  }

  /** Forgets what is too long ago, and notes where things stand, once a second. */
  #keepUp(nowMs: number): void {
    const newest = this.#snapshots.at(-1)!;
    if (nowMs - newest.atMs < 1000) return;
    this.#snapshots.push(this.#snapshot(nowMs));
    // One that is older than a minute stays: what happened since then is the difference.
    while (this.#snapshots.length > 2 && nowMs - this.#snapshots[1]!.atMs >= MINUTE_MS) {
      this.#snapshots.shift();
    }
    const recent = this.#arrivals.findIndex(({ atMs }) => nowMs - atMs <= LATELY_MS);
    this.#arrivals.splice(0, recent < 0 ? this.#arrivals.length : recent);
  }

  #fps(nowMs: number): number {
    const first = this.#arrivals[0];
    if (!first || this.#arrivals.length < 2) return 0;
    // What came before the first one that is known is not; during an outage the rate falls.
    return (this.#arrivals.length - 1) / Math.max(nowMs - first.atMs, 1) * 1000;
  }

  #latency(): { readonly p50: number; readonly p95: number } {
    const ages = this.#arrivals.flatMap(({ ageMs }) => ageMs ?? []).sort((a, b) => a - b);
    return { p50: quantileOf(ages, 0.5), p95: quantileOf(ages, 0.95) };
  }

  #health(nowMs: number, latencyP95Ms: number): FeedFigures["health"] {
    const sinceFrameMs = nowMs - (this.#lastAtMs ?? this.#startedAtMs);
    if (this.#lastAtMs === undefined && sinceFrameMs < LATELY_MS) return undefined;
    const before = this.#snapshots[0]!;
    const now = this.#snapshot(nowMs);
    const received = now.received - before.received;
    const inMinute = Math.min(1, (now.frames - before.frames) / Math.max(1, received));
    const silenceMs = sinceFrameMs > SILENCE_MS ? sinceFrameMs : 0;
    return healthOf({
      sinceFrameMs,
      fps: this.#fps(nowMs),
      shownShare: received < 10 ? 1 : inMinute, // What is on its way would count for too much.
      outages: now.outages - before.outages,
      silentMs: Math.min(MINUTE_MS, now.silentMs - before.silentMs + silenceMs),
      latencyP95Ms,
      maxLatencyMs: this.#maxLatencyMs,
    });
  }

  #tell(text: string): void {
    this.#events = [{ atMs: Date.now(), text }, ...this.#events].slice(0, MAX_EVENTS);
  }
}
