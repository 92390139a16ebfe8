/** A server that answers each connection in its own way until it is disposed of. */
export interface Imposter extends AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
}

/**
 * Starts a server that is not what its client takes it for.
 *
 * @param answer What it does with a connection, which is closed afterwards; the signal ends it.
 */
export function imposter(
  answer: (connection: Deno.TcpConn, signal: AbortSignal) => Promise<unknown>,
): Imposter {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
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
