import { SteadyboxError } from "../pipeline/errors.ts";
import { feedInput, isPlaylist } from "../stages/live/feed_input.ts";
import { probe, type SourceReport } from "../stages/probe.ts";
import type { Outputs } from "./_outputs.ts";
import { type Sources, sourcesFrom } from "./_sources.ts";
import { storagePlace, storedInput } from "./_stored_input.ts";
import { UsageError } from "./_usage_error.ts";

/** What is read, until it is disposed of. */
export interface Input extends Disposable {
  /** Where it is. */
  readonly sources: Sources;
  /** What it is called, if that is not its path. */
  readonly name?: string;
  /** What it holds, where that was asked. */
  readonly report?: Promise<SourceReport>;
}

/**
 * Finds what the user names, and stores standard input.
 *
 * @param names Paths, globs, URLs or `-`.
 * @param outputs What is written, beside which there is room.
 * @param signal Gives it up.
 * @throws {SourceError} If it cannot be found.
 */
export async function openInput(
  names: readonly string[],
  outputs: Outputs,
  signal: AbortSignal,
): Promise<Input> {
  if (!names.includes("-")) {
    return {
      sources: await withLivePlaylist(await sourcesFrom(names), signal),
      [Symbol.dispose]() {},
    };
  }
  if (names.length > 1) throw new UsageError("Cannot read standard input with other sources");
  using stack = new DisposableStack();
  const { path } = stack.use(await storedInput(storagePlace(outputs), signal));
  const sources = await sourcesAt(path, signal);
  const kept = stack.move();
  return { sources, name: STANDARD_INPUT, [Symbol.dispose]: () => kept.dispose() };
}

/** A playlist (HLS) is a feed unless it has come to its end: only its content tells. */
async function withLivePlaylist(sources: Sources, signal: AbortSignal): Promise<Sources> {
  if (sources.kind !== "video" || !isPlaylist(sources.url)) return sources;
  const { isOver } = feedInput(sources.url, "tcp");
  return await isOver?.(signal) ? sources : { ...sources, isFeed: true };
}

/**
 * The input of which is asked at once what it holds, so that it is known by the time that all else is
 * ready. Disposing of it gives up the question, too.
 *
 * @param input What is read.
 * @param signal Gives the question up.
 */
export function withReport(input: Input, signal: AbortSignal): Input {
  const { sources } = input;
  if (sources.kind !== "video" || sources.isFeed) return input;
  const leaving = new AbortController();
  const report = probe(sources.url, { signal: AbortSignal.any([signal, leaving.signal]) });
  report.catch(() => {}); // Whoever reads the source hears of it.
  return {
    ...input,
    report,
    [Symbol.dispose]() {
      leaving.abort();
      input[Symbol.dispose]();
    },
  };
}

const STANDARD_INPUT = "standard input";

/** What a file holds, told by its content, as it has no name that would tell. */
async function sourcesAt(path: string, signal: AbortSignal): Promise<Sources> {
  try {
    const { format } = await probe(path, { signal });
    // The readers of single pictures, such as png_pipe.
    return /^image2|_pipe$/.test(format)
      ? { kind: "picture", paths: [path] }
      : { kind: "video", url: path };
  } catch (error) {
    throw named(path, error);
  }
}

/** An error in which standard input is called so, not by the file where it is stored. */
function named(path: string, error: unknown): unknown {
  if (error instanceof SteadyboxError) {
    error.message = error.message.replaceAll(`"${path}"`, STANDARD_INPUT)
      .replaceAll(path, STANDARD_INPUT);
  }
  return error;
}

/** An error in which the input has the name that the user knows. */
export function inTermsOf({ sources, name }: Input, error: unknown): unknown {
  if (name === undefined || sources.kind === "pictures") return error;
  return named(sources.kind === "video" ? sources.url : sources.paths[0], error);
}
