import { message, value } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { authorityOf } from "../stages/live_view/host.ts";

/** Where a server listens. */
export interface ServerAddress {
  /** What it is bound to. */
  readonly hostname: string;
  /** Its port; 0 for one that is free. */
  readonly port: number;
}

/** The options that name a port or leave it at the usual one, with that. */
const USUAL_PORTS: ReadonlyMap<string, number> = new Map([["--view", 8080], ["--metrics", 9464]]);

/** A port, behind a host or not. */
const ADDRESS = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i;

/** Puts the usual port behind those options where none follows: `--view in.mp4` names none. */
export function withUsualPorts(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    const port = USUAL_PORTS.get(arg);
    return port === undefined || ADDRESS.test(args[at + 1] ?? "") ? arg : `${arg}=${port}`;
  });
}

/** Reads a port, such as `8080`, or a host and a port, such as `0.0.0.0:8080`. */
export function serverAddress(): ValueParser<"sync", ServerAddress> {
  return {
    mode: "sync",
    metavar: "PORT",
    placeholder: { hostname: "127.0.0.1", port: 8080 },
    parse(input) {
      const [, host = "127.0.0.1", port] = ADDRESS.exec(input) ?? [];
      if (port === undefined || Number(port) > 65535) {
        return {
          success: false,
          error: message`Expected a port, such as 8080 or 0.0.0.0:8080, but got ${value(input)}.`,
        };
      }
      const hostname = host.replace(/^\[|\]$/g, "").toLowerCase();
      return { success: true, value: { hostname, port: Number(port) } };
    },
    format: ({ hostname, port }) => authorityOf(hostname, port),
  };
}
