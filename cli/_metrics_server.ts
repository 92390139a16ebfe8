import { plainAnswer, refusalOf } from "../stages/live_view/admission.ts";
import { authorityOf, isLoopback } from "../stages/live_view/host.ts";
import { listen } from "../stages/live_view/listen.ts";
import { type MetricsOptions, metricsRegistry } from "./_metrics.ts";
import type { ServerAddress } from "./_view_address.ts";

/** Answers who collects metrics, at `/metrics`. */
export class MetricsServer implements AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(address: ServerAddress, options: MetricsOptions) {
    const registry = metricsRegistry(options);
    const { server, hostname, port } = listen(
      { ...address, needsToken: false },
      async (request, admission) => {
        // Whoever has it listen elsewhere wants it to be asked by whatever name leads here.
        const refusal = isLoopback(admission.hostname) ? refusalOf(request, admission) : undefined;
        if (refusal) return refusal;
        const isKnown = new URL(request.url).pathname === "/metrics";
        if (!isKnown) return plainAnswer(404, "The metrics are at /metrics");
        if (request.method !== "GET") return plainAnswer(405, "Only GET is understood here");
        return plainAnswer(200, (await registry.metrics()).trimEnd(), {
          "content-type": registry.contentType,
        });
      },
    );
    this.#server = server;
    this.url = `http://${authorityOf(hostname, port)}/metrics`;
  }

  /**
   * Begins to answer.
   *
   * @param address Where.
   * @param options What is measured.
   * @throws {OutputError} If the port cannot be had.
   */
  static open(address: ServerAddress, options: MetricsOptions): MetricsServer {
    return new MetricsServer(address, options);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
