import type { LiveSound } from "../../pipeline/frame.ts";
import type { PooledBuffer } from "../../pipeline/frame_pool.ts";
import { nutFrameHeader, nutHeader, type NutStream } from "../ffmpeg/nut_writer.ts";
import { SoundPackets } from "../ffmpeg/sound_packets.ts";
import { type FfmpegProcess, spawnFfmpeg } from "../ffmpeg/process.ts";
import { BackOff } from "./back_off.ts";
import { Handover } from "./handover.ts";
import { LiveQueue, type Waiting } from "./live_queue.ts";
import type { OutletTally, UnsentCause } from "./outlet_tally.ts";
import { type SendingLoss, sendingLossFrom, sendingLossMessage } from "./sending_losses.ts";
import { waited } from "./waited.ts";

/** What happens to an output. */
export type BroadcastEvent =
  | {
    /** Pictures go out. */
    readonly kind: "connected";
    /** The output's name, without credentials. */
    readonly name: string;
  }
  | {
    /** None do (any more); it is tried again. Told once for each reason in an outage. */
    readonly kind: "lost";
    /** The output's name, without credentials. */
    readonly name: string;
    /** Why. */
    readonly reason: SendingLoss;
    /** The same in a line for a user. */
    readonly message: string;
  };

/** A picture on its way out. */
export interface OutgoingPicture extends Waiting {
  /** When it is shown, in ticks of the stream. */
  readonly pts: number;
  /** Its bytes, on loan. */
  readonly data: PooledBuffer;
  /** How many ticks of that are due to cards that were shown, so that sound knows where it belongs. */
  readonly shift: number;
  /** Whether it only says that there is no signal. */
  readonly isCard: boolean;
}

/** How pictures are sent. */
export interface OutletOptions {
  /** What the output is called. */
  readonly name: string;
  /** Ffmpeg's arguments for all that follows its input. */
  readonly argsFor: (isAgain: boolean) => readonly string[];
  /** What the pictures have in common. */
  readonly stream: NutStream;
  /** The sound beside them, if it is sent. */
  readonly sound?: LiveSound;
  /** Whether a newer picture takes the place of one that waits, or each waits for its turn. */
  readonly policy: "newest" | "all";
  /** How old a picture may be when it goes out, in milliseconds; only for `newest`. */
  readonly maxLatencyMs: number;
  /** How long a picture may take to go out, in milliseconds. */
  readonly stallMs: number;
  /** Told when the output is lost and when it is back. */
  readonly onEvent: (event: BroadcastEvent) => void;
  /** Gives numbers from 0 to below 1, for the waits between attempts. */
  readonly random: () => number;
}

/** How long a connection has to hold before the next outage counts as a new one, in milliseconds. */
const PROVEN_MS = 2000;

/** How long ffmpeg may take to say goodbye to a server, in milliseconds. */
const FAREWELL_MS = 3000;

/** How fast the mean of durations follows them. */
const SMOOTHING = 0.2;

/** How many pictures may be out is no question here: one is on its way, and one waits. */
const ONE_BY_ONE = { mayTake: () => true, take() {}, drop() {}, widen() {} };

/** Keeps an output going, whatever becomes of who takes it, and holds back nobody for that. */
export class Outlet implements AsyncDisposable {
  readonly #options: OutletOptions;
  readonly #tally: OutletTally;
  readonly #queue: LiveQueue<OutgoingPicture>;
  readonly #backOff: BackOff;
  readonly #stopping = new AbortController();
  readonly #run: Promise<void>;
  readonly #told = new Set<SendingLoss>();
  /** How long it takes to hand a picture over, lately. */
  #writingMs = 0;
  /** The ages of the pictures that the encoder has got without being connected. */
  readonly #unproven: number[] = [];
  #isConnected = false;
  #isDown = false;
  #isEnding = false;
  #child: FfmpegProcess | undefined;
  #spawned = 0;

  /** Opens the output when the first picture comes. */
  constructor(options: OutletOptions, tally: OutletTally) {
    this.#options = options;
    this.#tally = tally;
    this.#backOff = new BackOff(options.random);
    this.#queue = new LiveQueue({
      policy: options.policy,
      maxLatencyMs: options.maxLatencyMs,
      flow: ONE_BY_ONE,
      onDrop: (cause, picture) => this.#drop(picture, cause as UnsentCause),
      nowMs: () => performance.now(),
    });
    this.#run = this.#supervise();
    this.#run.catch(() => {}); // Whoever waits for the end hears of it.
  }

  /** Takes a picture over; where all are to be sent, resolves when there is room for another. */
  async offer(picture: OutgoingPicture): Promise<void> {
    if (this.#isDown && this.#options.policy === "newest") {
      picture[Symbol.dispose]();
      this.#drop(picture, "unconnected");
    } else await this.#queue.put(picture);
  }

  /** Ends the output in an orderly way. */
  async finish(): Promise<void> {
    this.#isEnding = true;
    this.#queue.end();
    if (this.#isDown) this.#stopping.abort();
    await this.#run;
  }

  /** Ends the output at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#queue[Symbol.dispose]();
    this.#child?.kill("SIGKILL");
    await this.#run.catch(() => {}); // It was told to whoever waited for the end.
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      if (!await this.#queue.hasNext()) return;
      const reason = await this.#connectOnce();
      if (this.#isEnding) this.#queue[Symbol.dispose](); // It is not tried again for the last one.
      if (reason === undefined || signal.aborted || this.#isEnding) continue;
      this.#isDown = true;
      await waited(this.#backOff.nextMs(performance.now()), signal);
      this.#isDown = false;
    }
  }

  /** Sends what comes; returns why nothing can be sent any more, or nothing at the end. */
  async #connectOnce(): Promise<SendingLoss | undefined> {
    const { name, argsFor, policy, stallMs, onEvent } = this.#options;
    let connectedAtMs: number | undefined;
    this.#unproven.splice(0);
    this.#isConnected = false;
    await using child = spawnFfmpeg("ffmpeg", [...argsFor(this.#spawned++ > 0)], {
      stdin: "piped",
      stdout: "null",
      onLine: (line) => {
        handover.read(line);
        if (!line.startsWith("Output #0") || connectedAtMs !== undefined) return;
        connectedAtMs = performance.now();
        this.#connected();
        onEvent({ kind: "connected", name });
      },
    });
    this.#child = child;
    using handover = new Handover(child, { isPaced: policy === "newest", stallMs });
    const isDone = await this.#sendAll(handover);
    if (isDone) await farewell(handover, child);
    else child.kill("SIGKILL");
    const { complaint } = await child.result;
    for (const _ of this.#unproven.splice(0)) this.#tally.drop("unconnected");
    if (isDone) return undefined;
    const wasConnected = connectedAtMs !== undefined;
    if (performance.now() - (connectedAtMs ?? Infinity) > PROVEN_MS) this.#backOff.reset();
    const reason = handover.isStuck
      ? wasConnected ? "stalled" : "timeout"
      : sendingLossFrom({ complaint, wasConnected });
    this.#tellLoss(reason, wasConnected);
    return reason;
  }

  /** Hands pictures over until there are none, or until they are not taken; returns whether all were. */
  async #sendAll(handover: Handover): Promise<boolean> {
    const { stream, sound } = this.#options;
    if (!await handover.begin(nutHeader({ ...stream, ...sound && { sound } }))) return false;
    let packets: SoundPackets | undefined;
    let first: { readonly pts: number; readonly shift: number } | undefined;
    for (;;) {
      using picture = await this.#queue.take();
      if (!picture) return true;
      if (this.#isTooOld(picture)) {
        this.#drop(picture, "late");
        continue;
      }
      const { pts, shift, data } = picture;
      if (!first) {
        first = { pts, shift };
        const firstPts = pts - shift;
        packets = sound &&
          new SoundPackets({ sound, timeBase: stream.timeBase, firstPts, ptsOffset: -firstPts });
      }
      const bytes = new Uint8Array(data.buffer);
      const startedAtMs = performance.now();
      const isTaken = await handover.give([
        ...packets?.upTo(pts - first.shift, shift - first.shift) ?? [],
        nutFrameHeader(pts - first.pts, bytes.length, packets && 0),
        bytes,
      ]);
      if (!isTaken) {
        this.#drop(picture, "unconnected");
        return false;
      }
      this.#writingMs += SMOOTHING * (performance.now() - startedAtMs - this.#writingMs);
      this.#count(picture);
      if (!await handover.passOn()) return false;
      this.#depart(picture);
    }
  }

  /** Whether a picture would be too old when the encoder has it, as far as can be known. */
  #isTooOld({ arrivedAtMs, graceMs = 0 }: OutgoingPicture): boolean {
    const { policy, maxLatencyMs } = this.#options;
    if (policy !== "newest") return false;
    const soonMs = Math.min(this.#writingMs, 0.9 * maxLatencyMs); // What is new has its chance.
    return performance.now() - arrivedAtMs + soonMs > maxLatencyMs + graceMs;
  }

  /** Counts a picture that the encoder has; before it is connected, it may keep it for itself. */
  #count({ isCard, arrivedAtMs }: OutgoingPicture): void {
    if (isCard) {
      this.#tally.cards++;
    } else {
      const ageMs = performance.now() - arrivedAtMs;
      if (this.#isConnected) this.#countSent(ageMs);
      else this.#unproven.push(ageMs);
    }
  }

  /** Notes that the network has a picture. */
  #depart({ isCard, arrivedAtMs }: OutgoingPicture): void {
    if (this.#options.policy === "newest" && !isCard) {
      this.#tally.departures.record(performance.now() - arrivedAtMs);
    }
  }

  /** Counts a frame that is not sent; a card is none. */
  #drop({ isCard }: OutgoingPicture, cause: UnsentCause): void {
    if (!isCard) this.#tally.drop(cause);
  }

  #countSent(ageMs: number): void {
    this.#tally.sent++;
    this.#tally.ages.record(ageMs);
  }

  #connected(): void {
    this.#isConnected = true;
    this.#tally.connections++;
    this.#told.clear();
    for (const ageMs of this.#unproven.splice(0)) this.#countSent(ageMs);
  }

  #tellLoss(reason: SendingLoss, wasConnected: boolean): void {
    const { name, onEvent } = this.#options;
    this.#tally.lose(reason);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    onEvent({
      kind: "lost",
      name,
      reason,
      message: sendingLossMessage(name, reason, wasConnected),
    });
  }
}

/** Lets ffmpeg end the stream, unless that takes it too long. */
async function farewell(
  handover: Handover,
  child: FfmpegProcess,
): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), FAREWELL_MS);
  await handover.end();
  await child.result;
  clearTimeout(timer);
}
