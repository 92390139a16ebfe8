import { ModelError } from "../../pipeline/errors.ts";
import { isLoopback, type ModelUrl, shownUrl } from "./model_url.ts";

/** More than any honest server needs. */
const MAX_REDIRECTIONS = 5;

const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A failure that may pass, such as a lost connection: worth another attempt. */
export class PassingError extends ModelError {}

/** What is asked of a server. */
export interface Asked {
  /** Headers beside those that every request has. */
  readonly headers: Readonly<Record<string, string>>;
  /** Gives it up. */
  readonly signal: AbortSignal;
  /** Is told each host before it is asked. */
  readonly onHost: (host: string) => void;
}

/**
 * Asks for a file, and for where the server says it is, as far as that is as safe as what the user
 * named. User and password go to the server that the user named and to no other.
 *
 * @param model Where the file is.
 * @param asked How it is asked for.
 * @returns The answer, which is no redirection.
 * @throws {PassingError} If the server cannot be reached.
 * @throws {ModelError} If it leads in a circle, or to an unsafe place.
 */
export async function requested(
  { url, authorization, shown }: ModelUrl,
  { headers, signal, onHost }: Asked,
): Promise<Response> {
  let place = url;
  for (let hop = 0; hop <= MAX_REDIRECTIONS; hop++) {
    const own = authorization !== undefined && place.origin === url.origin ? { authorization } : {};
    onHost(place.host);
    // Packed on the way, parts of it would be parts of something else.
    const all = { "accept-encoding": "identity", ...headers, ...own };
    const response = await fetch(place, { headers: all, redirect: "manual", signal })
      .catch((cause) => {
        throw failureOf(shown, cause, signal);
      });
    const target = REDIRECTIONS.has(response.status) ? response.headers.get("location") : null;
    if (target === null) return response;
    await response.body?.cancel();
    place = nextPlace(target, place, shown);
  }
  throw new ModelError(
    `Cannot download the model "${shown}": it is redirected more than ${MAX_REDIRECTIONS} times`,
  );
}

/** Where a server leads to. */
function nextPlace(target: string, from: URL, shown: string): URL {
  const next = URL.parse(target, from);
  // A place on the network must not lead to services of this machine.
  const isSafe = next?.protocol === "https:" && (!isLoopback(next) || isLoopback(from)) ||
    next?.protocol === "http:" && isLoopback(next) && isLoopback(from);
  if (!next || !isSafe) {
    const where = next ? shownUrl(next) : "what is no URL";
    throw new ModelError(
      `Cannot download the model "${shown}": it is redirected to ${where}, which is not safe`,
    );
  }
  [next.username, next.password, next.hash] = ["", "", ""];
  return next;
}

/**
 * What it means that a request or its answer failed.
 *
 * @param shown The URL as people are shown it.
 * @param cause What was thrown.
 * @param signal What may have given it up.
 */
export function failureOf(shown: string, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof Deno.errors.NotCapable) return cause;
  // The runtime's words name the whole URL, which may hold a key.
  const words = String((cause as Error | null)?.message ?? cause).replace(/ \(os error.*/s, "")
    .split(": ").at(-1);
  return new PassingError(`Cannot download the model "${shown}": ${words}`, { cause });
}
