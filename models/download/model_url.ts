import { ModelError } from "../../pipeline/errors.ts";

/** Where a model's file is to be had on the network. */
export interface ModelUrl {
  /** What is asked for, without user and password. */
  readonly url: URL;
  /** The header that names user and password, where the URL did. */
  readonly authorization?: string;
  /** What people are shown: neither user nor password, and nothing of the query, which may hold such. */
  readonly shown: string;
  /** The name of the file, such as `net.onnx`. */
  readonly fileName: string;
}

/** Whether the name of a model is that of a place on the network. */
export function isModelUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
}

/** Whether a URL leads to this machine and not over a network. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** A URL as people are shown it. */
export function shownUrl({ protocol, host, pathname, search }: URL): string {
  return `${protocol}//${host}${pathname}${search && "?…"}`;
}

/**
 * Reads the URL of a model's file.
 *
 * @param text The URL. On the way here a file may be changed unless the way is encrypted, so it must
 * be `https`; `http` is for this machine alone.
 * @returns What it tells.
 * @throws {ModelError} If it is none, or not one of a model's file.
 *
 * @example Nobody is shown a password
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { shown, fileName } = modelUrl("https://me:secret@example.org/a/net.onnx?key=secret");
 * assertEquals([shown, fileName], ["https://example.org/a/net.onnx?…", "net.onnx"]);
 * ```
 */
export function modelUrl(text: string): ModelUrl {
  const parsed = URL.parse(text);
  // What cannot be read may hold a password anywhere.
  if (!parsed) throw new ModelError("Cannot download the model: its URL cannot be read");
  const shown = shownUrl(parsed);
  if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && isLoopback(parsed))) {
    throw new ModelError(`Cannot download the model "${shown}": its URL must begin with https://`);
  }
  const fileName = decodedName(parsed.pathname.split("/").at(-1) ?? "");
  if (!/[^.]\.(onnx|tflite|safetensors)$/i.test(fileName)) {
    throw new ModelError(
      `Cannot download the model "${shown}": what is downloaded must end in .onnx, .tflite or ` +
        `.safetensors`,
    );
  }
  const url = new URL(parsed);
  [url.username, url.password, url.hash] = ["", "", ""];
  const authorization = authorizationFor(parsed);
  return { url, shown, fileName, ...authorization !== undefined && { authorization } };
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name).replaceAll(/[\\/]/g, "_");
  } catch {
    return name; // A lone percent sign means itself.
  }
}

/** The header of RFC 7617 for the user and password of a URL. */
function authorizationFor({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${new TextEncoder().encode(pair).toBase64()}`;
}
