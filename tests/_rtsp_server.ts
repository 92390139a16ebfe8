import type { Frame, FrameSource, ReceivedFeed } from "../mod.ts";
import type { FeedEvent } from "../mod.ts";

/** The Python that Debian's packages belong to. */
const PYTHON = "/usr/bin/python3";

const SERVER = new URL("./_rtsp_server.py", import.meta.url).pathname;

/** Whether GStreamer's RTSP server is there and may be started. */
export function hasRtspServer(): boolean {
  const permission = { name: "run", command: PYTHON } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return false;
  const program = "import gi; gi.require_version('GstRtspServer', '1.0');" +
    "from gi.repository import Gst, GstRtspServer; Gst.init(None);" +
    "exit(any(Gst.ElementFactory.find(name) is None for name in " +
    "['x264enc', 'x265enc', 'jpegenc', 'rtph264pay']))";
  try {
    return new Deno.Command(PYTHON, { args: ["-c", program], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

const givenPorts = new Set<number>();

/** A port that nobody listens on, as far as can be known, and another one each time. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  if (givenPorts.has(port)) return freePort(); // A relay from a port to itself would never end.
  givenPorts.add(port);
  return port;
}

/** Starts a server of ours, in Python; resolves when it listens. */
export async function startedServer(program: string, options: object): Promise<Deno.ChildProcess> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = new Deno.Command(PYTHON, {
    args: [program, ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let said = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += part;
    if (said === "ready\n") return child;
  }
  throw new Error(`Cannot start the RTSP server: it ended with ${(await child.status).code}`);
}

/** Kills a process, dead or alive, and waits for its end. */
export async function killed(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It is dead.
  }
  await child.status;
}

/** What a server's pictures are like. */
export interface CameraOptions {
  /** The port. */
  readonly port: number;
  /** The width, a multiple of 32. */
  readonly width?: number;
  /** The height, a multiple of 2. */
  readonly height?: number;
  /** The rate. */
  readonly fps?: number;
  /** The rate that its time stamps tell, if that is another. */
  readonly stamped?: number;
  /** The codec. */
  readonly codec?: "h264" | "h265" | "mjpeg";
  /** Who may look. */
  readonly user?: string;
  /** By which password. */
  readonly password?: string;
  /** The path of the certificate with which it speaks TLS. */
  readonly certificate?: string;
  /** The path of the certificate's key. */
  readonly key?: string;
}

/** A running server, at `rtsp://127.0.0.1:<port>/camera`, or `rtsps://…` with a certificate. */
export class Camera implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts a server; resolves when it listens. */
  static async start(options: CameraOptions): Promise<Camera> {
    return new Camera(await startedServer(SERVER, options));
  }

  /** Stops it where it is: its connections stay open. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await killed(this.#child);
  }
}

/** The time that is drawn in a picture, in milliseconds since 1970. */
export function drawnAtMs({ planes: { y, width, height } }: Frame): number {
  const middle = Math.floor(height / 2) * width;
  let code = 0;
  for (let bar = 0; bar < 32; bar++) {
    code = code * 2 + (y[middle + Math.floor((bar + 0.5) * width / 32)]! > 125 ? 1 : 0);
  }
  const nowMs = Date.now();
  const span = 2 ** 32;
  return nowMs - (((nowMs - code) % span) + span) % span;
}

/** What was seen of a frame. */
export interface Sighting {
  /** The frame's number. */
  readonly index: number;
  /** Its time, in microseconds. */
  readonly timestampUs: number;
  /** What it came from. */
  readonly source: FrameSource;
  /** When it was made, in milliseconds since 1970. */
  readonly drawnAtMs: number;
  /** When it came. */
  readonly cameAtMs: number;
}

/** Looks at a feed, and lets a test wait for what it sees. */
export class Viewer implements AsyncDisposable {
  /** All that was seen. */
  readonly sightings: Sighting[] = [];
  /** All that happened to the feed. */
  readonly events: FeedEvent[] = [];
  readonly #waits = new Set<() => void>();
  #viewing: Promise<void> = Promise.resolve();
  #reader: ReadableStreamDefaultReader<Frame> | undefined;

  /** Takes an event in: give it to the feed as `onEvent`. */
  readonly onEvent = (event: FeedEvent): void => {
    this.events.push(event);
    this.#check();
  };

  /** Begins to look. */
  watch(feed: ReceivedFeed): void {
    this.#reader = feed.getReader();
    this.#viewing = this.#view(this.#reader);
  }

  async #view(reader: ReadableStreamDefaultReader<Frame>): Promise<void> {
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) return;
      const { index, timestampUs, source } = frame;
      const cameAtMs = Date.now() - (performance.now() - frame.arrivedAtMs!);
      this.sightings.push({ index, timestampUs, source, drawnAtMs: drawnAtMs(frame), cameAtMs });
      frame[Symbol.dispose]();
      this.#check();
    }
  }

  /** Waits until something is so. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!isSo()) return;
        this.#waits.delete(check);
        resolve();
      };
      this.#waits.add(check);
      check();
    });
  }

  /** Waits for so many frames of the connection of that number; returns the first of them. */
  async framesOf(connection: number, count = 3): Promise<Sighting> {
    const found = () => this.sightings.filter(({ source }) => source.connection === connection);
    const isOver = () => this.sightings.some(({ source }) => source.connection! > connection);
    await this.until(() => found().length >= count || isOver());
    const [first] = found();
    if (found().length >= count) return first!;
    throw new Error(`Connection ${connection} was lost: ${JSON.stringify(this.events)}`);
  }

  /**
   * Waits until one connection has shown so many frames, and returns all of its; a busy machine may lose
   * the first ones.
   */
  async lasting(count: number): Promise<Sighting[]> {
    const all = () => Map.groupBy(this.sightings, ({ source }) => source.connection).values();
    const found = () => all().find(({ length }) => length >= count);
    await this.until(() => found() !== undefined || [...all()].length > 4);
    const sightings = found();
    if (!sightings) throw new Error(`All were lost: ${JSON.stringify(this.events)}`);
    return sightings;
  }

  /** Waits until the feed is lost for the nth time (from 1), and returns why. */
  async loss(reason: string, count: number): Promise<void> {
    const found = () =>
      this.events.filter((event) => event.kind === "lost" && event.reason === reason);
    await this.until(() => found().length >= count);
  }

  /** Ends the feed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.cancel();
    await this.#viewing;
  }

  #check(): void {
    for (const check of this.#waits) check();
  }
}
