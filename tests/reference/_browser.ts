/** A browser without a window, at work on a page. */
interface Browser extends AsyncDisposable {
  /** Its name and version. */
  readonly version: string;
}

/**
 * Starts Chromium on a page. WebGL is drawn by the processor, so any machine gives the same answers.
 *
 * @param url The page.
 * @returns The browser, which ends when it is disposed of.
 */
export async function browse(url: string): Promise<Browser> {
  const program = Deno.env.get("CHROMIUM") ?? "chromium";
  const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(program, {
    args: [
      ...["--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking"],
      ...["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
      ...[`--user-data-dir=${profile}`, url],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    version: new TextDecoder().decode(stdout).trim(),
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
      // Its own children may still be writing there for a moment; the system clears up the rest.
      await Deno.remove(profile, { recursive: true }).catch(() => {});
    },
  };
}

/** What answers a request, by the first part of its path. */
export type Routes = Readonly<
  Record<string, (request: Request, rest: string[]) => Response | Promise<Response>>
>;

/**
 * Serves on this machine only.
 *
 * @param routes What answers.
 * @returns The server, which ends when it is disposed of.
 */
export function serve(routes: Routes): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const [room = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
    return routes[room]?.(request, rest) ?? new Response(null, { status: 404 });
  });
}

const MEDIA_TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

/**
 * A file as a response.
 *
 * @param url Where it lies.
 * @returns The response.
 */
export async function fileResponse(url: URL): Promise<Response> {
  const type = MEDIA_TYPES[url.pathname.split(".").pop()!] ?? "application/octet-stream";
  return new Response(await Deno.readFile(url), {
    headers: { "content-type": type, "cache-control": "no-store" },
  });
}
