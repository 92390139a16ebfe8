import type { Colour } from "../../pipeline/colour.ts";
import type { Rational } from "../../pipeline/time_base.ts";
import { colourOf } from "../ffmpeg/video_properties.ts";

/** What ffmpeg says of a picture stream, of which there is one coming in and one going out. */
const STREAM = /^\s*Stream #0:(\d+)\S*: Video: (\w+).*?, (\w+)(?:\(([^)]*)\))?(?:,|$)/;

/** What ffmpeg says at each beginning of its filters, with the size of the pictures that go in. */
const FILTER_INPUT = /^\[graph \d+ input from stream .*\] (w:\d+ h:\d+) /;

/** How fast pictures come, as far as it is known. */
const RATE = /, ([\d.]+)(k?) (?:fps|tbr)/;

/** The matrix, primaries and transfer in what ffmpeg says of a stream's colour. */
const COLOUR_WORD = /^[a-z0-9-]+(?:\/[a-z0-9-]+\/[a-z0-9-]+)?$/;

/** Other words that stand beside it: range, order of fields and place of chroma. */
const OTHER_WORDS = /^(tv|pc|progressive|(top|bottom)?(left)?|center)$/;

/** What ffmpeg says, with `-benchmark_all`, of each thing that it decodes or encodes. */
const WORK = /^bench: +\d+ user +\d+ sys +(\d+) real /;

/** What ffmpeg says, with `-dump`, of each packet that it receives: its stream, and its size. */
const PACKET = /^stream #(\d+):$/;
const PACKET_SIZE = /^ {2}size=(\d+)$/;

/** What a feed's pictures are like. */
export interface StreamNotes {
  /** The codec, as ffmpeg names it. */
  readonly codec: string;
  /** The rate in fps, where the sender tells. */
  readonly frameRate?: Rational;
  /** What the numbers of the decoded planes mean. */
  readonly colour: (height: number) => Colour;
}

/**
 * Reads what ffmpeg says of the pictures as it begins, line by line. It opens a feed once and says
 * this before it writes the first picture; to ask ffprobe would take a second connection.
 */
export class StreamNotesReader {
  readonly #complete = Promise.withResolvers<void>();
  #codec: string | undefined;
  #frameRate: Rational | undefined;
  #colour: Parameters<typeof colourOf>[0] | undefined;
  #filterInput: string | undefined;
  readonly #onChange: () => void;
  /** When the sender's host took the connection, in milliseconds of `performance.now()`. */
  connectedAtMs: number | undefined;
  #workedMs: number | undefined;
  #largestBytes = 0;
  #videoStream: string | undefined;
  #packetStream: string | undefined;

  /** @param onChange Called when the pictures have another size than at first. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takes a line in. */
  readonly read = (line: string): void => {
    if (this.#readWork(line)) return;
    if (line.includes("Successfully connected")) this.connectedAtMs ??= performance.now();
    const filterInput = FILTER_INPUT.exec(line)?.[1];
    this.#filterInput ??= filterInput;
    if (filterInput !== undefined && filterInput !== this.#filterInput) this.#onChange();
    const [, stream, codec, pixelFormat, details = ""] = STREAM.exec(line) ?? [];
    if (codec === undefined || pixelFormat === undefined) return;
    if (codec === "rawvideo" && this.#codec !== undefined) {
      this.#colour ??= { index: 0, pix_fmt: pixelFormat, ...colourTags(details) };
      this.#complete.resolve();
    } else {
      this.#codec ??= codec;
      this.#videoStream ??= stream;
      this.#frameRate ??= frameRateIn(line);
    }
  };

  /**
   * What ffmpeg did since this was asked for last: how long it decoded, in milliseconds, `Infinity` if it
   * does not tell, and how large the largest picture was that it received.
   */
  takeWork(): { readonly decodedMs: number; readonly encodedBytes: number } {
    const work = { decodedMs: this.#workedMs ?? Infinity, encodedBytes: this.#largestBytes };
    if (this.#workedMs !== undefined) this.#workedMs = 0;
    this.#largestBytes = 0;
    return work;
  }

  #readWork(line: string): boolean {
    const [, workedUs] = WORK.exec(line) ?? [];
    const [, stream] = PACKET.exec(line) ?? [];
    const [, bytes] = PACKET_SIZE.exec(line) ?? [];
    if (workedUs !== undefined) this.#workedMs = (this.#workedMs ?? 0) + Number(workedUs) / 1000;
    if (stream !== undefined) this.#packetStream = stream;
    if (bytes !== undefined && this.#packetStream === this.#videoStream) {
      this.#largestBytes = Math.max(this.#largestBytes, Number(bytes));
    }
    return (workedUs ?? stream ?? bytes) !== undefined;
  }

  /** What was read when all has been, or when nothing more is said in that time. */
  async notes(patienceMs: number): Promise<StreamNotes> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const impatience = new Promise<void>((resolve) => timer = setTimeout(resolve, patienceMs));
    await Promise.race([this.#complete.promise, impatience]);
    clearTimeout(timer);
    const stream = this.#colour ?? { index: 0 };
    return {
      codec: this.#codec ?? "unknown",
      ...this.#frameRate && { frameRate: this.#frameRate },
      colour: (height) => colourOf(stream, height),
    };
  }
}

function frameRateIn(line: string): Rational | undefined {
  const [, digits, kilo] = RATE.exec(line) ?? [];
  const fps = Number(digits) * (kilo ? 1000 : 1);
  if (!(fps > 0 && fps <= 1000)) return undefined;
  const ntsc = Math.round(fps * 1.001);
  // Ffmpeg says 29.97 for 30000/1001.
  return Math.abs(ntsc * 1000 / 1001 - fps) < 0.006 && !Number.isInteger(fps)
    ? { num: ntsc * 1000, den: 1001 }
    : { num: Math.round(fps * 100), den: 100 };
}

function colourTags(details: string): Record<string, string> {
  const words = details.split(", ");
  const range = words.find((word) => word === "tv" || word === "pc");
  const name = words.find((word) => COLOUR_WORD.test(word) && !OTHER_WORDS.test(word));
  const [space, primaries = space, transfer = space] = name?.split("/") ?? [];
  return {
    ...range && { color_range: range },
    ...space && { color_space: space },
    ...primaries && { color_primaries: primaries },
    ...transfer && { color_transfer: transfer },
  };
}
