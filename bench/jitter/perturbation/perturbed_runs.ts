import type { Detection } from "../../../pipeline/detection.ts";
import type { Detector } from "../../../pipeline/detector.ts";
import {
  type Fit,
  frameBoxFromTensor,
  framePointFromTensor,
  type Size,
} from "../../../pipeline/fit.ts";
import type { Frame } from "../../../pipeline/frame.ts";
import type { InferenceSession } from "../../../pipeline/inference_session.ts";
import { type Random, seededRandom } from "../../../pipeline/metrics/random.ts";
import type { Planes } from "../../../pipeline/planes.ts";
import type { Tensor } from "../../../pipeline/tensor.ts";
import type { Resampler } from "../../../stages/sampling/tensor_maker.ts";
import { brightenedPlanes, noisyPlanes } from "./disturbed_planes.ts";
import { type MovedInputs, movedInputs } from "./moved_inputs.ts";
import type { Perturbation, Perturbations } from "./perturbations.ts";
import { reEncodedPlanes } from "./re_encoded_planes.ts";
import { type SampledFrame, sampledFrames } from "./sampled_frames.ts";

/** What a network saw in a picture and in its disturbed copies. */
export interface PerturbedRun {
  /** The presentation time of the frame, in microseconds. */
  readonly timestampUs: number;
  /** How the input was read from the frame. */
  readonly resampler: Resampler;
  /** The size of the network's window, in frame pixels: what lies outside it, the network does not see. */
  readonly window: Size;
  /** How many frame pixels a pixel of the network's input is wide and high. */
  readonly scale: { readonly x: number; readonly y: number };
  /** The candidates in the frame as it is, in frame pixels from the window's top left corner. */
  readonly candidates: readonly Detection[];
  /** The same of the frames right before it, in the order of time. */
  readonly past: readonly {
    readonly timestampUs: number;
    readonly candidates: readonly Detection[];
  }[];
  /** The candidates in each disturbed copy, in the order of the disturbances, moved as the content is. */
  readonly views: readonly (readonly Detection[])[];
}

/** Options of {@linkcode perturbedRuns}. */
export interface PerturbedRunsOptions {
  /** What the network's outputs mean, and how its input is made. */
  readonly detector: Detector;
  /** The network. */
  readonly session: Pick<InferenceSession, "run">;
  /** How inputs are read from frames: each picture is measured with each of these. */
  readonly resamplers: readonly Resampler[];
  /** What pictures are disturbed by. */
  readonly perturbations: Perturbations;
  /** The lowest confidence of a candidate. */
  readonly minConfidence: number;
  /** How many frames before each picture are looked at. */
  readonly pastFrames: number;
  /** The seed of the noise. */
  readonly seed: number;
  /** Ends the measurement behind the picture that is measured, when it is aborted. */
  readonly until?: AbortSignal;
}

/**
 * Runs a network on one picture a second, and on disturbed copies of it: once for each input, whatever
 * is made of the candidates afterwards.
 *
 * Inputs go to the network one at a time, the next one made meanwhile: batches of 8 and 16 took as long
 * for each picture, or longer, on a processor.
 *
 * @param frames The frames of a clip, all of one size and colour; they are disposed of.
 * @param options What is run on what.
 * @returns What was seen, picture by picture, one for each resampler.
 * @throws {DeviceError} If the device fails.
 * @throws {SourceError} If the frames cannot be read.
 * @throws {SteadyboxError} If ffmpeg cannot encode a frame again.
 */
export async function* perturbedRuns(
  frames: AsyncIterable<Frame>,
  options: PerturbedRunsOptions,
): AsyncGenerator<PerturbedRun> {
  const random = seededRandom(options.seed);
  const inputsFor = new Map<Resampler, MovedInputs>();
  for await (const sample of sampledFrames(frames, options.pastFrames)) {
    if (options.until?.aborted) return;
    const copies = await disturbedCopies(sample.frame, options.perturbations, random);
    for (const resampler of options.resamplers) {
      const inputs = inputsFor.getOrInsertComputed(resampler, () => {
        const { detector, perturbations: { reachPx } } = options;
        return movedInputs(detector.input, sample.frame, { resampler, reachPx });
      });
      yield await runOf(sample, copies, inputs, { ...options, resampler });
    }
  }
}

/** The copies of a frame that differ from it in the source's own pixels, by disturbance. */
async function disturbedCopies(
  { planes, source: { colour } }: Frame,
  { all }: Perturbations,
  random: Random,
): Promise<ReadonlyMap<Perturbation, Planes>> {
  const copies = new Map<Perturbation, Planes>();
  for (const perturbation of all) {
    const { kind, gain } = perturbation;
    if (kind === "noise") copies.set(perturbation, noisyPlanes(planes, random));
    if (kind === "gain") copies.set(perturbation, brightenedPlanes(planes, gain, colour.range));
    if (kind === "re-encoding") copies.set(perturbation, await reEncodedPlanes(planes));
  }
  return copies;
}

async function runOf(
  { frame, past }: SampledFrame,
  copies: ReadonlyMap<Perturbation, Planes>,
  inputs: MovedInputs,
  options: PerturbedRunsOptions & { readonly resampler: Resampler },
): Promise<PerturbedRun> {
  const still = { dx: 0, dy: 0 };
  const { all } = options.perturbations;

  function* tensors(): Generator<Tensor> {
    const cut = inputs.canvasOf(frame.planes);
    yield cut(still);
    for (const { planes } of past) yield inputs.sampled(planes, still);
    for (const perturbation of all) {
      yield perturbation.kind === "shift"
        ? cut(perturbation)
        : inputs.sampled(copies.get(perturbation) ?? frame.planes, perturbation);
    }
  }

  const { scaleX, scaleY } = inputs.fit;
  const { width, height } = options.detector.input;
  const found = await candidatesOf(tensors(), { ...inputs.fit, offsetX: 0, offsetY: 0 }, options);
  return {
    timestampUs: frame.timestampUs,
    resampler: options.resampler,
    window: { width: width * scaleX, height: height * scaleY },
    scale: { x: scaleX, y: scaleY },
    candidates: found[0]!,
    past: past.map(({ timestampUs }, i) => ({ timestampUs, candidates: found[1 + i]! })),
    views: found.slice(1 + past.length),
  };
}

/** The candidates of each input, which is made while the network is busy with the last one. */
async function candidatesOf(
  inputs: Iterable<Tensor>,
  fit: Fit,
  { detector, session, minConfidence }: PerturbedRunsOptions,
): Promise<Detection[][]> {
  const started: Promise<Detection[]>[] = [];
  for (const input of inputs) {
    const found = session.run(input).then((outputs) =>
      detector.decode(outputs, minConfidence).filter(isSound)
        .map((candidate) => placed(candidate, fit))
    );
    found.catch(() => {}); // Whoever waits for all of them below hears of it.
    started.push(found);
    await started.at(-2);
  }
  return await Promise.all(started);
}

/** As `decodeBoxes` has it. */
function isSound({ box: { x1, y1, x2, y2 } }: Detection<"tensor">): boolean {
  return x2 - x1 >= 0 && x2 - x1 < Infinity && y2 - y1 >= 0 && y2 - y1 < Infinity;
}

function placed({ box, keypoints, ...rest }: Detection<"tensor">, fit: Fit): Detection {
  return {
    ...rest,
    box: frameBoxFromTensor(box, fit),
    ...keypoints && {
      keypoints: keypoints.map((point) => ({
        ...framePointFromTensor(point, fit),
        label: point.label,
      })),
    },
  };
}
