import type { LiveSound } from "../../pipeline/frame.ts";
import type { PooledBuffer } from "../../pipeline/frame_pool.ts";
import { nutFrameHeader, type NutStream } from "../ffmpeg/nut_writer.ts";
import { SoundPackets } from "../ffmpeg/sound_packets.ts";

/**
 * How much silence comes before the first picture, in seconds, where sound is sent: ffmpeg sends nothing
 * before its encoder has had two packets of sound. Without it the first picture would wait for what is
 * heard after it.
 */
const SILENCE_S = 0.05;

/** A picture in the time of its feed. */
interface TimedPicture {
  /** When it is shown, in ticks of the stream. */
  readonly pts: number;
  /** How many ticks of that are due to cards that were shown. */
  readonly shift: number;
  /** Its bytes. */
  readonly data: PooledBuffer;
}

/** What is written for the pictures of one connection: the sound up to each, and the picture. */
export class OutgoingPackets {
  readonly #first: Pick<TimedPicture, "pts" | "shift">;
  readonly #leadTicks: number;
  readonly #sound: SoundPackets | undefined;
  #silence: readonly Uint8Array[];

  /**
   * Begins with the first picture.
   *
   * @param first The first picture.
   * @param stream What the pictures have in common.
   * @param sound The sound beside them, if it is sent.
   */
  constructor(
    { pts, shift }: TimedPicture,
    { timeBase }: NutStream,
    sound: LiveSound | undefined,
  ) {
    this.#first = { pts, shift };
    this.#leadTicks = sound ? Math.round(SILENCE_S * timeBase.den / timeBase.num) : 0;
    const firstPts = pts - shift;
    const ptsOffset = this.#leadTicks - firstPts;
    this.#sound = sound && new SoundPackets({ sound, timeBase, firstPts, ptsOffset });
    this.#silence = this.#sound?.silence() ?? [];
  }

  /** What is written for a picture; each comes once, in order. */
  of({ pts, shift, data }: TimedPicture): Uint8Array[] {
    const first = this.#first;
    const bytes = new Uint8Array(data.buffer);
    const ticks = pts - first.pts + this.#leadTicks;
    const parts = [
      ...this.#silence,
      ...this.#sound?.upTo(pts - first.shift, shift - first.shift) ?? [],
      nutFrameHeader(ticks, bytes.length, this.#sound && 0),
      bytes,
    ];
    this.#silence = [];
    return parts;
  }
}
