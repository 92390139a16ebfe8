const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof EXIT_CODES;

/** Turns the first signal to end into an orderly end, and the second into a sudden one. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #by: Signal | undefined;

  /** Starts to listen. */
  constructor() {
    for (const name of Object.keys(EXIT_CODES) as Signal[]) {
      const listener = () => this.#take(name);
      Deno.addSignalListener(name, listener);
      this.#listeners.push(() => Deno.removeSignalListener(name, listener));
    }
  }

  /** Aborted at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The signal that came, such as `SIGINT`. */
  get by(): string | undefined {
    return this.#by;
  }

  /** The exit code that says which signal came. */
  get exitCode(): number | undefined {
    return this.#by && EXIT_CODES[this.#by];
  }

  #take(name: Signal): void {
    if (this.#by) Deno.exit(EXIT_CODES[name]); // Whoever asks twice does not want to wait.
    this.#by = name;
    this.#controller.abort(new DOMException(`Interrupted by ${name}`, "AbortError"));
  }

  /** Stops listening: a signal ends the program as usual. */
  [Symbol.dispose](): void {
    for (const remove of this.#listeners.splice(0)) remove();
  }
}
