import type { LiveSound } from "../../pipeline/frame.ts";
import type { TimeBase } from "../../pipeline/time_base.ts";
import { nutFrameHeader } from "./nut_writer.ts";

/** How long sound is waited for when its picture is there, in seconds: it may take another way. */
const PATIENCE_S = 0.5;

/** What sound packets are made of. */
export interface SoundPacketsOptions {
  /** The sound of the feed. */
  readonly sound: LiveSound;
  /** The clock of the pictures. */
  readonly timeBase: TimeBase;
  /** When the first picture is shown, by the feed's clock. */
  readonly firstPts: number;
  /** What is added to times of the feed for those of the output, as a number of ticks. */
  readonly ptsOffset: number;
}

/** Hands the sound of a feed over, piece by piece, up to each picture. */
export class SoundPackets {
  readonly #sound: LiveSound;
  readonly #samplesPerTick: number;
  readonly #offset: number;
  /** The next sample, on the output's clock. */
  #position: number;

  /** Begins with the first picture. */
  constructor({ sound, timeBase: { num, den }, firstPts, ptsOffset }: SoundPacketsOptions) {
    this.#sound = sound;
    this.#samplesPerTick = sound.rateHz * num / den;
    this.#offset = Math.round(ptsOffset * this.#samplesPerTick);
    this.#position = Math.round(firstPts * this.#samplesPerTick) + this.#offset;
  }

  /** Silence from the beginning of the output to the first picture, where that comes later. */
  silence(): Uint8Array<ArrayBuffer>[] {
    const samples = new Uint8Array(2 * this.#sound.channels * Math.max(0, this.#position));
    if (samples.length === 0) return [];
    return [new Uint8Array(nutFrameHeader(0, samples.length, 1)), samples];
  }

  /**
   * The sound up to a picture, as far as it is there, a second at a time: a gap may have lasted for hours.
   *
   * @param pts When the picture is shown, by the feed's clock moved by `shift`.
   * @param shift By how many ticks the output runs behind the feed in between.
   * @returns What is to be written before the picture.
   */
  *upTo(pts: number, shift = 0): Generator<Uint8Array<ArrayBuffer>> {
    const { rateHz, channels } = this.#sound;
    const moved = this.#offset + Math.round(shift * this.#samplesPerTick);
    const until = Math.round((pts - shift) * this.#samplesPerTick);
    for (let from; (from = this.#position - moved) < until;) {
      const end = Math.min(until, from + rateHz);
      const samples = this.#sound.between(from, end, until - PATIENCE_S * rateHz);
      if (samples.length === 0) return;
      const header = new Uint8Array(nutFrameHeader(this.#position, samples.byteLength, 1));
      this.#position += samples.length / channels;
      yield header;
      yield new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    }
  }
}
