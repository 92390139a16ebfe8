import type { Size } from "../../pipeline/fit.ts";
import type { FramePool, PooledBuffer } from "../../pipeline/frame_pool.ts";
import type { TimeBase } from "../../pipeline/time_base.ts";
import type { ByteReader } from "./byte_reader.ts";
import { NUT_FILE_ID, NUT_FLAGS, NUT_START_CODES } from "./nut.ts";

/** A raw picture out of a NUT stream, with its time. */
export interface NutPacket {
  /** The number of the stream that it belongs to, from 0. */
  readonly streamId: number;
  /** The presentation time, in ticks of the stream. */
  readonly pts: number;
  /** The length of a tick. */
  readonly timeBase: TimeBase;
  /** The picture's bytes, on loan from the pool. */
  readonly data: PooledBuffer;
}

/** What a frame's first byte stands for: a row of the table in the main header. */
interface FrameCode {
  readonly flags: number;
  readonly streamId: number;
  readonly sizeMultiplier: number;
  readonly sizeRemainder: number;
  readonly ptsDelta: number;
  readonly reservedCount: number;
  readonly headerIndex: number;
}

interface MainHeader {
  readonly timeBases: readonly TimeBase[];
  readonly frameCodes: readonly FrameCode[];
  readonly elidedHeaders: readonly Uint8Array[];
}

interface StreamHeader extends Size {
  readonly timeBase: TimeBase;
  readonly msbPtsShift: number;
  /** The time of its last frame, in ticks, from which the next one's is counted. */
  lastPts: number;
}

/** Where the pictures of a stream are put. */
export interface PictureMemory {
  readonly pool: FramePool;
  /** How many bytes each has. */
  readonly byteLength: number;
}

/** Thrown when a picture has another size than those before it. */
export class PictureSizeError extends RangeError {}

/** Numbers of variable length, from memory or from a stream. */
interface Numbers {
  readonly byte: () => number | Promise<number>;
}

async function unsigned({ byte }: Numbers): Promise<number> {
  let value = 0;
  for (;;) {
    const next = await byte();
    value = value * 128 + (next & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("Cannot read so large a number");
    if (next < 0x80) return value;
  }
}

async function signed(numbers: Numbers): Promise<number> {
  const value = await unsigned(numbers) + 1;
  return value % 2 ? -Math.floor(value / 2) : value / 2;
}

async function blob(numbers: Numbers): Promise<Uint8Array> {
  const bytes = new Uint8Array(await unsigned(numbers));
  for (let i = 0; i < bytes.length; i++) bytes[i] = await numbers.byte();
  return bytes;
}

function numbersOf(bytes: Uint8Array): Numbers {
  let position = 0;
  return {
    byte() {
      const byte = bytes[position++];
      if (byte === undefined) throw new RangeError("Cannot read on as the header has ended");
      return byte;
    },
  };
}

/** Section "main header" of the specification. */
async function mainHeaderFrom(numbers: Numbers): Promise<MainHeader> {
  const version = await unsigned(numbers);
  if (version !== 3) throw new RangeError(`Cannot read NUT version ${version}: it must be 3`);
  await unsigned(numbers); // How many streams there are.
  await unsigned(numbers); // The largest distance between syncpoints.
  const timeBases: TimeBase[] = [];
  for (let count = await unsigned(numbers); count > 0; count--) {
    timeBases.push({ num: await unsigned(numbers), den: await unsigned(numbers) });
  }
  const frameCodes = await frameCodesFrom(numbers);
  const elidedHeaders: Uint8Array[] = [new Uint8Array(0)];
  for (let count = await unsigned(numbers); count > 0; count--) {
    elidedHeaders.push(await blob(numbers));
  }
  return { timeBases, frameCodes, elidedHeaders };
}

/** The table of frame codes: runs of rows whose fields carry over from run to run. */
async function frameCodesFrom(numbers: Numbers): Promise<FrameCode[]> {
  const rows: FrameCode[] = [];
  let [ptsDelta, sizeMultiplier, streamId, headerIndex] = [0, 1, 0, 0];
  while (rows.length < 256) {
    const flags = await unsigned(numbers);
    const fieldCount = await unsigned(numbers);
    if (fieldCount > 0) ptsDelta = await signed(numbers);
    if (fieldCount > 1) sizeMultiplier = await unsigned(numbers);
    if (fieldCount > 2) streamId = await unsigned(numbers);
    const size = fieldCount > 3 ? await unsigned(numbers) : 0;
    const reservedCount = fieldCount > 4 ? await unsigned(numbers) : 0;
    const count = fieldCount > 5 ? await unsigned(numbers) : sizeMultiplier - size;
    if (fieldCount > 6) await signed(numbers); // The time that a frame must match: unused.
    if (fieldCount > 7) headerIndex = await unsigned(numbers);
    for (let field = 8; field < fieldCount; field++) await unsigned(numbers);
    const row = { streamId, sizeMultiplier, ptsDelta, reservedCount, headerIndex };
    for (let i = 0; i < count && rows.length < 256; i++) {
      if (rows.length === 0x4e) { // "N": a start code begins with it, so no frame may.
        rows.push({ ...row, flags: NUT_FLAGS.invalid, sizeRemainder: 0 });
        i--;
      } else {
        rows.push({ ...row, flags, sizeRemainder: size + i });
      }
    }
  }
  return rows;
}

/** Section "stream header" of the specification. */
async function streamHeaderFrom(
  numbers: Numbers,
  main: MainHeader,
): Promise<StreamHeader & { readonly id: number }> {
  const id = await unsigned(numbers);
  await unsigned(numbers); // Its class.
  await blob(numbers); // Its fourcc.
  const timeBase = main.timeBases[await unsigned(numbers)];
  if (!timeBase) throw new RangeError("Cannot find the stream's time base");
  const msbPtsShift = await unsigned(numbers);
  await unsigned(numbers); // The largest distance between times.
  await unsigned(numbers); // The decoder's delay.
  await unsigned(numbers); // Flags.
  await blob(numbers); // What only the codec understands.
  const [width, height] = [await unsigned(numbers), await unsigned(numbers)];
  return { id, timeBase, msbPtsShift, width, height, lastPts: 0 };
}

/** A time is coded in full, or by its lowest bits: the time nearest to the last one. */
function ptsFrom(coded: number, { msbPtsShift, lastPts }: StreamHeader): number {
  const span = 2 ** msbPtsShift;
  if (coded >= span) return coded - span;
  const base = lastPts - Math.floor((span - 1) / 2);
  return base + (((coded - base) % span) + span) % span;
}

/** Reads NUT with streams of raw pictures in it, as ffmpeg writes it. */
export class NutReader {
  readonly #input: ByteReader;
  #main: MainHeader | undefined;
  readonly #streams: StreamHeader[] = [];

  constructor(input: ByteReader) {
    this.#input = input;
  }

  /** Reads the headers, which tell the size of the first stream's pictures; nothing if there are none. */
  async size(): Promise<Size | undefined> {
    if (!this.#main) await this.#readFileId();
    while (this.#streams.length === 0) {
      if (await this.#input.isAtEnd()) return undefined;
      const first = await this.#input.byte();
      if (first !== 0x4e) throw new RangeError("Cannot find the stream's header");
      await this.#readHeader();
    }
    const { width, height } = this.#streams[0]!;
    return { width, height };
  }

  /** How many streams there are, once a picture was read. */
  get streamCount(): number {
    return this.#streams.length;
  }

  /**
   * Reads up to the next picture, of whichever stream; nothing at the end.
   *
   * @param memories Where pictures are put, for each stream.
   */
  async next(...memories: readonly PictureMemory[]): Promise<NutPacket | undefined> {
    if (!this.#main) await this.#readFileId();
    while (!await this.#input.isAtEnd()) {
      const first = await this.#input.byte();
      if (first === 0x4e) await this.#readHeader();
      else return await this.#readFrame(first, memories);
    }
    return undefined;
  }

  async #readFileId(): Promise<void> {
    if (await this.#input.isAtEnd()) return;
    const id = new TextDecoder().decode(await this.#input.bytes(NUT_FILE_ID.length));
    if (id !== NUT_FILE_ID) throw new RangeError("Cannot read the stream as it is not NUT");
  }

  async #readHeader(): Promise<void> {
    const rest = await this.#input.bytes(7);
    const startCode = new DataView(new Uint8Array([0x4e, ...rest]).buffer).getBigUint64(0);
    const byteLength = await unsigned(this.#numbers);
    if (byteLength > 4096) await this.#input.bytes(4); // The checksum of the header's own head.
    const numbers = numbersOf(await this.#input.bytes(byteLength));
    if (startCode === NUT_START_CODES.main) {
      this.#main ??= await mainHeaderFrom(numbers);
    } else if (startCode === NUT_START_CODES.stream && this.#main) {
      const { id, ...header } = await streamHeaderFrom(numbers, this.#main);
      if (id > this.#streams.length) throw new RangeError(`Cannot read stream ${id} as the next`);
      this.#streams[id] ??= header; // Headers are repeated from time to time.
    } else if (startCode === NUT_START_CODES.syncpoint) {
      await this.#resync(numbers);
    }
  }

  /** At a syncpoint, the time from which the following ones are counted is told anew. */
  async #resync(numbers: Numbers): Promise<void> {
    const timeBases = this.#main?.timeBases ?? [];
    const coded = await unsigned(numbers);
    const from = timeBases[coded % timeBases.length];
    if (!from || this.#streams.length === 0) {
      throw new RangeError("Cannot read a syncpoint before the headers");
    }
    const ticks = BigInt(Math.floor(coded / timeBases.length));
    for (const stream of this.#streams) {
      const to = stream.timeBase;
      stream.lastPts = Number(
        ticks * BigInt(from.num) * BigInt(to.den) / (BigInt(from.den) * BigInt(to.num)),
      );
    }
  }

  /** Section "frame" of the specification. */
  async #readFrame(first: number, memories: readonly PictureMemory[]): Promise<NutPacket> {
    const row = this.#main?.frameCodes[first];
    if (!row || row.flags & NUT_FLAGS.invalid) {
      throw new RangeError(`Cannot read a frame of code ${first}`);
    }
    const numbers = this.#numbers;
    let { flags, streamId, headerIndex, reservedCount } = row;
    if (flags & NUT_FLAGS.coded) flags ^= await unsigned(numbers);
    if (flags & NUT_FLAGS.streamId) streamId = await unsigned(numbers);
    const stream = this.#streams[streamId];
    const memory = memories[streamId];
    if (!stream || !memory) throw new RangeError(`Cannot read a frame of stream ${streamId}`);
    const pts = flags & NUT_FLAGS.codedPts
      ? ptsFrom(await unsigned(numbers), stream)
      : stream.lastPts + row.ptsDelta;
    let size = row.sizeRemainder;
    if (flags & NUT_FLAGS.sizeMsb) size += row.sizeMultiplier * await unsigned(numbers);
    if (flags & NUT_FLAGS.matchTime) await signed(numbers);
    if (flags & NUT_FLAGS.headerIndex) headerIndex = await unsigned(numbers);
    if (flags & NUT_FLAGS.reserved) reservedCount = await unsigned(numbers);
    for (; reservedCount > 0; reservedCount--) await unsigned(numbers);
    if (flags & NUT_FLAGS.checksum) await this.#input.bytes(4);
    if (flags & NUT_FLAGS.sideData) throw new RangeError("Cannot read a frame with side data");
    if (size !== memory.byteLength) {
      throw new PictureSizeError(
        `Cannot read a frame of ${size} bytes: it must have ${memory.byteLength}`,
      );
    }
    stream.lastPts = pts;
    const elided = this.#main?.elidedHeaders[headerIndex] ?? new Uint8Array(0);
    const buffer = memory.pool.take();
    new Uint8Array(buffer).set(elided);
    const data = memory.pool.lend(await this.#input.fill(buffer, elided.length));
    return { streamId, pts, timeBase: stream.timeBase, data };
  }

  get #numbers(): Numbers {
    return { byte: () => this.#input.byte() };
  }
}
