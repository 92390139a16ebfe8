import { SourceError } from "../pipeline/errors.ts";

/** A file that is there until it is disposed of, or the program ends. */
export interface StoredInput extends Disposable {
  /** Where it is. */
  readonly path: string;
}

/**
 * Stores standard input in a temporary file, since a video is opened more than once.
 *
 * @param signal Gives it up.
 * @throws {SourceError} If nothing comes.
 */
export async function storedInput(signal: AbortSignal): Promise<StoredInput> {
  if (Deno.stdin.isTerminal()) {
    throw new SourceError(`Cannot read standard input as it is a terminal: pipe a video into it`);
  }
  const path = await Deno.makeTempFile({ prefix: "steadybox-" });
  const remove = () => {
    removeEventListener("unload", remove);
    Deno.removeSync(path);
  };
  addEventListener("unload", remove); // Also when the program is ended in the middle.
  const stored = { path, [Symbol.dispose]: remove };
  try {
    const file = await Deno.open(path, { write: true });
    await Deno.stdin.readable.pipeTo(file.writable, { signal });
    if ((await Deno.stat(path)).size === 0) {
      throw new SourceError("Cannot read standard input: it is empty");
    }
    return stored;
  } catch (error) {
    remove();
    if (signal.aborted || error instanceof SourceError) throw error;
    throw new SourceError(`Cannot store standard input: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
