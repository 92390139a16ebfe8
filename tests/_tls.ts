/** The paths of a certificate that nobody but itself has signed, and of its key. */
export const CERTIFICATE: { readonly certificate: string; readonly key: string } = {
  certificate: new URL("./fixtures/tls/cert.pem", import.meta.url).pathname,
  key: new URL("./fixtures/tls/key.pem", import.meta.url).pathname,
};

/** The same, read. */
export function readCertificate(): { readonly cert: string; readonly key: string } {
  return {
    cert: Deno.readTextFileSync(CERTIFICATE.certificate),
    key: Deno.readTextFileSync(CERTIFICATE.key),
  };
}

/** Takes secure connections at a port, and passes what goes over them on to another, in the clear. */
export class TlsRelay implements AsyncDisposable {
  readonly #listener: Deno.TlsListener;
  readonly #accepting: Promise<void>;
  readonly #relayed = new Set<Promise<void>>();
  readonly #open = new Set<Deno.Conn>();

  /** @param to The other port, on 127.0.0.1. */
  constructor({ port, to }: { readonly port: number; readonly to: number }) {
    this.#listener = Deno.listenTls({ hostname: "127.0.0.1", port, ...readCertificate() });
    this.#accepting = this.#accept(to);
  }

  /** Cuts all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) close(connection);
    await Promise.all(this.#relayed);
  }

  async #accept(to: number): Promise<void> {
    for await (const outer of this.#listener) {
      this.#relayed.add(this.#relay(outer, to).catch(() => {})); // Either may hang up at any time.
    }
  }

  async #relay(outer: Deno.TlsConn, to: number): Promise<void> {
    this.#open.add(outer);
    try {
      const inner = await Deno.connect({ hostname: "127.0.0.1", port: to });
      this.#open.add(inner);
      const ways = [outer.readable.pipeTo(inner.writable), inner.readable.pipeTo(outer.writable)];
      await Promise.all(ways.map((way) => way.finally(() => close(outer, inner))));
    } finally {
      close(outer);
    }
  }
}

function close(...connections: readonly Deno.Conn[]): void {
  for (const connection of connections) {
    try {
      connection.close();
    } catch {
      // It is closed.
    }
  }
}
