import { OutputError } from "../../pipeline/errors.ts";
import type { FrameSource } from "../../pipeline/frame.ts";
import { ByteReader } from "../ffmpeg/byte_reader.ts";
import { type FfmpegProcess, reasonIn, spawnFfmpeg } from "../ffmpeg/process.ts";

/** Wider pictures are made smaller: they are to be looked at, over a network too. */
const MAX_WIDTH = 1280;

/** How long a picture may take, in milliseconds. */
const STALL_MS = 5000;

/** No picture of that width is larger, in bytes. */
const MAX_JPEG_BYTES = 64 * 2 ** 20;

/** What ends the header of a part, byte by byte. */
const HEADER_END = "\r\n\r\n";

/** Makes JPEGs of pictures of one size, one at a time, in a process of its own that stays. */
export class JpegEncoder implements AsyncDisposable {
  /** What the pictures have in common. */
  readonly source: FrameSource;
  readonly #child: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ByteReader;

  /** Starts the process. */
  constructor(source: FrameSource) {
    this.source = source;
    this.#child = spawnFfmpeg("ffmpeg", jpegArguments(source), { stdin: "piped" });
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = new ByteReader(this.#child.stdout);
  }

  /**
   * Makes a JPEG. The next one may be asked for when it is there.
   *
   * @param planes All planes of a picture of the size of the source.
   * @throws {OutputError} If the process fails or says nothing for long; it is of no more use then.
   */
  async encode(planes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STALL_MS);
    try {
      const [jpeg] = await Promise.all([this.#part(), this.#writer.write(planes)]);
      return jpeg;
    } catch (cause) {
      this.#child.kill("SIGKILL");
      const { complaint } = await this.#child.result;
      throw new OutputError(`Cannot make a picture to show: ${reasonIn(complaint)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#reader[Symbol.asyncDispose]();
    await this.#writer.abort().catch(() => {}); // It may have ended already.
    this.#writer.releaseLock();
    await this.#child[Symbol.asyncDispose]();
  }

  /** A part of a multipart stream, whose header tells its length. */
  async #part(): Promise<Uint8Array<ArrayBuffer>> {
    let header = "";
    while (!header.endsWith(HEADER_END)) {
      header += String.fromCharCode(await this.#reader.byte());
      if (header.length > 1000) throw new RangeError("what came is no picture");
    }
    const length = Number(/content-length: *(\d+)/i.exec(header)?.[1]);
    if (!(length > 0 && length < MAX_JPEG_BYTES)) throw new RangeError("what came has no length");
    return await this.#reader.bytes(length);
  }
}

function jpegArguments({ width, height, colour: { matrix, range } }: FrameSource): string[] {
  const isFull = range === "full";
  const scale = [
    // As displayed, pixels are square; JPEG is BT.601 at full range by its standard (JFIF).
    `w=max(16\\,min(iw\\,${MAX_WIDTH})):h=-1`,
    `in_color_matrix=${matrix}:in_range=${isFull ? "pc" : "tv"}`,
    "out_color_matrix=bt601:out_range=pc:flags=bilinear",
  ];
  return [
    ...["-hide_banner", "-nostdin", "-v", "error", "-threads", "1"],
    // Pictures are not analysed, which would hold back the first ones.
    ...["-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0"],
    ...["-f", "rawvideo", "-pix_fmt", isFull ? "yuvj420p" : "yuv420p"],
    ...["-video_size", `${width}x${height}`, "-i", "pipe:0"],
    ...["-vf", `scale=${scale.join(":")},format=yuvj420p`, "-fps_mode", "passthrough"],
    ...["-c:v", "mjpeg", "-q:v", "5", "-threads", "1"], // Threads would hold pictures back.
    ...["-flush_packets", "1", "-f", "mpjpeg", "pipe:1"],
  ];
}
