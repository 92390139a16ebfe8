import { dirname } from "node:path";
import { OutputError, SourceError } from "../pipeline/errors.ts";
import { filesOf, type Outputs } from "./_outputs.ts";

/** A file that is there until it is disposed of, or the program ends. */
export interface StoredInput extends Disposable {
  /** Where it is. */
  readonly path: string;
}

/** A variable of the environment, if it may be read. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return (state === "granted" && Deno.env.get(name)) || undefined;
}

/**
 * The directory in which standard input is stored: that of the cache where one is named, else that
 * of the first output, in which the program must be able to write anyhow, else that of temporary
 * files.
 */
export function storagePlace(outputs: Outputs): string {
  const cache = variable("STEADYBOX_CACHE");
  if (cache) return cache;
  const files = filesOf(outputs).map(([, path]) => path);
  const first = files.find((path) => !path.startsWith("/dev/"));
  return first === undefined ? variable("TMPDIR") ?? "/tmp" : dirname(first);
}

async function emptyFileIn(directory: string): Promise<string> {
  try {
    if (directory === variable("STEADYBOX_CACHE")) await Deno.mkdir(directory, { recursive: true });
    return await Deno.makeTempFile({ dir: directory, prefix: ".steadybox-input-" });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new OutputError(`Cannot store standard input: no file can be made in "${directory}"`, {
      cause,
    });
  }
}

/**
 * Stores standard input in a file, since a video is opened more than once.
 *
 * @param directory Where.
 * @param signal Gives it up.
 * @throws {SourceError} If nothing comes.
 * @throws {OutputError} If there is no room for it.
 */
export async function storedInput(directory: string, signal: AbortSignal): Promise<StoredInput> {
  if (Deno.stdin.isTerminal()) {
    throw new SourceError(`Cannot read standard input as it is a terminal: pipe a video into it`);
  }
  const path = await emptyFileIn(directory);
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
