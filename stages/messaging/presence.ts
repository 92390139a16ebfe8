import type { Track } from "../../pipeline/track.ts";

/** Something that an object did. */
export interface PresenceChange {
  /** Whether it came or went. */
  readonly event: "appeared" | "left";
  /** The object as it was seen last, which for one that has come is first. */
  readonly track: Track;
  /** When it was seen first, in microseconds of the stream. */
  readonly firstUs: number;
  /** When it was seen last, in microseconds of the stream. */
  readonly lastUs: number;
}

/** Tells from the tracks of each frame who has come and who has gone. */
export class Presence {
  readonly #goneAfterUs: number;
  readonly #present = new Map<number, Omit<PresenceChange, "event">>();

  /**
   * Begins with nobody.
   *
   * @param goneAfterS For how long an object is unseen until it counts as gone, in seconds.
   */
  constructor(goneAfterS: number) {
    this.#goneAfterUs = goneAfterS * 1e6;
  }

  /**
   * Takes the tracks of a frame.
   *
   * @returns What has changed: first who left, then who came.
   */
  update(timestampUs: number, tracks: readonly Track[]): PresenceChange[] {
    const arrived: PresenceChange[] = [];
    for (const track of tracks) {
      const known = this.#present.get(track.trackId);
      const seen = { track, firstUs: known?.firstUs ?? timestampUs, lastUs: timestampUs };
      this.#present.set(track.trackId, seen);
      if (!known) arrived.push({ event: "appeared", ...seen });
    }
    return [...this.#gone((lastUs) => timestampUs - lastUs > this.#goneAfterUs), ...arrived];
  }

  /** All leave, as nothing more is to be seen. */
  end(): PresenceChange[] {
    return this.#gone(() => true);
  }

  #gone(isGone: (lastUs: number) => boolean): PresenceChange[] {
    const gone = [...this.#present.values()].filter(({ lastUs }) => isGone(lastUs));
    for (const { track } of gone) this.#present.delete(track.trackId);
    return gone.map((seen) => ({ event: "left", ...seen }));
  }
}
