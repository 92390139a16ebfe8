import { basename } from "node:path";

/** What ffmpeg says when it begins to write a file of a playlist, which has another name until it is whole. */
const OPENING = /^\[hls @ \w+\] Opening '(.+\.ts)\.tmp' for writing/;

/** What ends a playlist: without it players would wait for more. */
const END = "#EXT-X-ENDLIST\n";

/** The length of a packet of MPEG-TS, in bytes. */
const PACKET_BYTES = 188;

/** What is wrong with a playlist on disk. */
export type PlaylistFlaw = "full" | "notFound";

/** Whom it is told to. */
export interface PlaylistNotices {
  /** Told when something is wrong. */
  readonly onFlaw: () => void;
  /** Counts the pictures that were written so far. */
  readonly written: () => number;
  /** Told when so many of them are whole on the disk. */
  readonly onWhole: (count: number) => void;
}

/**
 * Looks whether what ffmpeg writes of a playlist is on the disk. When that is full ffmpeg (5.1) says
 * nothing: it leaves empty files, and an empty playlist in the place of the one that was there.
 */
export class PlaylistCheck {
  readonly #path: string;
  readonly #notices: PlaylistNotices;
  /** The segment that was begun last, and how many pictures there were then: it is begun when it ends. */
  #segment: { readonly path: string; readonly written: number } | undefined;
  /** The segments that were begun since one was found whole. */
  #doubtful: string[] = [];
  /** The playlist, when it was last found whole. */
  #text = "";
  #isInDoubt = false;
  #looking: Promise<PlaylistFlaw | undefined> = Promise.resolve(undefined);

  /** @param path The path of the playlist. */
  constructor(path: string, notices: PlaylistNotices) {
    this.#path = path;
    this.#notices = notices;
  }

  /** Whether something was wrong, and nothing was found whole since. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /**
   * Begins a run of ffmpeg: makes the playlist what it was when it was last whole, so that it is gone on
   * with, and deletes what came to the disk in parts since, which may have taken the last of its space.
   *
   * @param end What the playlist ends with, if it is not gone on with.
   * @returns What is wrong, if that cannot be done.
   */
  async restore(end = ""): Promise<PlaylistFlaw | undefined> {
    this.#segment = undefined;
    this.#looking = Promise.resolve(undefined);
    const doubtful = this.#doubtful.splice(0);
    if (!this.#isInDoubt) return undefined;
    const partial = `${this.#path}.tmp`; // As ffmpeg calls it.
    for (const path of doubtful.flatMap((path) => [path, `${path}.tmp`])) {
      await Deno.remove(path).catch(() => {}); // It may not be there.
    }
    try {
      await Deno.writeTextFile(partial, this.#text + end);
      await Deno.rename(partial, this.#path);
      return undefined;
    } catch (error) {
      await Deno.remove(partial).catch(() => {}); // It may not be there.
      return flawFrom(error);
    }
  }

  /** Takes in a line that ffmpeg says: when it begins a segment, the one before is finished. */
  read(line: string): void {
    const [, path] = OPENING.exec(line) ?? [];
    if (path === undefined || path === this.#segment?.path) return;
    this.#doubtful.push(path);
    if (this.#segment) this.#look(this.#segment.path, this.#segment.written);
    this.#segment = { path, written: this.#notices.written() };
  }

  /**
   * Ends a run of ffmpeg.
   *
   * @param isFinished Whether it ended its last segment.
   * @returns What was wrong.
   */
  async end(isFinished: boolean): Promise<PlaylistFlaw | undefined> {
    if (isFinished) this.#look(this.#segment?.path, this.#notices.written());
    const flaw = await this.#looking;
    if (flaw) await this.restore(isFinished ? END : ""); // As far as that goes: it is done again before it is gone on with.
    return flaw;
  }

  /** Looks for what is wrong with a segment, or with the playlist that has it, if nothing is known to be. */
  #look(segment: string | undefined, written: number): void {
    this.#looking = this.#looking.then(async (known) => {
      if (known) return known;
      const flaw = segment === undefined ? undefined : await this.#flawOf(segment);
      this.#isInDoubt = flaw !== undefined;
      if (flaw) this.#notices.onFlaw();
      else this.#notices.onWhole(written);
      return flaw;
    });
  }

  async #flawOf(segment: string): Promise<PlaylistFlaw | undefined> {
    try {
      const { size } = await Deno.stat(segment);
      if (size === 0 || size % PACKET_BYTES !== 0) return "full";
      const text = await Deno.readTextFile(this.#path);
      const line = `${basename(segment)}\n`;
      const at = text.indexOf(line);
      if (at < 0) return "full";
      this.#text = text.slice(0, at + line.length); // The next one may be there already.
      this.#doubtful.splice(0, this.#doubtful.indexOf(segment) + 1);
      return undefined;
    } catch (error) {
      return flawFrom(error);
    }
  }
}

function flawFrom(error: unknown): PlaylistFlaw | undefined {
  if (error instanceof Deno.errors.NotCapable) return undefined; // Then nobody can know.
  return error instanceof Deno.errors.NotFound ? "notFound" : "full";
}
