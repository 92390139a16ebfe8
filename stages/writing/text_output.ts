import { OutputError } from "../../pipeline/errors.ts";
import { outputErrorFrom } from "./output_error.ts";
import { createFollowedFile, createPartialFile, type PartialFile } from "./partial_file.ts";
import type { TextTarget, WriteOptions } from "../text_target.ts";

/** How much text is gathered for a file that nobody reads yet, in characters: each write takes a thread. */
const GATHERED_LENGTH = 65_536;

/** Waits for something no longer than until the signal is aborted. */
async function unlessAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([wanted, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A file as a stream. A file's own `writable` tells of a full disk one write late, so never of the last. */
function streamTo(file: Deno.FsFile): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      try {
        for (let rest = chunk; rest.length > 0; rest = rest.subarray(await file.write(rest)));
      } catch (error) {
        file.close(); // A stream that has failed is neither closed nor aborted.
        throw error;
      }
    },
    close: () => file.close(),
    abort: () => file.close(),
  });
}

/** What {@linkcode TextOutput} is made of. */
interface Parts {
  /** The path that the user named, if it was one. */
  readonly name?: string;
  readonly stream: WritableStream<Uint8Array>;
  readonly ownsStream: boolean;
  readonly partial?: PartialFile;
  /** Whether somebody may read what was written before its end. */
  readonly isFollowed: boolean;
  readonly signal: AbortSignal;
}

/**
 * A text on its way to a file or a stream; disposing of it before its end takes it back, unless the
 * file is followed.
 */
export class TextOutput implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  /** What was not written yet. */
  #text = "";
  #isOver = false;

  /**
   * Takes hold of the stream.
   *
   * @param parts Where to write to.
   */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#writer = parts.stream.getWriter();
    this.#writer.closed.catch(() => {}); // A stream that fails says so when it is written to.
  }

  /** Whether this becomes a file, rather than going to a stream, a device or a named pipe. */
  get isFile(): boolean {
    return this.#parts.partial?.isFile ?? false;
  }

  /**
   * Writes, and waits until that is taken; what becomes a file is gathered first, unless it is followed.
   *
   * @param text The text; if it is empty, nothing is done.
   * @throws {OutputError} If it cannot be written.
   */
  async write(text: string): Promise<void> {
    this.#text += text;
    const isGathered = this.isFile && !this.#parts.isFollowed;
    if (!isGathered || this.#text.length >= GATHERED_LENGTH) await this.#flush();
  }

  /**
   * Ends the text: a file is closed and gets its name.
   *
   * @throws {OutputError} If that cannot be done.
   */
  async end(): Promise<void> {
    await this.#flush();
    if (this.#parts.ownsStream) await this.#settled(this.#writer.close());
    else this.#writer.releaseLock();
    this.#isOver = true;
    await this.#parts.partial?.commit();
  }

  /** Removes an unfinished file. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) {
      const { signal, ownsStream } = this.#parts;
      const reason = signal.aborted ? signal.reason : new OutputError("Cannot complete the output");
      // Why it is taken back is known already; what the stream adds to it is a consequence.
      if (ownsStream) await this.#writer.abort(reason).catch(() => {});
      this.#writer.releaseLock();
    }
    await this.#parts.partial?.[Symbol.asyncDispose]();
  }

  async #flush(): Promise<void> {
    if (this.#text === "") return;
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    await this.#settled(this.#writer.write(bytes));
  }

  async #settled(operation: Promise<void>): Promise<void> {
    const { name, signal } = this.#parts;
    operation.catch(() => {}); // If it fails after the abortion, nobody waits for it any more.
    try {
      await unlessAborted(operation, signal);
    } catch (cause) {
      throw signal.aborted ? cause : outputErrorFrom(name, cause);
    }
  }
}

/**
 * Opens a writer's target.
 *
 * @param target The path of a file, or a stream.
 * @param options How to treat it.
 * @param signal Aborted when the writing is to be given up.
 * @returns The output.
 * @throws {OutputError} If it cannot be written to, or exists and may not be replaced.
 */
export async function openTextOutput(
  target: TextTarget,
  { overwrite = false, isFollowed = false, closeTarget = false }: WriteOptions,
  signal: AbortSignal,
): Promise<TextOutput> {
  if (typeof target !== "string") {
    return new TextOutput({ stream: target, ownsStream: closeTarget, isFollowed: true, signal });
  }
  await using stack = new AsyncDisposableStack();
  const make = isFollowed ? createFollowedFile : createPartialFile;
  const partial = stack.use(await make(target, { overwrite }));
  try {
    const stream = streamTo(await Deno.open(partial.path, { write: true }));
    stack.move();
    return new TextOutput({ name: target, stream, ownsStream: true, partial, isFollowed, signal });
  } catch (cause) {
    throw outputErrorFrom(target, cause);
  }
}
