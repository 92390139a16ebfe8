import { join } from "node:path";
import { measured, type Measurement } from "../bench/jitter/protocol.ts";
import { REPORT_FILES, writeReport } from "../bench/jitter/report/write_report.ts";
import { smoothingMethod } from "../bench/jitter/methods/smoothing_methods.ts";
import { outputErrorFrom } from "../stages/writing/output_error.ts";
import { createPartialFile } from "../stages/writing/partial_file.ts";
import { stderr, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { Interruption } from "./_interruption.ts";
import { checkJitterOptions, distinct, importedClips, truthsAt } from "./jitter/inputs.ts";
import type { JitterOptions } from "./_jitter_options.ts";
import { JitterProgress } from "./jitter/progress.ts";
import { provenance, watched } from "./jitter/watch.ts";
import { jitterWords } from "./jitter/words.ts";
import { madeDirectory } from "./_made_directory.ts";

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
