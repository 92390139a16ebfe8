import { extname, format, parse } from "node:path";
import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { type MeteredSink, sink } from "../pipeline/sink.ts";
import { containerOf } from "./ffmpeg/container.ts";
import { EncoderRun } from "./ffmpeg/encoder_run.ts";
import { chosenEncoder, type EncoderChoice } from "./ffmpeg/hardware_encoder.ts";
import { createFollowedFile } from "./writing/partial_file.ts";

/** How a recording is made. */
export interface RecordOptions {
  /** How long a segment is, in seconds of the frames' own time. */
  readonly segmentS: number;
  /** The codec, as for `encode()`; the default suits the container. */
  readonly codec?: string;
  /**
   * What of the machine's hardware encodes, as for `encode()`.
   *
   * @default {"none"}
   */
  readonly hwaccel?: string;
  /** The quality, from 0 (best) to 63, in the codec's own scale; a sensible one where absent. */
  readonly crf?: number;
  /** Called once for each thing that is not as in the source, in words. */
  readonly onNote?: (note: string) => void;
  /** Called with the path of each segment that is begun. */
  readonly onSegment?: (path: string) => void;
}

/**
 * Records frames in segments, with ffmpeg: files that can each be played by themselves, also while
 * they grow and when nobody was left to finish them.
 *
 * A segment is named after the time at which its first frame came, in UTC:
 * `camera-20261121T093000Z.mp4` for `camera.mp4`. A new one begins when a segment is as long as
 * wanted, and when the pictures change their size or colour space. Within a segment frames are
 * shown at their own distances, gaps included; what comes first in it is shown at 0. Sound is kept
 * where `receive()` was asked for it.
 *
 * Pictures are on disk in fragments of a second: what is killed can be played up to the last of
 * them. Nothing is dropped; a slow disk holds the pipeline.
 *
 * @param path Where to; the time is put before the extension, which tells the container: MP4,
 * QuickTime, Matroska, WebM or MPEG-TS.
 * @param options How it is made.
 * @returns The sink of a pipeline: it takes whatever carries a frame.
 * @throws {RangeError} If an option is out of range.
 * @throws {OutputError} If the extension is none of such a container. Through the stream, if a
 * file cannot be written.
 *
 * @example Ten minutes a file
 * ```ts ignore
 * await detections
 *   .pipeThrough(annotate())
 *   .pipeTo(record("recordings/camera.mp4", { segmentS: 600 }));
 * ```
 */
export function record(
  path: string,
  options: RecordOptions,
): MeteredSink<{ readonly frame: Frame }> {
  const { segmentS, crf, onSegment = () => {} } = options;
  if (!(segmentS > 0 && segmentS < Infinity)) {
    throw new RangeError(`Cannot record as segmentS must be above 0: current value is ${segmentS}`);
  }
  if (crf !== undefined && !(crf >= 0 && crf <= 63)) {
    throw new RangeError(`Cannot record as crf must be from 0 to 63: current value is ${crf}`);
  }
  if (!containerOf(path).fragmentArgs) {
    throw new OutputError(
      `Cannot record "${path}" as a ${extname(path)} file cannot be played before its end`,
    );
  }
  return sink("record", async function record(items) {
    await using recording = new Recording(path, options, onSegment);
    for await (const { frame } of items) await recording.write(frame);
    await recording.end();
  });
}

/** A segment that is written. */
interface Segment {
  readonly run: EncoderRun;
  readonly first: Pick<Frame, "timestampUs" | "source">;
}

/** The segments, of which one is written and one may be being finished. */
class Recording implements AsyncDisposable {
  readonly #path: string;
  readonly #options: RecordOptions;
  readonly #onSegment: (path: string) => void;
  #current: Segment | undefined;
  /** What encodes pictures of which size: it is not looked for before each segment. */
  #encoder: { readonly size: string; readonly choice: EncoderChoice } | undefined;
  #finishing: Promise<void> = Promise.resolve();

  constructor(path: string, options: RecordOptions, onSegment: (path: string) => void) {
    this.#path = path;
    this.#options = options;
    this.#onSegment = onSegment;
  }

  async write(frame: Frame): Promise<void> {
    if (this.#current && this.#isOver(this.#current, frame)) await this.#finish();
    this.#current ??= await this.#begun(frame);
    await this.#current.run.write(frame);
  }

  /** Ends the last segment; all are whole afterwards. */
  async end(): Promise<void> {
    await this.#finish();
    await this.#finishing;
  }

  /** Begins to end the segment that is written, when the one before it is whole. */
  async #finish(): Promise<void> {
    await this.#finishing;
    if (!this.#current) return;
    this.#finishing = finished(this.#current.run);
    this.#finishing.catch(() => {}); // Whoever waits for it hears of it.
    this.#current = undefined;
  }

  /** Ends all processes; what is written stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.run[Symbol.asyncDispose]();
    await this.#finishing.catch(() => {}); // It has been told, or another error is.
  }

  #isOver({ first }: Segment, { timestampUs, source }: Frame): boolean {
    if (timestampUs - first.timestampUs >= 1e6 * this.#options.segmentS) return true;
    const [a, b] = [first.source, source];
    return a !== b && (a.width !== b.width || a.height !== b.height ||
      a.colour.matrix !== b.colour.matrix || a.colour.range !== b.colour.range);
  }

  async #begun(frame: Frame): Promise<Segment> {
    const { arrivedAtMs, timestampUs, source } = frame;
    const ageMs = arrivedAtMs === undefined ? 0 : performance.now() - arrivedAtMs;
    const path = await freePathFor(this.#path, new Date(Date.now() - ageMs));
    const run = new EncoderRun(this.#path, path, frame, {
      ...this.#options,
      ...await this.#encoderFor(source),
      isFragmented: true,
    });
    this.#onSegment(path);
    return { run, first: { timestampUs, source } };
  }

  async #encoderFor(source: Frame["source"]): Promise<EncoderChoice> {
    const size = `${source.width}x${source.height}`;
    if (this.#encoder?.size !== size) {
      this.#encoder = { size, choice: await chosenEncoder(this.#path, source, this.#options) };
    }
    return this.#encoder.choice;
  }
}

async function finished(run: EncoderRun): Promise<void> {
  await using _ = run;
  await run.finish();
}

/** Makes an empty file that is named after a time; what came in the same second is numbered. */
async function freePathFor(path: string, time: Date): Promise<string> {
  const { dir, name, ext } = parse(path);
  const stamp = `${name}-${time.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "")}`;
  for (let number = 1;; number++) {
    const wanted = format({ dir, name: number === 1 ? stamp : `${stamp}-${number}`, ext });
    const isTaken = await Deno.lstat(wanted).then(() => true, (error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    });
    if (!isTaken) return (await createFollowedFile(wanted, { overwrite: false })).path;
  }
}
