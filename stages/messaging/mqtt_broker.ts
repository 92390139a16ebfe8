import { OutputError } from "../../pipeline/errors.ts";

/** Where messages go. */
export interface MqttBroker {
  /** `mqtt`, or `mqtts` with TLS. */
  readonly protocol: "mqtt" | "mqtts";
  /** The broker's name or address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** What all topics begin with. */
  readonly topic: string;
  /** Who it is that sends. */
  readonly username?: string;
  /** By which password. */
  readonly password?: string;
  /** The URL as it may be shown, without user and password. */
  readonly name: string;
}

const PORTS = { mqtt: 1883, mqtts: 8883 } as const;

/** What a topic may not hold: wildcards and control characters (MQTT 3.1.1, section 4.7). */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[+#\x00-\x1f\x7f]/;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new OutputError("Cannot publish to a broker whose URL has a percent sign out of place");
  }
}

/**
 * Reads the URL of a topic, such as `mqtts://user:password@broker/cameras/gate`.
 *
 * @param url The URL; user, password and topic may hold percent escapes.
 * @returns Its parts.
 * @throws {OutputError} If it is no such URL. What it says shows neither user nor password.
 *
 * @example A broker with a password
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { host, port, topic, name } = mqttBroker("mqtt://me:secret@example.org/yard");
 * assertEquals([host, port, topic, name], ["example.org", 1883, "yard", "mqtt://example.org/yard"]);
 * ```
 */
export function mqttBroker(url: string): MqttBroker {
  const [, scheme = ""] = /^([a-z]+):\/\//i.exec(url) ?? [];
  const protocol = scheme.toLowerCase();
  if (protocol !== "mqtt" && protocol !== "mqtts") {
    throw new OutputError("Cannot publish to a URL that does not begin with mqtt:// or mqtts://");
  }
  const parsed = URL.parse(url);
  if (!parsed?.hostname) throw new OutputError("Cannot publish to a URL without a host");
  const topic = decoded(parsed.pathname.replace(/^\/|\/$/g, ""));
  if (topic === "" || topic.startsWith("$") || FORBIDDEN.test(topic) || parsed.search) {
    throw new OutputError(
      "Cannot publish without a topic behind the host: it may hold none of +, # and ?, nor begin with $",
    );
  }
  const { username, password } = parsed;
  return {
    protocol,
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: Number(parsed.port || PORTS[protocol]),
    topic,
    ...username !== "" && { username: decoded(username) },
    ...password !== "" && { password: decoded(password) },
    name: `${protocol}://${parsed.host}/${topic}`,
  };
}
