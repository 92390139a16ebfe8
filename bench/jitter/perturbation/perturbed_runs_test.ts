import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Detector } from "../../../pipeline/detector.ts";
import { DeviceError } from "../../../pipeline/errors.ts";
import type { Frame } from "../../../pipeline/frame.ts";
import type { Tensor } from "../../../pipeline/tensor.ts";
import { blackFrame } from "../../../tests/_frames.ts";
import { FULL_RANGE, planesOf } from "../../../tests/_still_frame.ts";
import { frameReadingOf } from "./frame_reading.ts";
import { perturbationsFor } from "./perturbations.ts";
import { type PerturbedRun, perturbedRuns, type PerturbedRunsOptions } from "./perturbed_runs.ts";
import { inputOf } from "../../../tests/_input_of.ts";

const SIDE = 48;
const ALL = perturbationsFor({ width: SIDE, height: SIDE }, 8);
/** Without what starts a process for each picture. */
const PERTURBATIONS = { ...ALL, all: ALL.all.filter(({ kind }) => kind !== "re-encoding") };

/** Finds a bright blob exactly: a box around its centre of brightness, larger where it is brighter. */
const DETECTOR: Detector = {
  name: "blob",
  input: inputOf(SIDE, SIDE, { std: [255, 255, 255] }),
  labels: ["blob"],
  defaults: { confidence: 0.5, iou: 0.3, maxDetections: 10 },
  decode({ picture }) {
    const sum = { weight: 0, x: 0, y: 0 };
    const [red, green, blue] = [0, 1, 2].map((plane) =>
      picture!.data.subarray(plane * SIDE * SIDE, (plane + 1) * SIDE * SIDE)
    ) as [Float32Array, Float32Array, Float32Array];
    red.forEach((value, i) => {
      const luma = 0.299 * value + 0.587 * green[i]! + 0.114 * blue[i]!;
      const square = luma ** 2; // Else noise all around it, which cannot be darker than black, adds up.
      sum.weight += square;
      sum.x += square * (i % SIDE + 0.5);
      sum.y += square * (Math.floor(i / SIDE) + 0.5);
    });
    const [x, y] = [sum.x / sum.weight, sum.y / sum.weight];
    const half = sum.weight;
    return [{
      box: { x1: x - half, y1: y - half, x2: x + half, y2: y + half },
      confidence: 0.9,
      classId: 0,
      label: "blob",
    }];
  },
};

const SESSION = { run: (picture: Tensor) => Promise.resolve({ picture }) };

const OPTIONS: PerturbedRunsOptions = {
  detector: DETECTOR,
  session: SESSION,
  resamplers: ["bilinear", "area"],
  perturbations: PERTURBATIONS,
  minConfidence: 0.5,
  pastFrames: 2,
  seed: 1,
};
const BLEND = { ties: "blend", minConfidence: 0.5, iou: 0.3, maxDetections: 10 } as const;

/** Frames of 192x96 at 4 fps, a blob in their middle; four pixels make one of the input. */
async function* blobFrames(count: number): AsyncGenerator<Frame> {
  const planes = planesOf(192, 96, (x, y) => {
    const distance = Math.hypot(x + 0.5 - 90, y + 0.5 - 50);
    return Math.round(200 * Math.exp(-distance * distance / (2 * 9 * 9)));
  });
  for (let index = 0; index < count; index++) {
    const frame = blackFrame(index, { width: 192, height: 96 });
    const source = { ...frame.source, colour: FULL_RANGE };
    yield { ...frame, planes, source, timestampUs: index * 250_000 };
  }
}

async function runsOf(options: Partial<PerturbedRunsOptions> = {}, count = 9) {
  return await Array.fromAsync(perturbedRuns(blobFrames(count), { ...OPTIONS, ...options }));
}

/** The root mean square over pictures and disturbances of a kind, in %. */
function jitterOf(runs: readonly PerturbedRun[], kind: string): number {
  const squares = runs.flatMap((run) => frameReadingOf(run, BLEND, PERTURBATIONS).boxes)
    .filter((_, i) => PERTURBATIONS.all[i % PERTURBATIONS.all.length]!.kind === kind)
    .map(({ jitterPercent }) => jitterPercent! ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

Deno.test("perturbedRuns() sees a picture a second, the frames before it, and a view each", async () => {
  const runs = await runsOf();
  assertEquals(runs.map(({ timestampUs, resampler }) => [timestampUs, resampler]), [
    [1_000_000, "bilinear"],
    [1_000_000, "area"],
    [2_000_000, "bilinear"],
    [2_000_000, "area"],
  ]);
  const [{ window, scale, past, views, candidates }] = runs as [PerturbedRun];
  assertEquals([window, scale], [{ width: 192, height: 192 }, { x: 4, y: 4 }]);
  assertEquals(past.map(({ timestampUs }) => timestampUs), [500_000, 750_000]);
  assertEquals(past[0]!.candidates.length, 1);
  assertEquals(views.length, PERTURBATIONS.all.length);
  // 48 pixels of border lie above the frame in the window.
  const { x1, x2, y1, y2 } = candidates[0]!.box;
  assertAlmostEquals((x1 + x2) / 2, 90, 0.01);
  assertAlmostEquals((y1 + y2) / 2, 50 + 48, 0.01);
});

Deno.test("perturbedRuns() moves what it sees: nothing trembles under whole shifts", async () => {
  for (const run of await runsOf()) {
    assertAlmostEquals(jitterOf([run], "shift"), 0, 1e-4);
    // The blob is wider than a pixel of the input, so that its centre follows.
    assertAlmostEquals(jitterOf([run], "sub-pixel shift"), 0, 0.1);
  }
});

Deno.test("perturbedRuns() disturbs the source's own pixels, which averaging takes away", async () => {
  const [bilinear, area] = await Promise.all(
    (["bilinear", "area"] as const).map((resampler) => runsOf({ resamplers: [resampler] }, 26)),
  ) as [PerturbedRun[], PerturbedRun[]];
  // Of the 16 pixels under one of the input, four are read, or all: half of the noise is left in luma.
  assertAlmostEquals(jitterOf(area, "noise") / jitterOf(bilinear, "noise"), 1 / 2, 0.15);
  // The square of what is brighter by 1 % is larger by 2 %, half of it at each end of both axes.
  assertAlmostEquals(jitterOf(area, "gain"), Math.SQRT2, 0.1);
});

Deno.test("perturbedRuns() sees the same with the same seed", async () => {
  assertEquals(await runsOf(), await runsOf());
  const [first, second] = await Promise.all([runsOf(), runsOf({ seed: 2 })]);
  assert(jitterOf(first, "noise") !== jitterOf(second, "noise"));
});

Deno.test("perturbedRuns() ends behind the picture that is measured, all resamplers of it", async () => {
  const stopping = new AbortController();
  const times: number[] = [];
  for await (
    const { timestampUs } of perturbedRuns(blobFrames(40), { ...OPTIONS, until: stopping.signal })
  ) {
    stopping.abort();
    times.push(timestampUs);
  }
  assertEquals(times, [1_000_000, 1_000_000]);
});

Deno.test("perturbedRuns() passes on why a device fails", async () => {
  let runs = 0;
  const session = {
    run: (picture: Tensor) =>
      ++runs === 30 ? Promise.reject(new DeviceError("Lost")) : Promise.resolve({ picture }),
  };
  await assertRejects(() => runsOf({ session }), DeviceError, "Lost");
});
