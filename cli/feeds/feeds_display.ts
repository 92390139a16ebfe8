import type { Terminal } from "../_console.ts";
import { truncated } from "../_display_width.ts";
import { ERASE, LIVE_INTERVAL_MS, PLAIN_INTERVAL_MS } from "../_progress.ts";
import { type FeedRun, totalLine } from "./feed_run.ts";

/**
 * Shows how far feeds have come, until it is disposed of: now and then a line for each, behind its name;
 * on a terminal one for all of them besides, again and again.
 */
export class FeedsDisplay implements Disposable {
  readonly #terminal: Terminal;
  readonly #isQuiet: boolean;
  readonly #timers: ReturnType<typeof setInterval>[] = [];

  /** Makes it; nothing is shown yet. */
  constructor(terminal: Terminal, isQuiet: boolean) {
    this.#terminal = terminal;
    this.#isQuiet = isQuiet;
  }

  /** Writes lines of text, unless nothing but errors is to be said. */
  readonly print = (text: string): void => {
    if (!this.#isQuiet) this.complain(text);
  };

  /** Writes lines of text in any case. */
  readonly complain = (text: string): void => {
    this.#terminal.write(`${this.#terminal.isTerminal ? ERASE : ""}${text}\n`);
  };

  /** Begins to show how far feeds have come. */
  follow(feeds: { readonly runs: readonly FeedRun[] }): void {
    if (this.#isQuiet) return;
    this.#timers.push(setInterval(() => {
      const running = feeds.runs.filter(({ isRunning }) => isRunning);
      if (running.length > 0) this.print(running.map((run) => run.progress()).join("\n"));
    }, PLAIN_INTERVAL_MS));
    if (!this.#terminal.isTerminal) return;
    this.#timers.push(setInterval(() => {
      if (feeds.runs.length === 0) return; // They are made ready.
      const line = truncated(totalLine(feeds.runs), this.#terminal.columns() - 1);
      this.#terminal.write(ERASE + line);
    }, LIVE_INTERVAL_MS));
  }

  /** Stops showing, and leaves an empty line where the live one was. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    if (!this.#isQuiet && this.#terminal.isTerminal) this.#terminal.write(ERASE);
  }
}
