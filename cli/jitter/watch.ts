import { machine, toolVersions } from "../../bench/jitter/environment.ts";
import {
  type DetectionWay,
  nameOfWay,
  type ObservedClip,
} from "../../bench/jitter/observe/observed_clip.ts";
import { observedVideo } from "../../bench/jitter/observe/observe_video.ts";
import { maxStrideOf } from "../../bench/jitter/perturbation/max_stride.ts";
import { measurePerturbation } from "../../bench/jitter/perturbation/measure.ts";
import type { Provenance } from "../../bench/jitter/protocol.ts";
import type { PerturbationResult } from "../../bench/jitter/report/report_types.ts";
import type { Model } from "../../models/model.ts";
import { loadModel } from "../../models/registry.ts";
import { openSession } from "../../models/session.ts";
import type { InferenceSession } from "../../pipeline/inference_session.ts";
import { counted } from "../_format.ts";
import type { Interruption } from "../_interruption.ts";
import { videosAt } from "./inputs.ts";
import type { JitterProgress } from "./progress.ts";
import type { JitterOptions } from "../_jitter_options.ts";
import { shownArguments } from "../_shown_arguments.ts";
import { loadOf } from "../_outputs.ts";

const DEFAULT_MODEL = "blazeface-full";

/** What was seen of videos. */
export interface Watched {
  /** The clips. */
  readonly clips: readonly ObservedClip[];
  /** What is known of the run. */
  readonly provenance: Provenance;
  /** With which confidence objects appeared. */
  readonly minConfidence: number;
  /** Above which overlap two boxes were one. */
  readonly iou: number;
  /** Whether it was interrupted. */
  readonly isInterrupted: boolean;
  /** P, by the name of the way of detecting. */
  readonly perturbations?: ReadonlyMap<string, PerturbationResult>;
}

/** Runs the network on all videos, until it is interrupted. */
export async function watched(
  options: JitterOptions,
  interruption: Interruption,
  progress: JitterProgress,
): Promise<Watched> {
  const paths = await videosAt(options.sources);
  const model = await loadModel(options.model ?? DEFAULT_MODEL);
  const { detector, network } = model;
  await using session = await openSession(network, {
    device: options.device,
    load: loadOf({}, model.card),
  });
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
    // All clips have to be seen in the same ways: one that is not is kept only if there is no other.
    if (clip && (i === 0 || clip.observations.length === ways.length)) clips.push(clip);
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
export async function provenance(
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
    command: ["steadybox", ...shownArguments(Deno.args)],
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
