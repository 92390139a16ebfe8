import { randomBytes } from "node:crypto";
import { OutputError } from "../../pipeline/errors.ts";
import { type AdmissionOptions, plainAnswer } from "./admission.ts";
import { authorityOf, isLoopback } from "./host.ts";

/** Where a server listens. */
export interface Address {
  /**
   * What it is bound to: an address or name of this machine.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /**
   * The port; 0 takes one that is free.
   *
   * @default {8080}
   */
  readonly port?: number;
}

/** Where a server listens, and for whom. */
export interface ListenOptions extends Address {
  /** Whether whoever asks from another machine has to know a token. */
  readonly needsToken: boolean;
  /** The token; made by chance where it is needed and absent. */
  readonly token?: string;
}

/** A server that listens. */
export interface Listening extends AdmissionOptions {
  /** The server. */
  readonly server: Deno.HttpServer<Deno.NetAddr>;
}

/** How long a token is, in bytes. */
const TOKEN_BYTES = 24;

/**
 * Starts a server.
 *
 * @param options Where, and for whom.
 * @param answer Answers a request; what it throws is told to nobody outside.
 * @throws {OutputError} If the port cannot be had.
 */
export function listen(
  { hostname = "127.0.0.1", port = 8080, needsToken, token }: ListenOptions,
  answer: (request: Request, admission: AdmissionOptions) => Response | Promise<Response>,
): Listening {
  const isOpen = needsToken && !isLoopback(hostname);
  const needed = token ?? (isOpen ? randomBytes(TOKEN_BYTES).toString("base64url") : undefined);
  let admission: AdmissionOptions = {
    hostname,
    port,
    ...needed !== undefined && { token: needed },
  };
  try {
    const server = Deno.serve({
      hostname,
      port,
      onListen() {}, // Whoever opened it says so.
      onError: () => plainAnswer(500, "This cannot be answered"),
    }, (request) => answer(request, admission));
    admission = { ...admission, port: server.addr.port };
    return { server, ...admission };
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Deno.errors.AddrInUse
      ? "something else listens there already"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new OutputError(`Cannot listen on ${authorityOf(hostname, port)}: ${reason}`, { cause });
  }
}
