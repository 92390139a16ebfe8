import {
  DeviceError,
  ModelError,
  OutputError,
  SourceError,
  StageError,
  SteadyboxError,
} from "../pipeline/errors.ts";
import { ReaderGone, stderr } from "./_console.ts";
import { UsageError } from "./_usage_error.ts";

/** What the program's exit code tells. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  source: 3,
  output: 4,
  model: 5,
  device: 6,
  regressed: 7,
  controls: 8,
} as const;

const CODES = [
  [UsageError, EXIT.usage],
  [SourceError, EXIT.source],
  [OutputError, EXIT.output],
  [ModelError, EXIT.model],
  [DeviceError, EXIT.device],
] as const;

/** The chain of causes of an error, itself first. */
function* causesOf(error: unknown): Generator<unknown> {
  for (let cause = error; cause !== undefined; cause = (cause as Error | null)?.cause) yield cause;
}

/** The first of an error and its causes that is of a class. */
export function causeOf<T>(
  error: unknown,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  for (const cause of causesOf(error)) if (cause instanceof kind) return cause;
  return undefined;
}

/** The exit code for an error; a stage's own error counts as its cause. */
export function exitCodeOf(error: unknown): number {
  for (const cause of causesOf(error)) {
    for (const [kind, code] of CODES) if (cause instanceof kind) return code;
  }
  return EXIT.unexpected;
}

/** How a missing permission is granted, for instance `add --allow-read="in.mp4"`. */
function missingFlag({ message }: Error): string {
  const [, target, flag] =
    /access(?: to (.+?))?, run again with the (--allow-[a-z]+) flag/.exec(message) ?? [];
  if (!flag) return message;
  if (/^"\/(dev|proc|sys)[/"]/.test(target ?? "")) {
    return `Deno opens ${target} only with --allow-all; "-" is standard input and output`;
  }
  return `add ${flag}${target?.startsWith('"') ? `=${target}` : ""} before mod.ts`;
}

/**
 * A text without line breaks and control characters, which could come from a file, and without the
 * credentials of URLs, which stand in what is quoted of a command line.
 */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, " ")
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "�")
    .replaceAll(/([a-z][a-z0-9+.-]+:\/\/)[^\s/?#"…]*@/gi, "$1")
    .trim();
}

/** What went wrong, in one line; in two where nobody foresaw it. */
export function complaintAbout(error: unknown): string {
  const denied = causeOf(error, Deno.errors.NotCapable);
  if (denied) return oneLine(`Cannot go on without permission: ${missingFlag(denied)}`);
  const cause = error instanceof StageError && error.cause instanceof SteadyboxError
    ? error.cause
    : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isForeseen = cause instanceof UsageError ||
    (cause instanceof SteadyboxError && !(cause instanceof StageError));
  if (isForeseen) return oneLine(message);
  return `${oneLine(message)}\nThis was not foreseen: add --debug to see where it happened`;
}

/**
 * Says what went wrong; nothing where whoever reads standard output, such as `head`, has what they want.
 *
 * @param error What was thrown.
 * @param args The program's arguments, of which one may ask where it happened.
 * @returns The exit code.
 */
export function reported(error: unknown, args: readonly string[]): number {
  if (causeOf(error, ReaderGone)) return EXIT.done;
  stderr.write(`steadybox: ${complaintAbout(error)}\n`);
  if (args.includes("--debug")) stderr.write(`${Deno.inspect(error)}\n`);
  return exitCodeOf(error);
}
