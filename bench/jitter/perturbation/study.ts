/**
 * Whether blending cuts perturbation jitter as the BlazeFace paper says, on real faces: both networks,
 * every way to resolve ties, both ways to read frames.
 *
 *     sh setup.sh
 *     STEADYBOX_CACHE=.cache/models deno run --allow-read --allow-write=.cache \
 *       --allow-run=ffmpeg,ffprobe --allow-ffi=./node_modules/.deno/onnxruntime-node@1.30.0 \
 *       --ignore-env --allow-env=STEADYBOX_CACHE,STEADYBOX_FIXTURES,ORT_DISABLE_TELEMETRY \
 *       bench/jitter/perturbation/study.ts
 *
 * What was read is kept in `.cache/perturbation/`, to be removed when a network or what feeds it changes.
 *
 * @module
 */

import { loadModel } from "../../../models/registry.ts";
import { openSession } from "../../../models/session.ts";
import type { Resampler } from "../../../stages/sampling/tensor_maker.ts";
import type { Footage } from "../../steadiness/detections.ts";
import { FOOTAGE } from "../../steadiness/footage.ts";
import type { FrameReading } from "./frame_reading.ts";
import { maxStrideOf } from "./max_stride.ts";
import { measuredMethods } from "./measure.ts";
import { perturbationsFor } from "./perturbations.ts";
import { type StudyClip, studyReport } from "./study_report.ts";
import type { TieMethod } from "./tie_methods.ts";

const CACHE = new URL("../../../.cache/perturbation/", import.meta.url);
const RESAMPLERS: readonly Resampler[] = ["bilinear", "area"];
/** Beside what MediaPipe takes: a lower limit, and that of its first graph (2019). */
const LIMITS = [0.3, 0.75];

/** What is kept of a clip: the readings of each way to read frames and each method, in this order. */
interface Kept {
  readonly resamplers: Readonly<Record<Resampler, readonly (readonly FrameReading[])[]>>;
}

function methodsFor(
  { confidence, iou, maxDetections }: {
    readonly confidence: number;
    readonly iou: number;
    readonly maxDetections: number;
  },
): TieMethod[] {
  const common = { iou, maxDetections };
  return [
    ...(["suppress", "blend", "blend-over-time"] as const).map((ties) => (
      { ...common, ties, minConfidence: confidence }
    )),
    ...LIMITS.flatMap((minConfidence) =>
      (["suppress", "blend"] as const).map((ties) => ({ ...common, ties, minConfidence }))
    ),
  ];
}

async function readingsOf(footage: Footage): Promise<Kept> {
  const file = new URL(`${footage.clip}.${footage.model}.json`, CACHE);
  const kept = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (kept !== undefined) return JSON.parse(kept);
  const resamplers = await measuredFootage(footage);
  await Deno.mkdir(CACHE, { recursive: true });
  await Deno.writeTextFile(file, JSON.stringify({ resamplers }, shortened));
  return { resamplers };
}

async function measuredFootage({ path, model, durationS }: Footage): Promise<Kept["resamplers"]> {
  const { detector, network } = await loadModel(model);
  await using session = await openSession(network, { device: "cpu" });
  const measured = await measuredMethods(methodsFor(detector.defaults), {
    clips: [{ path, ...durationS !== undefined && { durationS } }],
    detector,
    session,
    maxStride: maxStrideOf(network),
    resamplers: RESAMPLERS,
    bootstrap: { resamples: 1 },
  });
  const of = (wanted: Resampler) =>
    measured.filter(({ resize }) => resize === wanted).map(({ readings: [clip] }) => clip!);
  return { bilinear: of("bilinear"), area: of("area") };
}

/** Six digits tell all, and keep the files small. */
function shortened(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  for (const name of ["blazeface-short", "blazeface-full"]) {
    const { detector, network } = await loadModel(name);
    const clips: StudyClip[] = [];
    for (const footage of FOOTAGE.filter(({ model }) => model === name)) {
      const isApart = footage.clip === "walkers_1080p"; // A crowd: faces of 10 pixels of the input.
      clips.push({ name: footage.clip, isApart, ...await readingsOf(footage) });
      await Deno.stderr.write(encoder.encode(`${name} ${footage.clip}\n`));
    }
    await Deno.stdout.write(encoder.encode(studyReport(name, clips, {
      methods: methodsFor(detector.defaults),
      perturbations: perturbationsFor(detector.input, maxStrideOf(network)),
    })));
  }
}
