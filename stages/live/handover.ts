import type { FfmpegProcess } from "../ffmpeg/process.ts";
import { nutPadding, nutSyncpoint } from "../ffmpeg/nut_writer.ts";

/** How pictures are handed over. */
export interface HandoverOptions {
  /** Whether the next one waits until the one before it is on its way, so that the newest can be chosen. */
  readonly isPaced: boolean;
  /** How long ffmpeg may take for anything, in milliseconds. */
  readonly stallMs: number;
}

/** More than a pipe holds (64 KiB on Linux) and ffmpeg reads at a time (32 KiB). */
const PADDING = nutPadding(128 * 1024);

/** After which share of its time an encoder that gives nothing counts as one that waits for more. */
const WAITING_SHARE = 1 / 4;

/** What ffmpeg says when all is open: from there on it reads pictures. */
const READING = /^Stream mapping:/;

/**
 * What ffmpeg says, with `-debug_ts`, of each encoded picture when its turn to be sent has come: older
 * versions name the kind of stream (5.1), newer ones the stream before it (from 6.0).
 */
const SENDING = /^(?:\[vost#\S+ @ \w+\] muxer <- |muxer <- type:video )/;

/**
 * Hands pictures over to one run of ffmpeg, each when it can be taken at once.
 *
 * While ffmpeg sends to a slow network it does not read, and a picture of which the pipe has taken the
 * first part would lie there and grow old, with nobody able to put a newer one in its place. So none is
 * begun before the one before it is on its way: ffmpeg has said so, and it reads on, which shows in
 * padding that goes behind each picture. An ffmpeg that encodes and sends at the same time reads on
 * earlier, hence the first; one that does not says so before it has sent, hence the second.
 */
export class Handover implements Disposable {
  readonly #child: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #options: HandoverOptions;
  #isGone = false;
  readonly #reading = Promise.withResolvers<void>();
  #sending = Promise.withResolvers<void>();
  /** How many pictures it has got, has begun to send, and keeps until it has another. */
  #given = 0;
  #sent = 0;
  #kept = 0;
  #isStuck = false;

  /** Takes hold of what the process is fed with. */
  constructor(child: FfmpegProcess, options: HandoverOptions) {
    this.#child = child;
    this.#options = options;
    this.#writer = child.stdin.getWriter();
    // To wait for its end with each picture would leave something of each behind for as long as it runs.
    const note = () => {
      this.#isGone = true;
      this.#reading.resolve();
      this.#wake();
    };
    child.result.then(note, note); // Its owner will hear of it.
  }

  /** Whether the process was ended as it took too long. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Takes in a line that ffmpeg says. */
  read(line: string): void {
    if (READING.test(line)) this.#reading.resolve();
    if (!SENDING.test(line)) return;
    this.#sent++;
    // What it had before it was connected was not kept by its encoder.
    this.#kept = Math.min(this.#kept, this.#given - this.#sent);
    this.#wake();
  }

  /** Writes what all begins with; returns whether ffmpeg is there for pictures. */
  async begin(header: Uint8Array): Promise<boolean> {
    using _ = this.#patience();
    // With the first time it knows all that it waits for before it connects.
    if (!await this.#write([header, nutSyncpoint()])) return false;
    if (this.#options.isPaced) await this.#reading.promise;
    return !this.#isGone;
  }

  /** Writes what belongs to a picture; returns whether that was taken. */
  async give(parts: readonly Uint8Array[]): Promise<boolean> {
    using _ = this.#patience();
    this.#given++;
    return await this.#write(parts);
  }

  /** Waits until what was given is on its way, and another picture can be taken; returns whether it is. */
  async passOn(): Promise<boolean> {
    if (!this.#options.isPaced) return true;
    using _ = this.#patience();
    if (!await this.#write([PADDING])) return false;
    const timer = this.#sent > 0 ? undefined : setTimeout(() => {
      this.#kept = this.#given - this.#sent;
      this.#wake();
    }, WAITING_SHARE * this.#options.stallMs);
    while (!this.#isGone && this.#given - this.#sent > this.#kept) await this.#sending.promise;
    clearTimeout(timer);
    return !this.#isGone;
  }

  /** Ends the stream; the process has then to end by itself. */
  async end(): Promise<void> {
    await this.#writer.close().catch(() => {}); // It has ended already.
  }

  /** Gives back what the process is fed with. */
  [Symbol.dispose](): void {
    this.#writer.releaseLock();
  }

  async #write(parts: readonly Uint8Array[]): Promise<boolean> {
    try {
      for (const part of parts) await this.#writer.write(part);
      return true;
    } catch {
      return false; // It has ended: it will be known why.
    }
  }

  /** Has whoever waits for a picture to be sent look again. */
  #wake(): void {
    this.#sending.resolve();
    this.#sending = Promise.withResolvers();
  }

  /** Ends the process if what begins here takes too long. */
  #patience(): Disposable {
    const timer = setTimeout(() => {
      this.#isStuck = true;
      this.#child.kill("SIGKILL");
    }, this.#options.stallMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }
}
