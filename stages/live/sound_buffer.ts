import type { LiveSound } from "../../pipeline/frame.ts";

/** In which form sound is kept: what every encoder takes. */
export const SOUND = { rateHz: 48_000, channels: 2 } as const;

/** How long sound is kept, in samples. */
const KEPT_SAMPLES = 5 * SOUND.rateHz;

/** By how many samples a packet may begin off the end of the one before: clocks are rounded. */
const TOLERANCE = SOUND.rateHz / 1000;

/** Sound that came in one piece. */
interface Piece {
  /** The number of its first sample on the feed's clock. */
  readonly start: number;
  /** The number behind its last. */
  readonly end: number;
  /** The channels of a sample stand side by side. */
  readonly samples: Int16Array;
}

/** The sound of the last seconds of a feed, on its clock, with the gaps that it had. */
export class SoundBuffer implements LiveSound {
  readonly rateHz: number = SOUND.rateHz;
  readonly channels: number = SOUND.channels;
  #pieces: Piece[] = [];

  /** Takes sound in; what was there already is left out. */
  put(start: number, samples: Int16Array): void {
    const lastEnd = this.#pieces.at(-1)?.end ?? -Infinity;
    const from = Math.abs(start - lastEnd) <= TOLERANCE ? lastEnd : Math.round(start);
    const end = from + samples.length / SOUND.channels;
    if (end <= lastEnd) return;
    const surplus = Math.max(0, lastEnd - from);
    const piece = samples.subarray(surplus * SOUND.channels);
    this.#pieces.push({ start: from + surplus, end, samples: piece });
    while (this.#pieces[0]!.end < end - KEPT_SAMPLES) this.#pieces.shift();
  }

  between(from: number, until: number, waitedUntil: number): Int16Array<ArrayBuffer> {
    const sound = new Int16Array(Math.max(0, until - from) * SOUND.channels);
    let position = from;
    for (const { start, end, samples } of this.#pieces) {
      if (end <= position) continue;
      position = Math.max(position, Math.min(start, until)); // A gap before what came stays one.
      if (position === until) break;
      const stop = Math.min(end, until);
      const part = samples.subarray(
        (position - start) * SOUND.channels,
        (stop - start) * SOUND.channels,
      );
      sound.set(part, (position - from) * SOUND.channels);
      position = stop;
    }
    position = Math.max(position, Math.min(until, waitedUntil));
    return sound.subarray(0, Math.max(0, position - from) * SOUND.channels);
  }
}
