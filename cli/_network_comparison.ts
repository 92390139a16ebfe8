import type { Detector, InputSpec } from "../pipeline/detector.ts";
import type { Detection } from "../pipeline/detection.ts";
import { iouOf } from "../pipeline/box.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Outputs, Tensor } from "../pipeline/tensor.ts";
import { decodePictures } from "../stages/decode_pictures.ts";
import { letterbox } from "../stages/letterbox.ts";
import { suppressed } from "../stages/suppress.ts";

/** How two networks compare, the one before it was changed and the one after. */
export interface NetworkComparison {
  /** What ran them. */
  readonly device: string;
  /** The median time of a run, in milliseconds. */
  readonly latencyMs: { readonly before: number; readonly after: number };
  /** On how many pictures they were compared. */
  readonly pictures: number;
  /**
   * How far the outputs lie apart on these pictures, as a share of the range of the first network's
   * outputs; absent without pictures.
   */
  readonly difference?: { readonly mean: number; readonly greatest: number };
  /**
   * How many objects each finds, and how many of the first's the second finds too: the same class, an
   * overlap of half and more; absent without pictures, or where the networks tell of no boxes.
   */
  readonly detections?: { readonly before: number; readonly after: number; readonly kept: number };
}

/** What is compared. */
export interface ComparedNetworks {
  /** The network before it was changed. */
  readonly before: InferenceSession;
  /** The network after that. */
  readonly after: InferenceSession;
  /** How a picture becomes the input of both. */
  readonly input: InputSpec;
  /** What the outputs of both mean, if they tell of boxes. */
  readonly detector: Detector | undefined;
}

/** How often each network is timed; the first runs do not count. */
const RUNS = 15;
const WARM_UP_RUNS = 3;

/**
 * Compares two networks: how long they take, and what they make of pictures.
 *
 * @param networks The networks.
 * @param pictures The paths of pictures.
 * @throws {SourceError} If a picture cannot be read.
 */
export async function comparisonOf(
  networks: ComparedNetworks,
  pictures: readonly string[],
): Promise<NetworkComparison> {
  const { input, detector } = networks;
  const latencyMs = await latenciesOf(networks, input);
  const device = `${networks.before.device}: ${networks.before.description}`;
  if (pictures.length === 0) return { device, latencyMs, pictures: 0 };
  const differences: { mean: number; greatest: number }[] = [];
  const detections = { before: 0, after: 0, kept: 0 };
  for await (const item of decodePictures(pictures).pipeThrough(letterbox(input))) {
    using _ = item.frame;
    if (!item.input) continue;
    const [before, after] = [
      await networks.before.run(copyOf(item.input)),
      await networks.after.run(item.input),
    ];
    differences.push(differenceOf(before, after));
    if (!detector) continue;
    const [whole, left] = [found(before, detector), found(after, detector)];
    detections.before += whole.length;
    detections.after += left.length;
    detections.kept += whole.filter((one) => left.some((other) => isSame(one, other))).length;
  }
  const mean = differences.reduce((sum, one) => sum + one.mean, 0) / differences.length;
  const greatest = differences.reduce((most, one) => Math.max(most, one.greatest), 0);
  return {
    device,
    latencyMs,
    pictures: differences.length,
    difference: { mean, greatest },
    ...detector && { detections },
  };
}

function copyOf({ dims, data }: Tensor): Tensor {
  return { dims, data: data.slice() }; // A run takes its input with it.
}

/** Times both in turn, so that whatever else the machine does meets both. */
async function latenciesOf(
  { before, after }: ComparedNetworks,
  { width, height }: InputSpec,
): Promise<NetworkComparison["latencyMs"]> {
  const grey = () => ({
    dims: [1, 3, height, width],
    data: new Float32Array(3 * height * width).fill(0.5),
  });
  const times: Record<"before" | "after", number[]> = { before: [], after: [] };
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run++) {
    for (const [name, session] of [["before", before], ["after", after]] as const) {
      const startedAtMs = performance.now();
      await session.run(grey());
      if (run >= WARM_UP_RUNS) times[name].push(performance.now() - startedAtMs);
    }
  }
  const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[RUNS >> 1] ?? NaN;
  return { before: median(times.before), after: median(times.after) };
}

function differenceOf(before: Outputs, after: Outputs): { mean: number; greatest: number } {
  let [sum, count, greatest] = [0, 0, 0];
  for (const [name, { data }] of Object.entries(before)) {
    const other = after[name]?.data ?? [];
    const least = data.reduce((a, b) => Math.min(a, b));
    const range = data.reduce((a, b) => Math.max(a, b)) - least || 1;
    for (const [i, value] of data.entries()) {
      const share = Math.abs(value - (other[i] ?? NaN)) / range;
      sum += share;
      greatest = Math.max(greatest, share);
    }
    count += data.length;
  }
  return { mean: sum / count, greatest };
}

/** The objects in the network's outputs, in the pixels of its input. */
function found(outputs: Outputs, detector: Detector): Detection[] {
  const { confidence, iou } = detector.defaults;
  const candidates = detector.decode(outputs, confidence);
  return suppressed(
    candidates.map(({ box: { x1, y1, x2, y2 }, confidence, classId, label }) => ({
      box: { x1, y1, x2, y2 },
      confidence,
      classId,
      label,
    })),
    { iou },
  );
}

function isSame(a: Detection, b: Detection): boolean {
  return a.classId === b.classId && iouOf(a.box, b.box) >= 0.5;
}
