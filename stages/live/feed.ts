import { SourceError } from "../../pipeline/errors.ts";
import type { Frame, FrameSource } from "../../pipeline/frame.ts";
import { planesFrom } from "../../pipeline/planes.ts";
import { microsecondsFrom } from "../../pipeline/time_base.ts";
import { BackOff } from "./back_off.ts";
import { connect, type Patience, type Picture, type PictureStream } from "./connection.ts";
import type { FeedEvent } from "./feed_event.ts";
import type { FeedInput } from "./feed_input.ts";
import { FlowLimit } from "./flow_limit.ts";
import type { FeedTally } from "./feed_tally.ts";
import { LiveQueue, type Waiting } from "./live_queue.ts";
import { lossMessage, type LossReason } from "./losses.ts";
import { LIVE_CLOCK_HZ, Timeline } from "./timeline.ts";
import { SOUND, SoundBuffer } from "./sound_buffer.ts";
import { waited } from "./waited.ts";

/** How a feed is kept. */
export interface FeedOptions {
  readonly policy: "newest" | "all";
  readonly maxLatencyMs: number;
  readonly maxFrames: number;
  readonly maxBytes: number;
  readonly firstFrameMs: number;
  readonly stallMs: number;
  readonly failFast: boolean;
  /** Whether its sound is received. */
  readonly withSound: boolean;
  readonly onEvent: (event: FeedEvent) => void;
  readonly random: () => number;
  /** Ends the feed. */
  readonly signal: AbortSignal;
}

/** How long frames may all be stale before the connection is given up, in milliseconds. */
const BEHIND_MS = 2000;

/** How long a connection has to hold before the next outage counts as a new one, in milliseconds. */
const PROVEN_MS = 2000;

/** How long the first picture of a slow camera may take, in milliseconds. */
const PATIENT_FIRST_FRAME_MS = 24_000;

/** A picture on its way to become a frame. */
interface Arrival extends Waiting {
  readonly picture: Picture;
  readonly pts: number;
  readonly source: FrameSource;
}

/** Keeps a feed going, whatever becomes of its sender, and its newest frame at hand. */
export class Feed implements AsyncDisposable {
  readonly #input: FeedInput;
  readonly #options: FeedOptions;
  readonly #tally: FeedTally;
  readonly #queue: LiveQueue<Arrival>;
  readonly #flow: FlowLimit;
  readonly #timeline = new Timeline();
  readonly #sound = new SoundBuffer();
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #run: Promise<void>;
  readonly #backOff: BackOff;
  readonly #told = new Set<LossReason>();
  #lastSeenAtMs = performance.now();
  #connections = 0;
  #index = 0;
  /** Whether the next attempt waits longer: each second one, of a sender that does not answer. */
  #isPatient = false;

  /** Opens the feed. */
  constructor(input: FeedInput, options: FeedOptions, tally: FeedTally) {
    this.#input = input;
    this.#options = options;
    this.#tally = tally;
    this.#flow = new FlowLimit(options);
    this.#backOff = new BackOff(options.random);
    this.#queue = new LiveQueue({
      policy: options.policy,
      maxLatencyMs: options.maxLatencyMs,
      flow: this.#flow,
      onDrop: (cause) => tally.drop(cause),
      nowMs: () => performance.now(),
    });
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal]);
    this.#run = this.#supervise().finally(() => this.#queue[Symbol.dispose]());
    this.#run.catch(() => {}); // Whoever takes frames hears of it.
  }

  /** The next frame; nothing when the feed was ended. */
  async take(): Promise<Frame | undefined> {
    const arrival = await this.#queue.take();
    if (arrival) return this.#frameFrom(arrival);
    await this.#run;
    return undefined;
  }

  /** Ends the feed and waits until its process is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#run.catch(() => {}); // It was told to whoever took frames.
  }

  async #supervise(): Promise<void> {
    const ending = () => this.#queue[Symbol.dispose]();
    this.#signal.addEventListener("abort", ending);
    while (!this.#signal.aborted) {
      const before = this.#connections;
      const reason = await this.#connectOnce();
      if (this.#signal.aborted) break;
      this.#isPatient = reason === "timeout" && !this.#isPatient && this.#connections === before;
      this.#tellLoss(reason, this.#connections > before);
      await waited(this.#backOff.nextMs(performance.now()), this.#signal);
    }
    this.#signal.removeEventListener("abort", ending);
  }

  /** Passes on what comes, until nothing does. */
  async #connectOnce(): Promise<LossReason> {
    this.#timeline.reconnect();
    const onSound = this.#options.withSound ? this.#takeSound : undefined;
    const pictures = connect(...this.#attempt(onSound));
    let source: FrameSource | undefined;
    let openedAtMs = 0;
    let freshAtMs = 0;
    try {
      for (;;) {
        const { done, value } = await pictures.next();
        if (done) return value;
        this.#tally.receive();
        const { arrivedAtMs, stream } = value;
        if (!source) {
          source = this.#sourceFrom(stream);
          openedAtMs = freshAtMs = arrivedAtMs;
          this.#tellConnection(stream, arrivedAtMs);
        }
        this.#lastSeenAtMs = arrivedAtMs;
        if (arrivedAtMs - openedAtMs > PROVEN_MS) this.#backOff.reset();
        const outcome = await this.#pass(value, source);
        if (outcome === "jumped") return "jumped";
        if (outcome === "passed" || outcome === "doubtful") freshAtMs = arrivedAtMs;
        else if (arrivedAtMs - freshAtMs > BEHIND_MS) return "behind";
      }
    } finally {
      await pictures.return("ended");
    }
  }

  /** What is opened, and how patiently. */
  #attempt(onSound: Patience["onSound"]): [FeedInput, Patience] {
    const { patientScript } = this.#input;
    const patience = { ...this.#options, onSound, signal: this.#signal };
    if (!this.#isPatient || patientScript === undefined) return [this.#input, patience];
    const firstFrameMs = Math.max(PATIENT_FIRST_FRAME_MS, patience.firstFrameMs);
    return [{ ...this.#input, script: patientScript }, { ...patience, firstFrameMs }];
  }

  /** Puts a picture in its place in time, and there into the queue unless it is too late. */
  async #pass(
    picture: Picture,
    source: FrameSource,
  ): Promise<"passed" | "stale" | "doubtful" | "jumped"> {
    const { ticks, arrivedAtMs, data } = picture;
    const placed = this.#timeline.place(ticks, arrivedAtMs, picture.effort);
    if (typeof placed === "string") {
      data[Symbol.dispose]();
      this.#tally.drop("disordered");
      return placed === "jumped" ? "jumped" : "passed";
    }
    const { policy, maxLatencyMs } = this.#options;
    if (policy === "newest" && placed.delayMs > maxLatencyMs) {
      data[Symbol.dispose]();
      this.#tally.drop("stale");
      return placed.isDoubtful ? "doubtful" : "stale";
    }
    await this.#queue.put({
      picture,
      pts: placed.pts,
      source,
      arrivedAtMs,
      byteLength: data.buffer.byteLength,
      [Symbol.dispose]: () => data[Symbol.dispose](),
    });
    return "passed";
  }

  readonly #takeSound = (ticks: number, samples: Int16Array): void => {
    const time = this.#timeline.timeOf(ticks);
    if (time !== undefined) this.#sound.put(time * SOUND.rateHz / LIVE_CLOCK_HZ, samples);
  };

  #sourceFrom({ width, height, frameRate, colour, hasSound }: PictureStream): FrameSource {
    const { signal } = this.#options;
    return {
      name: this.#input.name,
      width,
      height,
      timeBase: { num: 1, den: LIVE_CLOCK_HZ },
      colour: colour(height),
      ...frameRate && { frameRate },
      startS: 0,
      get isCut() {
        return signal.aborted;
      },
      otherStreams: [],
      complaints: [],
      ...hasSound && { sound: this.#sound },
      connection: this.#connections,
    };
  }

  #frameFrom({ picture, pts, source, arrivedAtMs, byteLength }: Arrival): Frame {
    const { data } = picture;
    const { width, height, timeBase } = source;
    this.#tally.deliver();
    let isOut = true;
    return {
      planes: planesFrom(new Uint8Array(data.buffer), width, height),
      pts,
      timeBase,
      timestampUs: microsecondsFrom(pts, timeBase),
      index: this.#index++,
      source,
      arrivedAtMs,
      [Symbol.dispose]: () => {
        if (!isOut) return;
        isOut = false;
        data[Symbol.dispose]();
        const nowMs = performance.now();
        this.#tally.giveBack(nowMs - arrivedAtMs);
        this.#flow.giveBack(byteLength, nowMs - arrivedAtMs, nowMs);
        this.#queue.release();
      },
    };
  }

  #tellConnection({ width, height, codec }: PictureStream, nowMs: number): void {
    const connection = this.#connections++;
    this.#tally.connect();
    this.#told.clear();
    const outageMs = nowMs - this.#lastSeenAtMs;
    const { name } = this.#input;
    this.#options.onEvent({ kind: "connected", name, connection, codec, width, height, outageMs });
  }

  #tellLoss(reason: LossReason, hadPictures: boolean): void {
    const { name } = this.#input;
    const message = lossMessage(name, reason, hadPictures);
    this.#tally.lose(reason);
    if (this.#options.failFast && this.#connections === 0) throw new SourceError(message);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#options.onEvent({ kind: "lost", name, reason, message });
  }
}
