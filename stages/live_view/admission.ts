import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback } from "./host.ts";

/** Whom a server on this machine answers. */
export interface AdmissionOptions {
  /** What it is bound to, such as `127.0.0.1` or `0.0.0.0`. */
  readonly hostname: string;
  /** Its port. */
  readonly port: number;
  /** What whoever asks has to know; nothing where absent. */
  readonly token?: string;
}

/** What every answer says: run nothing but what comes from here, keep nothing, tell nobody. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** An answer of a line of text. */
export function plainAnswer(
  status: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${line}\n`, {
    status,
    headers: { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/**
 * Lets a request in, or tells why not: it must ask for something (GET or HEAD), by a name that is this
 * machine's own, from no other site's page, and know the token where there is one.
 *
 * A page of another site can have its name point here (DNS rebinding), and then asks by that name; so
 * only names pass that nobody can register: addresses, names without a dot, `.local`, and the one that
 * the server was bound to.
 *
 * @param request What came.
 * @param options Who is let in.
 * @returns The refusal; a redirection that keeps the token in a cookie, where it stood in the URL; or
 * nothing where the request may pass.
 */
export function refusalOf(
  request: Request,
  { hostname, port, token }: AdmissionOptions,
): Response | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plainAnswer(405, "Only GET is understood here", { allow: "GET, HEAD" });
  }
  const host = request.headers.get("host") ?? "";
  if (!isOwnHost(host, { hostname, port })) return plainAnswer(421, "This is no host of that name");
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return plainAnswer(403, "Pages of other sites may not ask here");
  }
  if (token === undefined) return undefined;
  const url = new URL(request.url);
  const cookie = `steadybox-${port}`; // Cookies know no ports.
  const given = url.searchParams.get("token");
  if (given !== null && isSame(given, token)) {
    if (url.pathname !== "/") return undefined;
    return plainAnswer(303, "See /", {
      location: "/",
      "set-cookie": `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    });
  }
  const kept = cookiesOf(request).get(cookie);
  if (given === null && kept !== undefined && isSame(kept, token)) return undefined;
  return plainAnswer(
    401,
    "The address of this page ends in a token, which was printed when it began",
  );
}

function isOwnHost(host: string, { hostname, port }: AdmissionOptions): boolean {
  const url = URL.parse(`http://${host}/`);
  if (!url || url.host.toLowerCase() !== host.toLowerCase().replace(/:80$/, "")) return false;
  if (Number(url.port || 80) !== port) return false;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  if (isLoopback(hostname)) return isLoopback(name);
  const isAddress = /^[\d.]+$/.test(name) || name.includes(":");
  return isAddress || !name.includes(".") || name.endsWith(".local") || name === hostname;
}

function cookiesOf(request: Request): Map<string, string> {
  const pairs = (request.headers.get("cookie") ?? "").split(/; */).map((pair) => pair.split("="));
  return new Map(pairs.map(([name = "", ...value]) => [name.trim(), value.join("=")]));
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
