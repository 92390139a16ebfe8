import { SteadyboxError } from "../pipeline/errors.ts";
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
  if (!names.includes("-")) return { sources: await sourcesFrom(names), [Symbol.dispose]() {} };
  if (names.length > 1) throw new UsageError("Cannot read standard input with other sources");
  const stored = await storedInput(storagePlace(outputs), signal);
  return {
    sources: { kind: "video", url: stored.path },
    name: STANDARD_INPUT,
    [Symbol.dispose]: () => stored[Symbol.dispose](),
  };
}

const STANDARD_INPUT = "standard input";

/** An error in which the input has the name that the user knows. */
export function inTermsOf({ sources, name }: Input, error: unknown): unknown {
  if (name === undefined || sources.kind !== "video") return error;
  if (error instanceof SteadyboxError) {
    error.message = error.message.replaceAll(`"${sources.url}"`, name).replaceAll(
      sources.url,
      name,
    );
  }
  return error;
}
