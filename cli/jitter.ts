import { join } from "node:path";
import type { Resize, Ties } from "../bench/jitter/observe/observed_clip.ts";
import { measured, type Measurement } from "../bench/jitter/protocol.ts";
import { REPORT_FILES, writeReport } from "../bench/jitter/report/write_report.ts";
import { smoothingMethod } from "../bench/jitter/methods/smoothing_methods.ts";
import type { Device } from "../pipeline/inference_session.ts";
import { createPartialFile, outputErrorFrom } from "../stages/writing/partial_file.ts";
import { stderr, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { Interruption } from "./_interruption.ts";
import { checkJitterOptions, distinct, importedClips, truthsAt } from "./_jitter_inputs.ts";
import { JitterProgress } from "./_jitter_progress.ts";
import { provenance, watched } from "./_jitter_watch.ts";
import { jitterWords } from "./_jitter_words.ts";
import { madeDirectory } from "./_made_directory.ts";

/** What `steadybox jitter` does. */
export interface JitterOptions {
  /** The command. */
  readonly command: "jitter";
  /** Videos. */
  readonly sources: readonly string[];
  /** Files of tracks, in place of videos. */
  readonly tracks: readonly string[];
  /** Their frame rate, where they have no times. */
  readonly fps: number | undefined;
  /** Files of true boxes, one for each source. */
  readonly truth: readonly string[];
  /** Where to begin, in seconds. */
  readonly start: number | undefined;
  /** How much to take, in seconds. */
  readonly duration: number | undefined;
  /** The name of the model, or a file. */
  readonly model: string | undefined;
  /** What runs the network. */
  readonly device: Device | "auto";
  /** The lowest confidence with which an object appears. */
  readonly conf: number | undefined;
  /** How ties are resolved, the baseline first. */
  readonly ties: readonly Ties[] | undefined;
  /** How frames are scaled, the baseline first. */
  readonly resize: readonly Resize[] | undefined;
  /** What keeps boxes still. */
  readonly smooth: readonly string[];
  /** Whether disturbed pictures are measured too. */
  readonly perturbation: boolean;
  /** What random numbers are drawn from. */
  readonly seed: number;
  /** The directory of the report. */
  readonly report: string;
  /** Whether a report that exists is replaced. */
  readonly overwrite: boolean;
  /** Whether nothing but errors and the result is said. */
  readonly quiet: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/**
 * `steadybox jitter`: measures how much boxes tremble, and what keeps them still at which price.
 *
 * @param options What was asked for.
 * @returns The exit code: `EXIT.controls` if a control did not come out.
 * @throws {SteadyboxError} If a source cannot be read, the report not be written, or the model or device is not
 * to be had.
 */
export async function jitter(options: JitterOptions): Promise<number> {
  checkJitterOptions(options);
  using interruption = new Interruption();
  const startedAtMs = performance.now();
  await using _directory = await reportDirectory(options);
  using progress = new JitterProgress(options, interruption);
  const truths = await truthsAt(options.truth);
  const seen = options.tracks.length > 0
    ? { clips: await importedClips(options), provenance: await provenance() }
    : await watched(options, interruption, progress);
  if (seen.clips.length === 0) {
    stderr.write(`steadybox: Interrupted by ${interruption.by} before the first frame\n`);
    return interruption.exitCode ?? EXIT.done;
  }
  const clips = distinct(seen.clips, truths);
  const measurement = await measured(clips, {
    ...seen,
    smoothing: options.smooth.map((name) => smoothingMethod(name)!),
    seed: options.seed,
    startedAtMs,
    onStep: (step) => progress.step(step),
  });
  await written(options, measurement, progress);
  return interruption.exitCode ??
    (measurement.report.verdict.areControlsRight ? EXIT.done : EXIT.controls);
}

/** Refuses a directory in which the report cannot be written, before any work is done. */
async function reportDirectory({ report, overwrite }: JitterOptions): Promise<AsyncDisposable> {
  const directory = await madeDirectory(report).catch((error) => {
    throw outputErrorFrom(report, error);
  });
  try {
    for (const name of REPORT_FILES) {
      await using _ = await createPartialFile(join(report, name), { overwrite });
    }
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
  return directory;
}

async function written(
  { report, overwrite, quiet }: JitterOptions,
  measurement: Measurement,
  progress: JitterProgress,
): Promise<void> {
  progress.step("report");
  await writeReport(report, measurement.report, measurement.traces, { overwrite });
  progress[Symbol.dispose]();
  stdout.write(jitterWords(measurement.report));
  if (!quiet) stderr.write(`Written to ${report}: ${REPORT_FILES.join(", ")}\n`);
}
