import type { Frame } from "../pipeline/frame.ts";
import { type MeteredSource, source } from "../pipeline/source.ts";
import { Feed } from "./live/feed.ts";
import type { FeedEvent } from "./live/feed_event.ts";
import { feedInput, type RtspTransport } from "./live/feed_input.ts";
import { flawOfLimit } from "./live/timers.ts";
import { type FeedStatistics, FeedTally } from "./live/feed_tally.ts";

export type { FeedEvent } from "./live/feed_event.ts";
export type { RtspTransport } from "./live/feed_input.ts";
export type { FeedStatistics } from "./live/feed_tally.ts";
export type { DropCause } from "./live/live_queue.ts";
export type { LossReason } from "./live/losses.ts";

/** How a feed is received. */
export interface ReceiveOptions {
  /**
   * How the pictures of an RTSP feed travel. Over UDP what is lost on the way is lost.
   *
   * @default {"tcp"}
   */
  readonly transport?: RtspTransport;
  /**
   * What becomes of frames that come faster than they are worked on: only the newest is kept, or all
   * are and the sender is held, whatever delay comes of that.
   *
   * @default {"newest"}
   */
  readonly policy?: "newest" | "all";
  /**
   * How old a frame may be when it is passed on, in milliseconds since its arrival, and how much
   * later than others it may arrive. The pipeline is given so few frames at a time that they are not
   * older when it is done with them, if it can be that quick. Not for the policy `all`.
   *
   * @default {500}
   */
  readonly maxLatencyMs?: number;
  /**
   * How many frames the pipeline may hold at a time; more, if it gives none back before it has more.
   *
   * @default {64}
   */
  readonly maxFrames?: number;
  /**
   * How much memory the frames in the pipeline may take, in bytes; more, if it gives none back before
   * it has more. One frame may always be in there.
   *
   * @default {268435456}
   */
  readonly maxBytes?: number;
  /**
   * How long the first picture of a connection may take, in milliseconds. Each second attempt at an
   * RTSP server that sends none in time waits for 24000, as cameras with few pictures need it.
   *
   * @default {8000}
   */
  readonly firstFrameMs?: number;
  /**
   * How long the next picture may take, in milliseconds: 2000, or 15000 for a playlist (HLS). A feed
   * that says that it is slow is given three of its own intervals. Where nothing comes at all, ffmpeg
   * waits no longer than 3000, or 6000 for RTSP, whatever is said here.
   */
  readonly stallMs?: number;
  /**
   * Whether its sound is received, too, for outputs that can hold it. Pictures then wait for the sound
   * beside them, some hundredths of a second.
   *
   * @default {false}
   */
  readonly sound?: boolean;
  /**
   * Whether a feed that cannot be received at the very first attempt ends the stream with an error,
   * instead of being tried for ever.
   *
   * @default {false}
   */
  readonly failFast?: boolean;
  /** Ends the stream when it is aborted, as though the feed ended there. */
  readonly until?: AbortSignal;
  /** Told when the feed is lost and when it is back. */
  readonly onEvent?: (event: FeedEvent) => void;
  /** Gives numbers from 0 to below 1, for the waits between attempts; `Math.random` by itself. */
  readonly random?: () => number;
}

/** A live feed as a stream of frames, which counts what becomes of them. */
export interface ReceivedFeed extends MeteredSource<Frame> {
  /** What became of the frames so far. */
  readonly statistics: () => FeedStatistics;
}

/**
 * Receives a live feed, with ffmpeg, for as long as it is wanted.
 *
 * Nothing ends it but its consumer: when pictures stop coming, for whatever reason, it is opened
 * again, after 0.25 s to 1 s during the first minute and up to 10 s after that, by chance. Frames
 * go on being numbered and their times go on rising; `frame.source` is another object for each
 * connection, so whoever sees it change knows of the gap, and `frame.source.connection` counts.
 * Nothing is made up for the time between. Pictures before a connection's first key frame are left
 * out.
 *
 * The newest frame wins: while the pipeline is busy, a frame that waits is dropped for the next.
 * Frames that arrive `maxLatencyMs` later than the quickest (a backlog that is made up for) are
 * dropped, and if that goes on the feed is opened anew. Each drop is counted with its cause. A sender
 * that is slower than its own time stamps is not taken for one, if that shows from the start of a
 * connection, in pictures of several sizes that all come alike: a network that is too slow shows in
 * large ones that take longer.
 *
 * A playlist (HLS) is shown while it goes on; one that has come to its end counts as lost, as it would
 * begin at its beginning: `decode()` reads it.
 *
 * Times are the sender's own within a connection, in ticks of 1/90000 s from the first frame.
 * Sound is received if it is asked for; it goes with `frame.source.sound`.
 *
 * @param url A URL (rtsp, rtmp, srt, udp, rtp, tcp, http, and those with TLS, of which no certificate is
 * checked), or a camera (`/dev/video0`).
 * @param options How it is received.
 * @returns The frames, each to be disposed of by who takes it.
 * @throws {RangeError} If an option is out of range.
 * @throws {SourceError} If it can be no feed; through the stream, with `failFast`, if it cannot be
 * received.
 *
 * @example The first ten frames of a camera
 * ```ts ignore
 * let count = 0;
 * const feed = receive("rtsp://127.0.0.1:9/camera", {
 *   onEvent: (event) => console.warn(event.kind === "lost" ? event.message : "Connected"),
 * });
 * for await (const frame of feed) {
 *   using _ = frame;
 *   console.log(frame.index, frame.timestampUs);
 *   if (++count === 10) break;
 * }
 * console.log(feed.statistics().dropped);
 * ```
 */
export function receive(url: string, options: ReceiveOptions = {}): ReceivedFeed {
  const {
    transport = "tcp",
    policy = "newest",
    maxLatencyMs = 500,
    maxFrames = 64,
    maxBytes = 256 * 2 ** 20,
    firstFrameMs = 8000,
    sound = false,
    failFast = false,
    until,
    onEvent = () => {},
    random = Math.random,
  } = options;
  const input = feedInput(url, transport, sound);
  const { stallMs = input.stallMs } = options;
  for (const [name, value] of Object.entries({ maxLatencyMs, maxBytes, firstFrameMs, stallMs })) {
    const flaw = flawOfLimit(name, value);
    if (flaw) throw new RangeError(`Cannot receive as ${flaw}: current value is ${value}`);
  }
  if (!(Number.isSafeInteger(maxFrames) && maxFrames > 0)) {
    throw new RangeError(
      `Cannot receive as maxFrames must be a whole number above 0: current value is ${maxFrames}`,
    );
  }
  const tally = new FeedTally();
  const limits = { maxLatencyMs, maxFrames, maxBytes, firstFrameMs, stallMs };
  const frames = source("receive", async function* receive(cancellation) {
    const signal = until ? AbortSignal.any([cancellation, until]) : cancellation;
    if (signal.aborted) return;
    const wishes = { policy, withSound: sound, failFast, onEvent, random, signal };
    await using feed = new Feed(input, { ...limits, ...wishes }, tally);
    for (let frame = await feed.take(); frame; frame = await feed.take()) yield frame;
  });
  return Object.assign(frames, { statistics: () => tally.statistics() });
}
