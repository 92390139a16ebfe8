const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof EXIT_CODES;

/** How long what was begun may take to be cleared away at the second signal, in milliseconds. */
const GRACE_MS = 2000;

/**
 * A signal so soon after the last one, in milliseconds, is the same: on Ctrl-C the terminal sends one to
 * all that it runs, and `deno task` passes its own on.
 */
const ECHO_MS = 1000;

/** Turns the first signal into an orderly end, the second into a hasty one, the third into a sudden one. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #haste = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #by: Signal | undefined;
  #takenAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

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

  /** Aborted at the second signal: what was begun is to be cleared away. */
  get haste(): AbortSignal {
    return this.#haste.signal;
  }

  /** The exit code that says which signal came. */
  get exitCode(): number | undefined {
    return this.#by && EXIT_CODES[this.#by];
  }

  #take(name: Signal): void {
    const isEcho = performance.now() - this.#takenAtMs < ECHO_MS;
    if (isEcho) return;
    this.#takenAtMs = performance.now();
    const reason = new DOMException(`Interrupted by ${name}`, "AbortError");
    if (!this.#by) {
      this.#by = name;
      return this.#controller.abort(reason);
    }
    const code = EXIT_CODES[this.#by];
    if (this.#haste.signal.aborted) Deno.exit(code);
    this.#haste.abort(reason); // Whoever asks twice does not want to wait.
    this.#timer = setTimeout(() => Deno.exit(code), GRACE_MS);
  }

  /** Stops listening: a signal ends the program as usual. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const remove of this.#listeners.splice(0)) remove();
  }
}
