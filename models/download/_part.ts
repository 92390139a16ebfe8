import { ModelError } from "../../pipeline/errors.ts";

/** How often another program's download of the same file is looked at, in milliseconds. */
const LOOK_AGAIN_MS = 100;

/** What tells whether the rest of a file still belongs to what is here of it. */
export interface PartState {
  /** The strong entity tag that the server gave what is here (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/**
 * What is here of a file that is being downloaded. Only one program at a time holds it; disposing of
 * it lets the next one in, and leaves what is here for another time.
 */
export class Part implements Disposable {
  readonly #file: Deno.FsFile;
  /** Where it lies. */
  readonly path: string;

  /** Takes an open file that this program has locked. */
  constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.path = path;
  }

  /** What is known of it; nothing where it cannot be continued. */
  async state(): Promise<PartState | undefined> {
    try {
      const { etag } = JSON.parse(await Deno.readTextFile(statePath(this.path)));
      return isStrong(etag) ? { etag } : undefined;
    } catch {
      return undefined; // Then it is begun anew.
    }
  }

  /** How many bytes there are. */
  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** Begins anew, with what is known of the file that comes. */
  async begin(etag: string | null): Promise<void> {
    await this.#file.truncate(0);
    await this.#file.seek(0, Deno.SeekMode.Start);
    await removed(statePath(this.path));
    if (isStrong(etag)) await Deno.writeTextFile(statePath(this.path), JSON.stringify({ etag }));
  }

  /** Adds bytes at the end. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.seek(0, Deno.SeekMode.End);
    for (let at = 0; at < bytes.length; at += await this.#file.write(bytes.subarray(at)));
  }

  /** Gives it its name, as it is whole. */
  async publish(target: string): Promise<void> {
    await this.#file.sync(); // Else a power failure could leave the name without the bytes.
    await Deno.rename(this.path, target);
    await removed(statePath(this.path));
  }

  /** Removes it, as nothing of it is of use. */
  async discard(): Promise<void> {
    await removed(this.path);
    await removed(statePath(this.path));
  }

  /** Lets go of it. */
  [Symbol.dispose](): void {
    this.#file.close(); // Which ends the lock too.
  }
}

/**
 * Takes hold of what is here of a file, or begins with nothing; waits while another program has it.
 *
 * @param path Where it lies.
 * @param signal Gives it up.
 */
export async function holdPart(path: string, signal: AbortSignal): Promise<Part> {
  while (true) {
    using stack = new DisposableStack();
    const file = stack.use(await Deno.open(path, { read: true, write: true, create: true }));
    while (!await file.tryLock(true)) await waited(LOOK_AGAIN_MS, signal);
    // Whoever had it may have renamed or removed it meanwhile: then this one is not it any more.
    if (await isAt(path, file)) return (stack.move(), new Part(file, path));
  }
}

/** Waits. */
export async function waited(durationMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, durationMs);
  const giveUp = () => resolve();
  signal.addEventListener("abort", giveUp);
  await promise;
  signal.removeEventListener("abort", giveUp);
  clearTimeout(timer);
  signal.throwIfAborted();
}

/** A failure to keep a file, in words. */
export function keepingError(shown: string, directory: string, cause: unknown): ModelError {
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  const reason = code === "ENOSPC"
    ? "no space is left on the device"
    : String(message ?? cause).replace(/ \(os error.*/s, "");
  return new ModelError(`Cannot keep the model "${shown}" in "${directory}": ${reason}`, { cause });
}

function statePath(path: string): string {
  return `${path}.json`;
}

function isStrong(etag: unknown): etag is string {
  return typeof etag === "string" && /^"[^"]*"$/.test(etag);
}

async function isAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const [there, held] = await Promise.all([Deno.stat(path).catch(() => undefined), file.stat()]);
  return there !== undefined && there.ino === held.ino && there.dev === held.dev;
}

async function removed(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
