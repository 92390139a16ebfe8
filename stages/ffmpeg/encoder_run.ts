import { extname } from "node:path";
import { OutputError } from "../../pipeline/errors.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Frame, FrameSource } from "../../pipeline/frame.ts";
import { planesByteLength } from "../../pipeline/planes.ts";
import { microsecondsFrom } from "../../pipeline/time_base.ts";
import { Refit } from "../live/refit.ts";
import { createPartialFile } from "../writing/partial_file.ts";
import { type AudioHandling, audioHandlingFor } from "./audio.ts";
import { containerOf } from "./container.ts";
import { encoderArguments } from "./encoder_arguments.ts";
import type { HardwareEncoder } from "./hardware_encoder.ts";
import { type FfmpegProcess, reasonIn, spawnFfmpeg } from "./process.ts";
import { inputArguments } from "./input.ts";
import { nutFrameHeader, nutHeader } from "./nut_writer.ts";
import { SoundPackets } from "./sound_packets.ts";

/** What the user asks of the encoder. */
interface Wishes {
  readonly codec?: string;
  readonly crf?: number;
  /** What encodes in the place of the software. */
  readonly hardware?: HardwareEncoder;
  readonly onNote?: (note: string) => void;
  /** Whether what is on disk can be played at any time; then the video begins at 0, too. */
  readonly isFragmented?: boolean;
}

/** One run of the encoder, from the first frame to the whole file. */
export class EncoderRun implements AsyncDisposable {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #source: FrameSource;
  readonly #audio: AudioHandling;
  readonly #child: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** What is added to each time so that none is below 0, in ticks: files of most kinds know no such. */
  readonly #ptsOffset: number;
  readonly #sound: SoundPackets | undefined;
  readonly #onNote: (note: string) => void;
  /** Makes all pictures like the first. */
  readonly #refit: Refit;
  readonly #fitted: Uint8Array<ArrayBuffer>;
  #scaledFrom = "";
  #lastPts: number;
  #intervalTicks = 0;

  /** Starts the encoder; nothing is written before {@linkcode EncoderRun.write}. */
  constructor(path: string, partialPath: string, first: Frame, options: Wishes) {
    const { source, pts, timeBase } = first;
    this.#path = path;
    this.#partialPath = partialPath;
    this.#source = source;
    this.#lastPts = pts;
    this.#audio = audioHandlingFor(path, source, inputArguments);
    const { isFragmented = false, onNote = () => {} } = options;
    this.#onNote = onNote;
    this.#ptsOffset = isFragmented ? -pts : Math.max(0, -pts);
    this.#refit = new Refit(source);
    const { width, height } = this.#refit.form;
    this.#fitted = new Uint8Array(planesByteLength(width, height));
    const args = encoderArguments({
      path,
      partialPath,
      source,
      audio: this.#audio,
      offsetS: this.#ptsOffset * timeBase.num / timeBase.den,
      codec: options.codec,
      crf: options.crf,
      hardware: options.hardware,
      isFragmented,
    });
    this.#child = spawnFfmpeg("ffmpeg", args, { stdin: "piped", stdout: "null" });
    this.#writer = this.#child.stdin.getWriter();
    const { sound } = source;
    if (sound && containerOf(path).audioEncoder) {
      this.#sound = new SoundPackets({
        sound,
        timeBase,
        firstPts: pts,
        ptsOffset: this.#ptsOffset,
      });
    }
    const clock = {
      timeBase: { num: 1, den: timeBase.den },
      ...(this.#sound && sound && { sound }),
      ...(source.frameRate && { frameRate: source.frameRate }),
    };
    this.#writer.write(nutHeader({ width, height, ...clock })).catch(() => {}); // The next will tell.
    for (const note of this.#notes({ width, height })) onNote(note);
  }

  /** Hands a frame over; resolves when it is in the pipe. */
  async write({ planes, pts, timeBase, source }: Frame): Promise<void> {
    if (this.#refit.isScaled(planes)) this.#noteScaling(planes);
    if (pts > this.#lastPts) this.#intervalTicks = pts - this.#lastPts;
    this.#lastPts = pts;
    const { data } = this.#refit.fit(planes, source.colour, this.#fitted);
    try {
      // In whole parts of a tick, so that encoder and container count alike.
      const ticks = (pts + this.#ptsOffset) * timeBase.num;
      for (const part of this.#sound?.upTo(pts) ?? []) await this.#writer.write(part);
      await this.#writer.write(nutFrameHeader(ticks, data.length, this.#sound && 0));
      await this.#writer.write(data);
    } catch (cause) {
      throw await this.#errorFrom(cause);
    }
  }

  /** Ends the video; the file is whole afterwards. */
  async finish(): Promise<void> {
    try {
      await this.#writer.close();
    } catch (cause) {
      throw await this.#errorFrom(cause);
    }
    if ((await this.#child.result).code !== 0) throw await this.#errorFrom();
    if (this.#source.isCut && this.#source.audio) await this.#cutSound();
  }

  #noteScaling({ width, height }: Size): void {
    const from = `${width}x${height}`;
    if (from === this.#scaledFrom) return;
    this.#scaledFrom = from;
    const { width: outWidth, height: outHeight } = this.#refit.form;
    this.#onNote(
      `Pictures of ${from} are shown in ${outWidth}x${outHeight}, with bars beside them`,
    );
  }

  /** What is not as in the source, in words. */
  #notes({ width, height }: Size): string[] {
    const { timeBase, width: sourceWidth, height: sourceHeight, otherStreams } = this.#source;
    const { clockHz } = containerOf(this.#path);
    const notes: string[] = [];
    if (width !== sourceWidth || height !== sourceHeight) {
      const from = `${sourceWidth}x${sourceHeight}`;
      notes.push(`The video is ${width}x${height}, made even from ${from} by repeating its edge`);
    }
    if (this.#ptsOffset > 0) {
      notes.push("The video begins at 0, as its source begins before that");
    }
    if (clockHz && (timeBase.num * clockHz) % timeBase.den !== 0) {
      const kind = extname(this.#path);
      notes.push(
        `Times are rounded to 1/${clockHz} s, as a ${kind} file tells no smaller ones apart`,
      );
    }
    if (otherStreams.length > 0) notes.push(`Left out: ${otherStreams.join(", ")}`);
    if (this.#audio.note) notes.push(this.#audio.note);
    return notes;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.abort().catch(() => {}); // It may be closed.
    this.#writer.releaseLock();
    await this.#child[Symbol.asyncDispose]();
  }

  /** Sound is read up to its end, also when the pictures were made to end before theirs. */
  async #cutSound(): Promise<void> {
    const { timeBase, startS } = this.#source;
    // A single frame lasts a tick here: the container knows better, but no sound depends on it.
    const endPts = this.#lastPts + this.#ptsOffset + Math.max(1, this.#intervalTicks);
    const endS = microsecondsFrom(endPts, timeBase) / 1e6 - startS;
    await using cut = await createPartialFile(this.#partialPath, { overwrite: true });
    await using child = spawnFfmpeg("ffmpeg", [
      ...["-hide_banner", "-nostdin", "-v", "error", "-y", "-copyts"],
      ...["-i", `file:${this.#partialPath}`, "-map", "0", "-c", "copy", "-to", endS.toFixed(6)],
      ...(containerOf(this.#path).args?.(timeBase.den) ?? []),
      `file:${cut.path}`,
    ], { stdout: "null" });
    const { code, complaint } = await child.result;
    if (code !== 0) {
      throw new OutputError(
        `Cannot cut the sound of "${this.#path}" where the pictures end: ${reasonIn(complaint)}`,
      );
    }
    await cut.commit();
  }

  async #errorFrom(cause?: unknown): Promise<OutputError> {
    this.#child.kill();
    const { complaint } = await this.#child.result;
    const line = reasonIn(complaint).replaceAll(this.#partialPath, this.#path);
    return new OutputError(`Cannot write "${this.#path}": ${line}`, { cause });
  }
}
