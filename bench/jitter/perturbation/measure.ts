import type { Detector } from "../../../pipeline/detector.ts";
import type { InferenceSession } from "../../../pipeline/inference_session.ts";
import type { BootstrapOptions } from "../../../pipeline/metrics/bootstrap.ts";
import { decode } from "../../../stages/decode.ts";
import type { Resampler } from "../../../stages/sampling/tensor_maker.ts";
import type { Ties } from "../observe/observed_clip.ts";
import type { PerturbationResult } from "../report/report_schema.ts";
import { type FrameReading, frameReadingOf } from "./frame_reading.ts";
import { perturbationsFor } from "./perturbations.ts";
import { perturbedRuns } from "./perturbed_runs.ts";
import { type ClipReadings, perturbationResult } from "./summary.ts";
import { PAST_FRAMES, type TieMethod } from "./tie_methods.ts";

/** A clip that is measured. */
export interface PerturbationClip {
  /** Where it lies: a path, or a URL that ffmpeg reads. */
  readonly path: string;
  /** Where to begin, in seconds. */
  readonly startS?: number;
  /** How much of it is measured, in seconds; all where absent. */
  readonly durationS?: number;
}

/** How far a measurement has come. */
export interface PerturbationProgress {
  /** The clip's place in the list. */
  readonly clip: number;
  /** The presentation time of the picture that was measured last, in microseconds. */
  readonly timestampUs: number;
  /** How many pictures were measured, of all clips. */
  readonly pictures: number;
}

/** Options of {@linkcode measurePerturbation}. */
export interface MeasurePerturbationOptions {
  /** What is measured. */
  readonly clips: readonly PerturbationClip[];
  /** What the network's outputs mean, and how its input is made. */
  readonly detector: Detector;
  /** The network. */
  readonly session: Pick<InferenceSession, "run">;
  /** The greatest stride of the network, as `maxStrideOf` tells it. */
  readonly maxStride: number;
  /** How ties are resolved: each method reads the same candidates. */
  readonly ties: readonly Ties[];
  /** How inputs are read from frames. */
  readonly resamplers: readonly Resampler[];
  /**
   * The lowest confidence of a candidate.
   *
   * @default {detector.defaults.confidence}
   */
  readonly minConfidence?: number;
  /**
   * Above which overlap two boxes are one object.
   *
   * @default {detector.defaults.iou}
   */
  readonly iou?: number;
  /**
   * How intervals are made; its seed is that of the noise as well.
   *
   * @default {{}}
   */
  readonly bootstrap?: BootstrapOptions;
  /** Ends the measurement behind the picture that is measured, when it is aborted: what was measured counts. */
  readonly until?: AbortSignal;
  /** Called after each picture. */
  readonly onProgress?: (progress: PerturbationProgress) => void;
}

/** What one way to make objects reads. */
export interface MeasuredPerturbation {
  /** How candidates become objects. */
  readonly method: TieMethod;
  /** How inputs are read from frames. */
  readonly resize: Resampler;
  /** The summary, as the report has it. */
  readonly result: PerturbationResult;
  /** The readings behind it, a list for each clip, to be compared picture by picture. */
  readonly readings: ClipReadings;
}

/**
 * Measures how steady objects are when a picture is moved by parts and wholes of pixels, disturbed by noise,
 * made brighter or darker, or encoded again: the metric of the BlazeFace paper, one picture a second of each
 * clip. See `perturbationJitter` for the formula, {@linkcode perturbationsFor} for the disturbances and
 * `movedInputs` for how pictures are moved.
 *
 * Errors of networks that tell both eyes are divided by the distance between them, others by
 * `√(width · height)` of the object.
 *
 * @param options What is measured, and how.
 * @returns One result for each way to resolve ties and to read frames, ties first.
 * @throws {RangeError} If an option is out of range.
 * @throws {DeviceError} If the device fails.
 * @throws {SourceError} If a clip cannot be read.
 * @throws {SteadyboxError} If ffmpeg is missing, may not be run, or cannot encode a frame again.
 */
export async function measurePerturbation(
  options: MeasurePerturbationOptions,
): Promise<MeasuredPerturbation[]> {
  const { defaults } = options.detector;
  const { ties, minConfidence = defaults.confidence, iou = defaults.iou } = options;
  const methods = ties.map((name): TieMethod => (
    { ties: name, minConfidence, iou, maxDetections: defaults.maxDetections }
  ));
  return await measuredMethods(methods, options);
}

/**
 * The same of ways that differ in their limits as well.
 *
 * @param methods How candidates become objects.
 * @param options What is measured, and how; `ties` and the limits do not count.
 * @returns One result for each method and each way to read frames, methods first.
 * @throws {RangeError} If an option is out of range.
 */
export async function measuredMethods(
  methods: readonly TieMethod[],
  options: Omit<MeasurePerturbationOptions, "ties" | "minConfidence" | "iou">,
): Promise<MeasuredPerturbation[]> {
  const { clips, detector, session, maxStride, resamplers, bootstrap = {}, until } = options;
  const perturbations = perturbationsFor(detector.input, maxStride);
  const wanted = resamplers.flatMap((resize) => methods.map((method) => ({ method, resize })));
  const readings = wanted.map(() => clips.map((): FrameReading[] => []));
  const minConfidence = Math.min(...methods.map((method) => method.minConfidence));
  const pastFrames = methods.some(({ ties }) => ties === "blend-over-time") ? PAST_FRAMES : 0;
  const runOptions = {
    ...{ detector, session, resamplers, perturbations, minConfidence, pastFrames },
    seed: bootstrap.seed ?? 1,
    ...until && { until },
  };
  let runs = 0;
  for (const [clip, { path, ...part }] of clips.entries()) {
    if (until?.aborted) break;
    const frames = decode(path, { ...part, ...until && { until } });
    for await (const run of perturbedRuns(frames, runOptions)) {
      for (const [i, { method, resize }] of wanted.entries()) {
        if (resize !== run.resampler) continue;
        readings[i]![clip]!.push(frameReadingOf(run, method, perturbations));
      }
      if (++runs % resamplers.length) continue;
      const pictures = runs / resamplers.length;
      options.onProgress?.({ clip, timestampUs: run.timestampUs, pictures });
    }
  }
  return wanted.map(({ method, resize }, i) => ({
    method,
    resize,
    result: perturbationResult(readings[i]!, { perturbations, bootstrap }),
    readings: readings[i]!,
  }));
}
