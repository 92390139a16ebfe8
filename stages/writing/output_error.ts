import { OutputError } from "../../pipeline/errors.ts";

/** The directory of a path, as far as words need it: the module for paths takes long to load. */
function directoryOf(path: string): string {
  const [directory = ""] = /^.*[/\\](?=[^/\\]+$)/s.exec(path) ?? [];
  return directory.replace(/(?<=.)[/\\]$/s, "") || ".";
}

/** What the operating system's complaints mean, where its own words say too little. */
const MEANINGS: Readonly<Record<string, (target: string) => string>> = {
  EACCES: (target) => `no permission to write in "${directoryOf(target)}"`,
  EPERM: (target) => `no permission to write in "${directoryOf(target)}"`,
  ENOENT: (target) => `the directory "${directoryOf(target)}" does not exist`,
  ENOTDIR: (target) => `"${directoryOf(target)}" is not a directory`,
  EISDIR: () => "it is a directory",
  EPIPE: () => "its reader has closed the pipe",
  ENOSPC: () => "no space is left on the device",
  EROFS: () => "the file system is read-only",
};

/** What an error means, in the user's words. */
function meaningOf(cause: unknown, target: string): string {
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  return MEANINGS[code ?? ""]?.(target) ??
    (message ?? String(cause)).replace(/ \(os error.*/s, "");
}

/**
 * What a failed write means to the user, in one line.
 *
 * A closed pipe, as behind `| head`, is known by the cause: it is a `Deno.errors.BrokenPipe`.
 *
 * @param target The path that the user named; absent if it is a stream.
 * @param cause What was thrown.
 * @returns The error, with the first one as its cause.
 */
export function outputErrorFrom(target: string | undefined, cause: unknown): OutputError {
  if (cause instanceof OutputError) return cause;
  const what = target === undefined ? "to the stream" : `"${target}"`;
  return new OutputError(`Cannot write ${what}: ${meaningOf(cause, target ?? "")}`, { cause });
}
