import { SteadyboxError } from "../../pipeline/errors.ts";
import { complaintAbout } from "../_exit.ts";
import { openInput } from "../_input.ts";
import type { Interruption } from "../_interruption.ts";
import {
  checkDistinct,
  checkOutputs,
  checkStandardOutput,
  filesOf,
  TEXT_FORMATS,
} from "../_outputs.ts";
import { checkPermitted } from "../_permissions.ts";
import { checkStages } from "../_pipeline.ts";
import { isFileName, isUrl } from "../_sources.ts";
import { withSource } from "../_source_env.ts";
import { checkRereadable } from "../_two_passes.ts";
import { UsageError } from "../_usage_error.ts";
import { type FeedNotices, FeedRun, type ReadyFeed } from "./feed_run.ts";
import type { FeedSpec } from "./feeds_file.ts";
import { SharedNetworks } from "./shared_networks.ts";

/** What became of an edit: how many feeds. */
export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Whom a set of feeds tells what. */
export interface FeedSetNotices extends FeedNotices {
  /** Told when a feed has ended. */
  readonly onEnd: () => void;
}

/** The feeds that run, as a list has them. */
export class FeedSet {
  readonly #interruption: Interruption;
  readonly #notices: FeedSetNotices;
  readonly #networks: SharedNetworks;
  /** The feeds of the list by name, those that have ended too. */
  readonly #feeds = new Map<string, { readonly wanted: string; readonly run: FeedRun }>();
  /** The exit codes of feeds that failed and are no longer on the list. */
  readonly #exitCodes: number[] = [];

  /**
   * Makes an empty set.
   *
   * @param interruption Ends all feeds.
   * @param notices Told what happens.
   */
  constructor(interruption: Interruption, notices: FeedSetNotices) {
    this.#interruption = interruption;
    this.#notices = notices;
    this.#networks = new SharedNetworks(notices.print);
  }

  /** The feeds of the list. */
  get runs(): FeedRun[] {
    return [...this.#feeds.values()].map(({ run }) => run);
  }

  /** Whether a feed has not ended yet. */
  get isRunning(): boolean {
    return this.runs.some(({ isRunning }) => isRunning);
  }

  /** The exit code of the first feed that failed. */
  get exitCode(): number | undefined {
    return [...this.#exitCodes, ...this.runs.map(({ exitCode }) => exitCode)]
      .find((code) => code !== undefined);
  }

  /** Waits until every feed has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.runs.map(({ ended }) => ended));
  }

  /**
   * Has exactly the feeds of a list run: those that it does not change go on untouched. Nothing is ended
   * before all that is new has what it needs.
   *
   * @param specs The list.
   * @throws {SteadyboxError | UsageError} If one of them cannot run; then nothing has changed.
   */
  async apply(specs: readonly FeedSpec[]): Promise<Changes> {
    const wantedBy = new Map(specs.map((spec) => [spec.name, JSON.stringify(spec.options)]));
    await checkTogether(specs);
    const others = specs.filter(({ name }) => this.#feeds.get(name)?.wanted !== wantedBy.get(name));
    const ready = await this.#prepared(others);
    const gone = [...this.#feeds].filter(([name, { wanted }]) => wantedBy.get(name) !== wanted);
    const changed = gone.filter(([name]) => wantedBy.has(name)).length;
    await Promise.all(gone.map(([, { run }]) => run.remove()));
    for (const [name, { run }] of gone) {
      if (run.exitCode !== undefined) this.#exitCodes.push(run.exitCode);
      this.#feeds.delete(name);
    }
    for (const feed of ready) {
      const run = new FeedRun(feed, this.#interruption, this.#notices);
      run.ended.then(this.#notices.onEnd);
      this.#feeds.set(run.name, { wanted: wantedBy.get(run.name)!, run });
    }
    return { added: ready.length - changed, changed, removed: gone.length - changed };
  }

  /** All feeds with what they need, or none. */
  async #prepared(specs: readonly FeedSpec[]): Promise<ReadyFeed[]> {
    await using stack = new AsyncDisposableStack();
    const ready: ReadyFeed[] = [];
    for (const spec of specs) {
      try {
        ready.push(stack.use(await this.#prepare(spec)));
      } catch (error) {
        throw placed(error, spec);
      }
    }
    stack.move();
    return ready;
  }

  async #prepare(spec: FeedSpec): Promise<ReadyFeed> {
    const { signal } = this.#interruption;
    signal.throwIfAborted();
    await checkPermitted(spec.options);
    const options = withSource(spec.options);
    checkStandardOutput(options);
    checkRereadable(options);
    if (options.sources.includes("-")) throw new UsageError("Cannot read standard input as a feed");
    await using stack = new AsyncDisposableStack();
    const input = stack.use(await openInput(options.sources, options, signal));
    if (input.sources.kind !== "video") throw new UsageError("Cannot read pictures as a feed");
    await checkOutputs(options, input.sources, options);
    const lease = stack.use(await this.#networks.open(options, signal));
    checkStages(options, input, lease.finder);
    const owned = stack.move();
    return {
      spec: { ...spec, options },
      input,
      lease,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }
}

/** Refuses feeds that would write to the same place, or where another one is read. */
async function checkTogether(specs: readonly FeedSpec[]): Promise<void> {
  const streaming = specs.filter(({ options }) =>
    TEXT_FORMATS.some((name) => options[name] === "-")
  );
  const [, second] = streaming;
  if (second) throw second.complaint("standard output is one, and another feed goes there");
  const inputs = specs.flatMap(({ options }) => options.sources.filter(isFileName));
  const files: [string, string][] = [];
  const urls = new Set<string>();
  for (const spec of specs) {
    const { output } = spec.options;
    if (output !== undefined && isUrl(output)) {
      if (urls.has(output)) throw spec.complaint("another feed is sent to the same URL");
      urls.add(output);
    }
    for (const [flag, path] of filesOf(spec.options)) {
      files.push([`${flag} of "${spec.name}"`, path]);
    }
    try {
      await checkDistinct(files, inputs);
    } catch (error) {
      throw placed(error, spec);
    }
  }
}

/** An error that tells which feed it is about, and where that stands. */
function placed(error: unknown, spec: FeedSpec): unknown {
  if (!(error instanceof SteadyboxError) && !(error instanceof UsageError)) return error;
  error.message = spec.complaint(complaintAbout(error)).message;
  return error;
}
