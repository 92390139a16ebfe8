import { join } from "node:path";
import { machine, toolVersions } from "../bench/jitter/environment.ts";
import { nameOfWay, type ObservedClip } from "../bench/jitter/observed_clip.ts";
import type { DetectionWay, Resize, Ties } from "../bench/jitter/observed_clip.ts";
import { observedVideo } from "../bench/jitter/observe_video.ts";
import { maxStrideOf } from "../bench/jitter/perturbation/max_stride.ts";
import { measurePerturbation } from "../bench/jitter/perturbation/measure.ts";
import { measured, type Measurement, type Provenance } from "../bench/jitter/protocol.ts";
import { REPORT_FILES, writeReport } from "../bench/jitter/report/write_report.ts";
import type { PerturbationResult } from "../bench/jitter/report_types.ts";
import { smoothingMethod } from "../bench/jitter/smoothing_methods.ts";
import type { Model } from "../models/model.ts";
import { loadModel } from "../models/registry.ts";
import { openSession } from "../models/session.ts";
import type { Device, InferenceSession } from "../pipeline/inference_session.ts";
import { createPartialFile, outputErrorFrom } from "../stages/writing/partial_file.ts";
import { stderr, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { counted } from "./_format.ts";
import { Interruption } from "./_interruption.ts";
import {
  checkJitterOptions,
  distinct,
  importedClips,
  truthsAt,
  videosAt,
} from "./_jitter_inputs.ts";
import { JitterProgress } from "./_jitter_progress.ts";
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

const DEFAULT_MODEL = "blazeface-full";

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

/** What was seen of videos. */
interface Watched {
  readonly clips: readonly ObservedClip[];
  readonly provenance: Provenance;
  readonly minConfidence?: number;
  readonly iou?: number;
  readonly isInterrupted?: boolean;
  readonly perturbations?: ReadonlyMap<string, PerturbationResult>;
}

/** Runs the network on all videos, until it is interrupted. */
async function watched(
  options: JitterOptions,
  interruption: Interruption,
  progress: JitterProgress,
): Promise<Watched> {
  const paths = await videosAt(options.sources);
  const model = await loadModel(options.model ?? DEFAULT_MODEL);
  const { detector, network } = model;
  await using session = await openSession(network, { device: options.device });
  const minConfidence = options.conf ?? detector.defaults.confidence;
  const ways = waysOf(options);
  const clips: ObservedClip[] = [];
  for (const [i, path] of paths.entries()) {
    if (interruption.signal.aborted) break;
    progress.clip(path, { number: i + 1, of: paths.length, passes: passesOf(ways) });
    const clip = await observedVideo(path, {
      ...{ detector, session, ways, minConfidence },
      startS: options.start,
      durationS: options.duration,
      until: interruption.signal,
      onFrame: (frame) => progress.frame(frame),
    });
    if (clip) clips.push(clip);
  }
  const perturbations = options.perturbation && !interruption.signal.aborted
    ? await disturbed(options, { paths, model, session, minConfidence }, interruption, progress)
    : undefined;
  const isInterrupted = interruption.signal.aborted;
  const cut = isInterrupted
    ? [`Interrupted by ${interruption.by}: only what came before was measured`]
    : [];
  return {
    clips,
    provenance: await provenance({ model, session, notes: [...cut, ...complaintsOf(clips)] }),
    ...{ minConfidence, iou: detector.defaults.iou, isInterrupted },
    ...perturbations && { perturbations },
  };
}

function waysOf({ ties = ["blend"], resize = ["bilinear"] }: JitterOptions): [
  DetectionWay,
  ...DetectionWay[],
] {
  const [first, ...others] = resize.flatMap((resize) => ties.map((ties) => ({ ties, resize })));
  return [first!, ...others];
}

/** How often a clip is decoded. */
function passesOf(ways: readonly DetectionWay[]): number {
  return new Set(ways.map(({ resize }) => resize)).size;
}

function complaintsOf(clips: readonly ObservedClip[]): string[] {
  return clips.flatMap(({ name, complaints }) => complaints.map((line) => `${name}: ${line}`));
}

/** Measures P, by way of detecting. */
async function disturbed(
  { start, duration, ties = ["blend"], resize = ["bilinear"], seed }: JitterOptions,
  { paths, model: { detector, network }, session, minConfidence }: {
    readonly paths: readonly string[];
    readonly model: Model;
    readonly session: InferenceSession;
    readonly minConfidence: number;
  },
  { signal }: Interruption,
  progress: JitterProgress,
): Promise<Map<string, PerturbationResult>> {
  progress.step("disturbed pictures");
  const results = await measurePerturbation({
    clips: paths.map((path) => ({
      path,
      ...start !== undefined && { startS: start },
      ...duration !== undefined && { durationS: duration },
    })),
    ...{ detector, session, ties, minConfidence },
    maxStride: maxStrideOf(network),
    resamplers: resize,
    bootstrap: { seed },
    until: signal,
    onProgress: ({ pictures }) => progress.step(`${counted(pictures, "picture")} disturbed`),
  });
  return new Map(
    results.map(({ method, resize, result }) => [nameOfWay({ ties: method.ties, resize }), result]),
  );
}

/** What the report tells of the run itself. */
async function provenance(
  run?: {
    readonly model: Model;
    readonly session: InferenceSession;
    readonly notes: readonly string[];
  },
): Promise<Provenance> {
  const { model, session, notes = [] } = run ?? {};
  return {
    created: new Date().toISOString(),
    tool: await toolVersions({ isVideo: run !== undefined }),
    command: ["steadybox", ...Deno.args],
    machine: await machine(),
    model: model
      ? {
        name: model.card.name,
        sha256: model.card.sha256,
        input: { width: model.card.input.width, height: model.card.input.height },
      }
      : null,
    device: session
      ? {
        kind: session.device,
        description: session.description,
        fallbacks: [...session.fallbacks],
      }
      : null,
    notes: [...notes],
  };
}
