const SERVER = new URL("./_rtsp_recorder.py", import.meta.url).pathname;

/** How a recorder is started. */
export interface RecorderOptions {
  /** The port. */
  readonly port: number;
  /** Where it writes what is pushed, `0.ts` first. */
  readonly folder: string;
  /** Who may push. */
  readonly user?: string;
  /** By which password. */
  readonly password?: string;
  /** The path of the certificate with which it speaks TLS. */
  readonly certificate?: string;
  /** The path of the certificate's key. */
  readonly key?: string;
}

/** An RTSP server of GStreamer's that writes what is pushed to `rtsp://127.0.0.1:<port>/push`. */
export class Recorder implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #pushes: string[] = [];
  readonly #ended = new Set<string>();
  readonly #waits = new Set<() => void>();
  #isReady = false;
  #isOver = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Starts a server; resolves when it listens. */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const recorder = new Recorder(
      new Deno.Command("/usr/bin/python3", {
        args: [SERVER, ...args],
        stdout: "piped",
        stderr: "null",
      }).spawn(),
    );
    await recorder.#until(() => recorder.#isReady);
    return recorder;
  }

  /** Waits for the beginning of the nth push, from 0; returns where it is written. */
  async push(number: number): Promise<string> {
    await this.#until(() => this.#pushes.length > number);
    return this.#pushes[number]!;
  }

  /** Waits for the end of the nth push, from 0; returns where all of it is written. */
  async wholePush(number: number): Promise<string> {
    const path = await this.push(number);
    await this.#until(() => this.#ended.has(path));
    return path;
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
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It is dead.
    }
    await this.#reading;
    await this.#child.status;
  }

  async #read(): Promise<void> {
    let text = "";
    for await (const part of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        if (line === "ready") this.#isReady = true;
        const [, what, path] = /^(recording|recorded) (.*)$/.exec(line) ?? [];
        if (what === "recording") this.#pushes.push(path!);
        if (what === "recorded") this.#ended.add(path!);
      }
      for (const check of this.#waits) check();
    }
    this.#isOver = true;
    for (const check of this.#waits) check();
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (isSo()) resolve();
        else if (this.#isOver) reject(new Error("The recorder has ended"));
        else return;
        this.#waits.delete(check);
      };
      this.#waits.add(check);
      check();
    });
  }
}
