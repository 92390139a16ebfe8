import type { LiveSound } from "../../pipeline/frame.ts";
import type { PooledBuffer } from "../../pipeline/frame_pool.ts";
import { nutHeader, type NutStream } from "../ffmpeg/nut_writer.ts";
import { type FfmpegProcess, spawnFfmpeg } from "../ffmpeg/process.ts";
import { BackOff } from "./back_off.ts";
import { Handover } from "./handover.ts";
import { LiveQueue, type Waiting } from "./live_queue.ts";
import { OutgoingPackets } from "./outgoing_packets.ts";
import { PlaylistCheck } from "./playlist_check.ts";
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
  /** The path of the playlist that is written, if it is one: it is looked whether it comes to the disk. */
  readonly playlistPath?: string | undefined;
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
  readonly #playlist: PlaylistCheck | undefined;
  /** How long it takes to hand a picture over, lately. */
  #writingMs = 0;
  /** The ages of the pictures that the encoder has got without being connected, or that are not on disk. */
  readonly #unproven: number[] = [];
  /** How many pictures of this connection are on disk. */
  #settled = 0;
  /** Since when pictures go out. */
  #connectedAtMs: number | undefined;
  #isDown = false;
  #isEnding = false;
  #child: FfmpegProcess | undefined;
  #spawned = 0;

  /** Opens the output when the first picture comes. */
  constructor(options: OutletOptions, tally: OutletTally) {
    this.#options = options;
    this.#tally = tally;
    this.#backOff = new BackOff(options.random);
    const { playlistPath } = options;
    this.#playlist = playlistPath === undefined ? undefined : new PlaylistCheck(playlistPath, {
      onFlaw: () => this.#child?.kill("SIGKILL"),
      written: () => this.#settled + this.#unproven.length,
      onWhole: (count) => this.#settle(count),
    });
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
    if (this.#isDown && (this.#options.policy === "newest" || this.#playlist?.isInDoubt)) {
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
    const playlist = this.#playlist;
    this.#connectedAtMs = undefined;
    this.#settled = 0;
    const obstacle = await playlist?.restore();
    if (obstacle) return this.#lose(obstacle);
    const { argsFor, policy, stallMs } = this.#options;
    await using child = spawnFfmpeg("ffmpeg", [...argsFor(this.#spawned++ > 0)], {
      stdin: "piped",
      stdout: "null",
      onLine: (line) => {
        handover.read(line);
        if (line.startsWith("Output #0") && !playlist?.isInDoubt) this.#connect();
        playlist?.read(line);
      },
    });
    this.#child = child;
    using handover = new Handover(child, { isPaced: policy === "newest", stallMs });
    const isDone = await this.#sendAll(handover);
    if (isDone) await farewell(handover, child);
    else child.kill("SIGKILL");
    const { complaint } = await child.result;
    const flaw = await playlist?.end(isDone);
    for (const _ of this.#unproven.splice(0)) this.#tally.drop("unconnected");
    if (flaw) return this.#lose(flaw);
    if (isDone) return undefined;
    const wasConnected = this.#connectedAtMs !== undefined;
    if (performance.now() - (this.#connectedAtMs ?? Infinity) > PROVEN_MS) this.#backOff.reset();
    return this.#lose(
      handover.isStuck
        ? wasConnected ? "stalled" : "timeout"
        : sendingLossFrom({ complaint, wasConnected }),
    );
  }

  /** Hands pictures over until there are none, or until they are not taken; returns whether all were. */
  async #sendAll(handover: Handover): Promise<boolean> {
    const { stream, sound } = this.#options;
    if (!await handover.begin(nutHeader({ ...stream, ...sound && { sound } }))) return false;
    let packets: OutgoingPackets | undefined;
    for (;;) {
      using picture = await this.#queue.take();
      if (!picture) return true;
      if (this.#isTooOld(picture)) {
        this.#drop(picture, "late");
        continue;
      }
      packets ??= new OutgoingPackets(picture, stream, sound);
      const startedAtMs = performance.now();
      const isTaken = await handover.give(packets.of(picture));
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

  /**
   * Counts a picture that the encoder has; it may keep it for itself before it is connected, and nobody
   * knows of a playlist before it is on disk.
   */
  #count({ isCard, arrivedAtMs }: OutgoingPicture): void {
    if (isCard) {
      this.#tally.cards++;
    } else {
      const ageMs = performance.now() - arrivedAtMs;
      if (this.#connectedAtMs !== undefined && !this.#playlist) this.#countSent(ageMs);
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

  /** Notes that pictures go out. */
  #connect(): void {
    if (this.#connectedAtMs !== undefined) return;
    this.#connectedAtMs = performance.now();
    this.#tally.connections++;
    this.#told.clear();
    if (!this.#playlist) this.#countUnproven(this.#unproven.length);
    const { name, onEvent } = this.#options;
    onEvent({ kind: "connected", name });
  }

  /** Notes that so many of the pictures that were handed over are on disk. */
  #settle(count: number): void {
    this.#connect();
    this.#backOff.reset();
    this.#countUnproven(count - this.#settled);
    this.#settled = count;
  }

  #countUnproven(count: number): void {
    for (const ageMs of this.#unproven.splice(0, count)) this.#countSent(ageMs);
  }

  /** Notes why nothing goes out any more. */
  #lose(reason: SendingLoss): SendingLoss {
    const { name, onEvent } = this.#options;
    this.#tally.lose(reason);
    if (this.#told.has(reason)) return reason;
    this.#told.add(reason);
    const message = sendingLossMessage(name, reason, this.#connectedAtMs !== undefined);
    onEvent({ kind: "lost", name, reason, message });
    return reason;
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
