/**
 * A real browser without a window, driven by the Chrome DevTools Protocol.
 *
 * @module
 */

const PROGRAM = "chromium";

/** Whether the browser is there and may be started. */
export function hasBrowser(): boolean {
  const permission = { name: "run", command: PROGRAM } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return false;
  try {
    return new Deno.Command(PROGRAM, { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** What the browser answers. */
interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly entry?: { readonly text: string } };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A size of the window, in CSS pixels. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  /** Whether it is a phone's, with two pixels for one. */
  readonly isMobile?: boolean;
}

/** A browser with one page. */
export class Browser implements AsyncDisposable {
  /** What the browser complained of: scripts, resources, the content security policy. */
  readonly complaints: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #asked = 0;

  private constructor(child: Deno.ChildProcess, socket: WebSocket) {
    this.#child = child;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  /**
   * Starts it.
   *
   * @param dir Where it may keep what it keeps.
   */
  static async start(dir: string): Promise<Browser> {
    const child = new Deno.Command(PROGRAM, {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
        ...["--disable-background-networking", "--disable-dev-shm-usage"],
        ...[`--user-data-dir=${dir}`, "--remote-debugging-port=0", "about:blank"],
      ],
      env: { HOME: dir },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const url = await debuggerUrl(child);
    const targets = await (await fetch(`${url}/json/list`)).json();
    const page = targets.find(({ type }: { type: string }) => type === "page");
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await new Promise((resolve) => socket.onopen = resolve);
    const browser = new Browser(child, socket);
    for (const domain of ["Log", "Page", "Runtime"]) await browser.send(`${domain}.enable`);
    return browser;
  }

  /** Sends a command of the protocol. */
  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#asked;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  }

  /** Opens a page. */
  async open(url: string, { width, height, isMobile = false }: Screen): Promise<void> {
    const deviceScaleFactor = isMobile ? 2 : 1;
    const metrics = { width, height, deviceScaleFactor, mobile: isMobile };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
    await this.send("Page.navigate", { url });
  }

  /** What an expression of the page comes to. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    return (result as { readonly value?: unknown }).value;
  }

  /** Waits until an expression of the page is true. */
  async until(expression: string): Promise<void> {
    while (await this.evaluate(`Boolean(${expression})`) !== true) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A picture of the whole page, as PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
    return Uint8Array.fromBase64(data as string);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await gone;
  }

  #take({ id, method, params, result, error }: Answer): void {
    if (method === "Log.entryAdded") this.complaints.push(params?.entry?.text ?? "");
    if (method === "Runtime.exceptionThrown") this.complaints.push(JSON.stringify(params));
    const waiting = this.#waiting.get(id ?? -1);
    if (!waiting) return;
    this.#waiting.delete(id!);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }
}

/** Where the browser listens, which it says; the rest of what it says is dropped. */
async function debuggerUrl(child: Deno.ChildProcess): Promise<string> {
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  for (;;) {
    const { done, value = "" } = await reader.read();
    if (done) throw new Error(`Cannot start the browser: ${said}`);
    said += value;
    const [, host] = /DevTools listening on ws:\/\/([^/]+)\//.exec(said) ?? [];
    if (host === undefined) continue;
    await reader.cancel(); // Processes of the browser's may keep it open for longer than itself.
    return `http://${host}`;
  }
}
