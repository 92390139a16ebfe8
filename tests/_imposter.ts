/** A server that answers each connection in its own way until it is disposed of. */
export interface Imposter extends AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
}

/**
 * Starts a server that is not what its client takes it for.
 *
 * @param answer What it does with a connection, which is closed afterwards; the signal ends it.
 * @param port Where it listens; where there is room if it is 0.
 */
export function imposter(
  answer: (connection: Deno.TcpConn, signal: AbortSignal) => Promise<unknown>,
  port = 0,
): Imposter {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const ending = new AbortController();
  const answers: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      ending.signal.addEventListener("abort", () => close(connection));
      const answered = answer(connection, ending.signal).catch(() => {}); // Its client may be gone.
      answers.push(answered.finally(() => close(connection)));
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      ending.abort();
      listener.close();
      await accepting;
      await Promise.all(answers);
    },
  };
}

/** Listens until the other side hangs up. */
export async function listenedTo(connection: Deno.TcpConn): Promise<void> {
  while (await connection.read(new Uint8Array(4096)) !== null);
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}

/** A wire to another server, which can be held up. */
export class Relay implements AsyncDisposable {
  readonly #server: Imposter;
  #flow: PromiseWithResolvers<void> | undefined;

  /** Lays the wire to a port on 127.0.0.1, from a port that may be named. */
  constructor(port: number, from = 0) {
    this.#server = imposter(async (client, signal) => {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      signal.addEventListener("abort", () => close(server));
      await Promise.race([this.#passOn(client, server), this.#passOn(server, client)])
        .finally(() => close(server));
    }, from);
  }

  /** Where it begins. */
  get port(): number {
    return this.#server.port;
  }

  /** Holds all up for a while; it comes through at once afterwards. */
  async holdUp(durationMs: number): Promise<void> {
    this.#flow = Promise.withResolvers();
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    this.#flow.resolve();
  }

  /** Cuts the wire. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#flow?.resolve();
    await this.#server[Symbol.asyncDispose]();
  }

  async #passOn(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    for await (const part of from.readable) {
      await this.#flow?.promise;
      for (let sent = 0; sent < part.length;) sent += await to.write(part.subarray(sent));
    }
  }
}
