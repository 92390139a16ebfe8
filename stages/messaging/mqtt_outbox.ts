import { Buffer } from "node:buffer";
import { connect, type MqttClient } from "mqtt";
import type { MqttBroker } from "./mqtt_broker.ts";

/** What happens to the connection. */
export type OutboxEvent =
  | { readonly kind: "connected"; readonly name: string }
  | { readonly kind: "lost"; readonly name: string; readonly message: string };

/** How messages are kept. */
export interface MqttOutboxOptions {
  /**
   * How many messages wait at most while the broker is away; the oldest is dropped for a new one.
   *
   * @default {1000}
   */
  readonly maxWaiting?: number;
  /** Told when the broker is lost, once for each outage, and when it is back. */
  readonly onEvent?: (event: OutboxEvent) => void;
}

/** What became of the messages so far: `published` is `sent`, `dropped` and what waits. */
export interface OutboxStatistics {
  /** How many messages were to be sent. */
  readonly published: number;
  /** How many the broker has confirmed. */
  readonly sent: number;
  /** How many were dropped as too many waited, or as the run ended before the broker was back. */
  readonly dropped: number;
}

/** How many messages are on their way at a time. */
const MAX_SENDING = 32;

/** How long it is waited before the next attempt to connect, in milliseconds. */
const RETRY_MS = 2000;

/** How long an attempt may take, in milliseconds. */
const CONNECT_MS = 8000;

/** How long the last messages may take, in milliseconds. */
const FAREWELL_MS = 2000;

/**
 * Sends messages to an MQTT broker, each at least once (quality of service 1), and holds nobody: while
 * the broker is away the newest wait. The topic `<topic>/status` says `online`, and `offline` from the
 * end on, or from when the broker misses the program (its last will).
 */
export class MqttOutbox implements AsyncDisposable {
  /** The broker. */
  readonly broker: MqttBroker;
  readonly #client: MqttClient;
  readonly #maxWaiting: number;
  readonly #waiting: { readonly topic: string; readonly text: string }[] = [];
  #sending = 0;
  #published = 0;
  #sent = 0;
  #dropped = 0;
  #isLost = false;
  #isEnding = false;
  #emptied: (() => void) | undefined;

  /** Begins to connect. */
  constructor(
    broker: MqttBroker,
    { maxWaiting = 1000, onEvent = () => {} }: MqttOutboxOptions = {},
  ) {
    this.broker = broker;
    this.#maxWaiting = maxWaiting;
    const { protocol, host, port, username, password, name } = broker;
    this.#client = connect({
      ...{ protocol, host, port },
      ...username !== undefined && { username },
      ...password !== undefined && { password },
      clientId: `steadybox-${crypto.randomUUID()}`,
      reconnectPeriod: RETRY_MS,
      connectTimeout: CONNECT_MS,
      keepalive: 15,
      queueQoSZero: false,
      will: { topic: this.#statusTopic, payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    const lost = (reason: string) => {
      if (this.#isLost || this.#isEnding) return;
      this.#isLost = true;
      onEvent({ kind: "lost", name, message: `Cannot reach ${name}: ${reason}` });
    };
    this.#client.on("error", (error) => lost(wordsFor(error)));
    this.#client.on("close", () => lost("the connection was closed"));
    this.#client.on("connect", () => {
      this.#isLost = false;
      onEvent({ kind: "connected", name });
      this.#client.publish(this.#statusTopic, "online", { qos: 1, retain: true });
      this.#send();
    });
  }

  get #statusTopic(): string {
    return `${this.broker.topic}/status`;
  }

  /**
   * Sends a message, now or when the broker is back.
   *
   * @param path What follows the broker's topic and a slash.
   * @param message What becomes JSON.
   */
  publish(path: string, message: unknown): void {
    this.#published++;
    this.#waiting.push({ topic: `${this.broker.topic}/${path}`, text: JSON.stringify(message) });
    if (this.#waiting.length > this.#maxWaiting) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#send();
  }

  /** What became of the messages so far. */
  statistics(): OutboxStatistics {
    return { published: this.#published, sent: this.#sent, dropped: this.#dropped };
  }

  /** Sends what waits, if that is possible soon, and says goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#client.connected) await this.#farewell();
    this.#dropped += this.#waiting.splice(0).length + this.#sending;
    await this.#client.endAsync(true);
  }

  /** Sends what waits and says goodbye, as far as there is time for it; else the last will does. */
  async #farewell(): Promise<void> {
    const { promise: isLate, resolve: giveUp } = Promise.withResolvers<void>();
    const timer = setTimeout(giveUp, FAREWELL_MS);
    const emptied = new Promise<void>((resolve) => this.#emptied = resolve);
    this.#send();
    const status = { qos: 1, retain: true } as const;
    const goodbye = emptied
      .then(() => this.#client.publishAsync(this.#statusTopic, "offline", status))
      .then(() => this.#client.endAsync()) // Without a goodbye the broker would tell the last will.
      .catch(() => {}); // The broker is gone.
    await Promise.race([goodbye, isLate]);
    clearTimeout(timer);
  }

  #send(): void {
    while (this.#client.connected && this.#sending < MAX_SENDING && this.#waiting.length > 0) {
      const { topic, text } = this.#waiting.shift()!;
      this.#sending++;
      this.#client.publish(topic, text, { qos: 1 }, (error) => {
        if (this.#sending > 0) this.#sending--;
        if (error) this.#dropped++;
        else this.#sent++;
        this.#send();
      });
    }
    if (this.#sending === 0 && this.#waiting.length === 0) this.#emptied?.();
  }
}

/** Why there is no connection, in words without the broker's URL. */
function wordsFor(error: Error & { readonly code?: unknown }): string {
  const { code } = error;
  if (code === "ECONNREFUSED") return "nobody listens there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no host of that name";
  if (code === 4 || code === 5) return "it asks for another user or password";
  return error.message.split("\n")[0] || "there was no answer";
}
