import { stderr } from "../_console.ts";
import { complaintAbout, exitCodeOf } from "../_exit.ts";
import { counted, countText } from "../_format.ts";
import type { Input } from "../_input.ts";
import type { Interruption } from "../_interruption.ts";
import { runSource } from "../_pipeline.ts";
import { progressLine } from "../_progress.ts";
import { summary } from "../_summary.ts";
import { Tally } from "../_tally.ts";
import type { View } from "../_view.ts";
import type { FeedSpec } from "./feeds_file.ts";
import type { Lease } from "./shared_networks.ts";

/** A feed that has all it needs to run. */
export interface ReadyFeed extends AsyncDisposable {
  /** What the list says of it. */
  readonly spec: FeedSpec;
  /** What is read. */
  readonly input: Input;
  /** Its network. */
  readonly lease: Lease;
}

/** Whom a feed tells what. */
export interface FeedNotices {
  /** Takes what people may want to know. */
  readonly print: (text: string) => void;
  /** Takes what went wrong. */
  readonly complain: (text: string) => void;
  /** Those to whom all feeds are shown. */
  readonly view: View;
}

/** One feed on its way through the pipeline. Whatever becomes of it concerns no other feed. */
export class FeedRun {
  /** What it is called. */
  readonly name: string;
  /** What was counted so far. */
  readonly tally: Tally = new Tally();
  /** Resolves when it has ended and all it had is given back; it never rejects. */
  readonly ended: Promise<void>;
  readonly #spec: FeedSpec;
  readonly #removal = new AbortController();
  readonly #startedAtMs = performance.now();
  readonly #interruption: Interruption;
  readonly #notices: FeedNotices;
  #isRunning = true;
  #exitCode: number | undefined;

  /**
   * Starts it.
   *
   * @param feed What runs.
   * @param interruption Ends it, with all others.
   * @param notices Told what happens.
   */
  constructor(feed: ReadyFeed, interruption: Interruption, notices: FeedNotices) {
    this.#spec = feed.spec;
    this.name = feed.spec.name;
    this.#interruption = interruption;
    this.#notices = notices;
    this.ended = this.#run(feed);
  }

  /** Whether it has not ended yet. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The exit code that says how it failed, if it did. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** How far it has come, in words. */
  progress(): string {
    const { tally } = this;
    if (!tally.source) return `${this.name}: no frame yet`;
    const { duration: durationS } = this.#spec.options;
    const { words } = progressLine({ tally, durationS, elapsedMs: () => this.#elapsedMs() });
    return `${this.name}: ${words.trimStart()}`;
  }

  /** Ends it as though its source ended there; what was written stays whole. */
  async remove(): Promise<void> {
    this.#removal.abort();
    await this.ended;
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  async #run(feed: ReadyFeed): Promise<void> {
    const { tally } = this;
    const { print, complain, view } = this.#notices;
    const { spec: { name, options }, input, lease: { finder } } = feed;
    const { haste, signal: interrupted } = this.#interruption;
    const signal = AbortSignal.any([interrupted, this.#removal.signal]);
    const say = (line: string) => print(`${this.name}: ${line}`);
    try {
      await using _ = feed;
      const job = { options, input, interruption: { signal, haste }, tally, view, name, say };
      const outcome = await runSource(job, finder);
      const { by } = this.#interruption;
      const ending = { elapsedS: this.#elapsedMs() / 1000, interruptedBy: undefined };
      const end = by === undefined ? "" : `, ended by ${by}`;
      print(`\n${this.name}${end}: ${summary({ ...outcome, ...ending }, stderr).trimEnd()}`);
    } catch (error) {
      if (signal.aborted && tally.frames === 0) return say("Ended before its first frame");
      if (haste.aborted) return say("Ended in haste: nothing is kept");
      this.#exitCode = exitCodeOf(error);
      const after = tally.frames > 0 ? ` (after ${counted(tally.frames, "frame")})` : "";
      complain(`${this.name}: ${complaintAbout(error)}${after}`);
    } finally {
      this.#isRunning = false;
    }
  }
}

/** How far all feeds have come, in one line. */
export function totalLine(runs: readonly FeedRun[]): string {
  const running = runs.filter(({ isRunning }) => isRunning);
  const sum = (of: (run: FeedRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const failed = runs.filter(({ exitCode }) => exitCode !== undefined).length;
  return [
    `${countText(running.length)} of ${counted(runs.length, "feed")}`,
    counted(sum(({ tally }) => tally.frames), "frame"),
    counted(sum(({ tally }) => tally.detections), "detection"),
    ...failed > 0 ? [`${failed} failed`] : [],
  ].join("  ");
}
