import { or } from "@optique/core/constructs";
import type { Message } from "@optique/core/message";
import { message, value } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { flag, option } from "@optique/core/primitives";
import type { ValueParser } from "@optique/core/valueparser";
import { authorityOf } from "../stages/live_view/listen.ts";

/** Where a server listens. */
export interface ServerAddress {
  /** What it is bound to. */
  readonly hostname: string;
  /** Its port; 0 for one that is free. */
  readonly port: number;
}

/** A port, behind a host or not. */
const ADDRESS = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i;

const address: ValueParser<"sync", ServerAddress> = {
  mode: "sync",
  metavar: "[HOST:]PORT",
  placeholder: { hostname: "127.0.0.1", port: 8080 },
  parse(input) {
    const [, host = "127.0.0.1", port] = ADDRESS.exec(input) ?? [];
    if (port === undefined || Number(port) > 65535) {
      return {
        success: false,
        error:
          message`Expected a port, such as 8080 or 0.0.0.0:8080, but got ${value(input)}.`,
      };
    }
    const hostname = host.replace(/^\[|\]$/g, "").toLowerCase();
    return { success: true, value: { hostname, port: Number(port) } };
  },
  format: ({ hostname, port }) => authorityOf(hostname, port),
};

/** An option that names a port of a server, or leaves it at the usual one. */
export function serverOption(
  name: `--${string}`,
  { port, description }: { readonly port: number; readonly description: Message },
): Parser<"sync", ServerAddress | undefined, unknown> {
  const usual = (): ServerAddress => ({ hostname: "127.0.0.1", port });
  return optional(or(option(name, address, { description }), map(flag(name), usual)));
}
