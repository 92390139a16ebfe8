import { openSession } from "../models/session.ts";
import { OutputError } from "../pipeline/errors.ts";
import { ReaderGone, stderr } from "./_console.ts";
import { causeOf, EXIT } from "./_exit.ts";
import { inTermsOf, openInput, withReport } from "./_input.ts";
import { Interruption } from "./_interruption.ts";
import { chosenModel, namedWithLicence } from "./_model.ts";
import { checkOutputs, checkStandardOutput, filesOf, loadOf } from "./_outputs.ts";
import { load } from "./_load.ts";
import type { Job } from "./_pipeline.ts";
import { Progress } from "./_progress.ts";
import type { RunOptions } from "./_run_options.ts";
import { summary } from "./_summary.ts";
import { Tally } from "./_tally.ts";
import { checkRereadable } from "./_two_passes.ts";
import { View } from "./_view.ts";

/**
 * `steadybox run`: finds what a model knows in a video or in pictures, and writes it.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {SteadyboxError} If the source cannot be read, an output cannot be written, or the model
 * or device is not to be had.
 */
export async function run(options: RunOptions): Promise<number> {
  if (options.sourcesFile !== undefined) {
    const { runFeeds } = await load<typeof import("./feeds/run_feeds.ts")>("./feeds/run_feeds.ts");
    return await runFeeds(options.sourcesFile, options);
  }
  checkStandardOutput(options);
  checkRereadable(options);
  using interruption = new Interruption();
  const tally = new Tally();
  const say = (line: string) => void (options.quiet || stderr.write(`${line}\n`));
  try {
    const { signal } = interruption;
    using input = withReport(await openInput(options.sources, options, signal), signal);
    await checkOutputs(options, input.sources, options);
    await using view = await View.open(options, say);
    await work({ options, input, interruption, tally, view, say }, interruption)
      .catch(async (error) => {
        await view.end("The run has failed, or was interrupted");
        throw inTermsOf(input, error);
      });
  } catch (error) {
    if (interruption.exitCode === undefined) throw meant(options, error);
    if (interruption.haste.aborted) {
      stderr.write(`steadybox: Interrupted by ${interruption.by}, twice: nothing is kept\n`);
    } else if (tally.frames > 0) throw meant(options, error);
    else stderr.write(`steadybox: Interrupted by ${interruption.by} before the first frame\n`);
  }
  return interruption.exitCode ?? EXIT.done;
}

/** An end of standard output is no error, unless it kept files from being written. */
function meant(options: RunOptions, error: unknown): unknown {
  const files = filesOf(options).map(([, path]) => path);
  if (files.length === 0 || !causeOf(error, ReaderGone)) return error;
  return new OutputError(
    `Cannot write ${files.join(", ")}: whoever reads standard output has stopped before the end`,
  );
}

/** Makes all that a run needs, runs it, and says what it came to. */
async function work(job: Job, interruption: Interruption): Promise<void> {
  const { options, tally, view } = job;
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  const { signal } = interruption;
  const { card, detector, network } = await chosenModel(options, { signal });
  const opening = openSession(network, {
    device: options.device,
    precision: options.half ? "half" : "single",
    load: loadOf(options, card),
  });
  // The network is made ready in its own thread, and this one may do something else.
  const loading = load<typeof import("./_pipeline.ts")>("./_pipeline.ts");
  await using session = await opening;
  const { runSource } = await loading;
  signal.throwIfAborted();
  view.tell({ model: namedWithLicence(card), device: `${session.device}: ${session.description}` });

  let outcome;
  {
    using _ = options.quiet
      ? undefined
      : shownProgress({ options, interruption, tally }, elapsedMs);
    outcome = await runSource(job, { card, detector, session });
  }
  await view.end(interruption.by ? `The run was ended by ${interruption.by}` : "The run has ended");
  if (options.quiet) return;
  const ending = { elapsedS: elapsedMs() / 1000, interruptedBy: interruption.by };
  const notes = [...outcome.notes, ...view.outcome()];
  stderr.write(summary({ ...outcome, ...ending, notes }, stderr));
}

/** Shows how far the run has come, and that it was interrupted. */
function shownProgress(
  { options, interruption, tally }: Pick<Job, "options" | "interruption" | "tally">,
  elapsedMs: () => number,
): Progress {
  const isStreaming = [options.jsonl, options.mot, options.coco, options.csv].includes("-");
  const progress = new Progress({
    tally,
    durationS: options.duration,
    terminal: stderr,
    // A line that is drawn again and again would mix with text on the same screen.
    isLive: stderr.isTerminal && !(isStreaming && Deno.stdout.isTerminal()),
    elapsedMs,
  });
  interruption.signal.addEventListener("abort", () => {
    progress.say("Interrupted: finishing what was begun; once more ends at once");
  });
  return progress;
}
