import { SteadyboxError } from "../pipeline/errors.ts";
import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { withoutCredentials } from "../stages/ffmpeg/input.ts";
import { FeedWatch } from "../stages/live_view/feed_watch.ts";
import { authorityOf, isLoopback } from "../stages/live_view/host.ts";
import type { LivePage } from "../stages/live_view/live_page.ts";
import { type MqttBroker, mqttBroker } from "../stages/messaging/mqtt_broker.ts";
import type { MqttOutbox, OutboxEvent } from "../stages/messaging/mqtt_outbox.ts";
import { publishEvents } from "../stages/publish_events.ts";
import { counted, countText } from "./_format.ts";
import type { Input } from "./_input.ts";
import type { RunOptions } from "./_run_options.ts";
import { isFeed } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

/** What decides to whom a run is shown. */
export type ViewWishes = Pick<
  RunOptions,
  "view" | "metrics" | "mqtt" | "mqttEnv" | "quiet" | "track"
>;

/**
 * Refuses what cannot be meant.
 *
 * @throws {UsageError} If options make no sense together.
 */
function checkView({ view, metrics, mqtt, mqttEnv, quiet, track }: ViewWishes): void {
  if (view && quiet && (view.port === 0 || !isLoopback(view.hostname))) {
    throw new UsageError("Cannot use --quiet with this --view: nobody would learn its address");
  }
  if (view && metrics && view.port !== 0 && view.port === metrics.port) {
    throw new UsageError(`Cannot use port ${view.port} for both --view and --metrics`);
  }
  if (mqtt !== undefined && mqttEnv !== undefined) {
    throw new UsageError("Cannot use both --mqtt and --mqtt-env");
  }
  if ((mqtt !== undefined || mqttEnv !== undefined) && !track) {
    throw new UsageError(
      "Cannot use --mqtt with --no-track: events are about objects that are followed",
    );
  }
}

/** The hosts and ports that are needed to show a run, as far as the options tell. */
export function hostsOfView({ view, metrics, mqtt }: Partial<ViewWishes>): string[] {
  const servers = [view, metrics].filter((server) => server !== undefined);
  return [
    ...servers.map(({ hostname, port }) => authorityOf(hostname, port)),
    ...mqtt === undefined ? [] : [hostOf(mqttBroker(mqtt))],
  ];
}

function hostOf({ host, port }: MqttBroker): string {
  return authorityOf(host, port);
}

/** What a source is called where it is shown: a URL without user, password and query. */
function shownSource({ sources, name }: Input): string {
  if (name !== undefined) return name;
  if (sources.kind !== "video") return counted(sources.paths.length, "picture");
  return withoutCredentials(sources.url);
}

/** Those to whom a run is shown while it goes on: a page, what collects metrics, a broker. */
export class View implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #watches = new Map<string, FeedWatch>();
  #page: LivePage | undefined;
  #outbox: MqttOutbox | undefined;

  /**
   * Opens what was asked for.
   *
   * @param options What was asked for.
   * @param say Takes a line for people, such as the page's address.
   * @throws {OutputError} If a port is taken or a URL makes no sense.
   */
  static async open(options: ViewWishes, say: (line: string) => void): Promise<View> {
    checkView(options);
    const view = new View();
    try {
      await view.#openAll(options, say);
      return view;
    } catch (error) {
      await view[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether somebody may look at the pictures. */
  get showsPictures(): boolean {
    return this.#page !== undefined;
  }

  /** Tells what the run works with. */
  tell(facts: Readonly<Record<string, string>>): void {
    this.#page?.tell(facts);
  }

  /** Begins to watch a source; one of the same name that was watched before is forgotten. */
  watch(
    input: Input,
    { name, maxLatency }: { name?: string | undefined; maxLatency: number },
  ): FeedWatch {
    const watch = new FeedWatch({
      name: name ?? shownSource(input),
      isFeed: isFeed(input.sources),
      maxLatencyMs: maxLatency,
    });
    this.#watches.set(watch.name, watch);
    return watch;
  }

  /** The stages behind which results are known, for those who want these. */
  results(watch: FeedWatch): MeteredStage<Detected, Detected>[] {
    const outbox = this.#outbox;
    return outbox ? [watch.results(), this.#publishing(watch, outbox)] : [watch.results()];
  }

  /** The stage behind `annotate()` for those who look at the pictures. */
  pictures(watch: FeedWatch): MeteredStage<Detected, Detected> | undefined {
    return this.#page?.show(watch);
  }

  /** What became of the events, in words. */
  outcome(): string[] {
    if (!this.#outbox) return [];
    const { published, sent, dropped } = this.#outbox.statistics();
    const lost = dropped > 0 ? `; ${countText(dropped)} dropped` : "";
    const { name } = this.#outbox.broker;
    return [`Published ${countText(sent)} of ${counted(published, "event")} to ${name}${lost}`];
  }

  /** Tells those who look that the run has ended, and how; sends the last events. */
  async end(words: string): Promise<void> {
    await this.#page?.end(words);
    await this.#outbox?.[Symbol.asyncDispose]();
  }

  async #openAll(options: ViewWishes, say: (line: string) => void): Promise<void> {
    const { view, metrics } = options;
    const broker = brokerOf(options);
    if (view) {
      const { LivePage } = await import("../stages/live_view/live_page.ts");
      this.#page = this.#stack.use(LivePage.open(view));
      const isAny = /^(0\.0\.0\.0|::)$/.test(view.hostname);
      const hint = isAny ? ` (${view.hostname} stands for each address of this machine)` : "";
      say(`Look at ${this.#page.url}${hint}`);
    }
    if (broker) {
      await checkNet(hostOf(broker));
      const { MqttOutbox } = await import("../stages/messaging/mqtt_outbox.ts");
      const onEvent = (event: OutboxEvent) =>
        say(event.kind === "lost" ? event.message : `Publishing to ${event.name}`);
      this.#outbox = this.#stack.use(new MqttOutbox(broker, { onEvent }));
    }
    if (metrics) {
      const { MetricsServer } = await import("./_metrics_server.ts");
      const outbox = this.#outbox;
      const server = MetricsServer.open(metrics, {
        watches: () => [...this.#watches.values()],
        ...outbox && { events: () => outbox.statistics() },
      });
      this.#stack.use(server);
      say(`Metrics at ${server.url}`);
    }
  }

  #publishing({ name }: FeedWatch, outbox: MqttOutbox): MeteredStage<Detected, Detected> {
    return publishEvents((event) => outbox.publish("events", event), { source: name });
  }

  /** Ends all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** The broker that was asked for, on the command line or in the environment. */
function brokerOf({ mqtt, mqttEnv }: ViewWishes): MqttBroker | undefined {
  if (mqttEnv === undefined) return mqtt === undefined ? undefined : mqttBroker(mqtt);
  const descriptor = { name: "env", variable: mqttEnv } as const;
  const isReadable = Deno.permissions.requestSync(descriptor).state === "granted";
  const url = isReadable ? Deno.env.get(mqttEnv)?.trim() : undefined;
  if (url) return mqttBroker(url);
  throw new UsageError(
    `Cannot read a broker from ${mqttEnv}: it is not set, or --allow-env=${mqttEnv} is missing`,
  );
}

/** Refuses a broker that may not be asked: its client would try for ever. */
async function checkNet(host: string): Promise<void> {
  if ((await Deno.permissions.request({ name: "net", host })).state === "granted") return;
  throw new SteadyboxError(
    `Cannot go on without permission: add --allow-net=${host} before mod.ts`,
  );
}
