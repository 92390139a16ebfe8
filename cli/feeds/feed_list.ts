import { UsageError } from "../_usage_error.ts";
import type { RunOptions } from "../_run_options.ts";
import { feedsFrom, type FeedSpec } from "./feeds_file.ts";

/** A list of feeds in a file that may be edited at any time. */
export class FeedList {
  readonly #path: string;
  readonly #base: RunOptions;
  /** What the file was like when it was read, and when it was last looked at. */
  #read = "";
  #seen = "";

  /**
   * Makes it; nothing is read.
   *
   * @param path Where the file is.
   * @param base What holds where the list does not say otherwise.
   */
  constructor(path: string, base: RunOptions) {
    this.#path = path;
    this.#base = base;
  }

  /**
   * Reads the list.
   *
   * @throws {UsageError} If it cannot be read or makes no sense.
   */
  async read(): Promise<FeedSpec[]> {
    this.#read = this.#seen = await this.#look();
    return feedsFrom(await textAt(this.#path), this.#path, this.#base);
  }

  /**
   * Reads the list if it was edited since it was read. It is looked at, rather than watched, as editors
   * put another file in the place of the old one, and as that works on any file system; and it is read
   * once it looks the same twice, as writing takes time.
   *
   * @throws {UsageError} If it cannot be read or makes no sense any more: once for each edit.
   */
  async edited(): Promise<FeedSpec[] | undefined> {
    const before = this.#seen;
    this.#seen = await this.#look();
    const isReady = this.#seen === before && this.#seen !== this.#read;
    return isReady ? await this.read() : undefined;
  }

  async #look(): Promise<string> {
    try {
      const { mtime, size, ino } = await Deno.stat(this.#path);
      return [mtime?.getTime(), size, ino].join();
    } catch (error) {
      return (error as Error).message; // Whoever reads it is told.
    }
  }
}

async function textAt(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (cause as Error).message.replace(/^(.*?) \(os error.*$/s, "$1");
    throw new UsageError(`Cannot read "${path}": ${reason}`, { cause });
  }
}
