/**
 * Sends frames that are in memory already through a GPU, so many in flight at a time, and tells how
 * long it takes, or else how much memory: up they go as planes, and the outputs come back. Where there
 * is no GPU, it tells null.
 *
 * @example deno run -A gpu.ts speed MODEL SECONDS
 * @example deno run -A gpu.ts memory MODEL FRAMES
 *
 * @module
 */

import {
  type Detector,
  letterboxFit,
  loadModel,
  openSession,
  type Picture,
  stretchFit,
} from "../../../mod.ts";
import { findAdapter } from "../../../models/inference/adapter.ts";
import { networkForGpu } from "../../../models/inference/gpu_network.ts";
import { WorkerSession } from "../../../models/inference/worker_session.ts";
import { planesByteLength, planesFrom } from "../../../pipeline/planes.ts";
import type { GpuSpeed } from "../schema.ts";

const SIZE = { width: 1920, height: 1080 };
/** How many runs are asked for at a time, in turn: of a processor that stands for a GPU, fewer. */
const IN_FLIGHT = { hardware: [1, 8, 16, 32], software: [1, 8] };
/** After so many frames no more are measured. */
const MAX_FRAMES = 4000;

/** How many are in flight where memory and reads are told. */
const MANY = 8;

/** What is told of the speed. */
export type GpuTimes = Omit<GpuSpeed, "driver" | "readsPerFrame" | "memory">;

/** What is told of the memory. */
export interface GpuMemory {
  readonly readsPerFrame: number;
  /** How much the process held after each frame, in bytes. */
  readonly heldBytes: readonly number[];
}

const [what, model = "", length = ""] = Deno.args;

/** Different pictures, more than are in flight, so that all of them go up; asked of as a run does. */
function picturesFor({ input, sieves, defaults }: Detector): Picture[] {
  const fit = (input.resize === "letterbox" ? letterboxFit : stretchFit)(SIZE, input);
  const length = planesByteLength(SIZE.width, SIZE.height);
  const samples = Uint8Array.from({ length: length + 64 * 4099 }, (_, i) => 16 + (i >> 4) % 199);
  return Array.from({ length: 64 }, (_, shift) => ({
    planes: planesFrom(samples.slice(4099 * shift, 4099 * shift + length), SIZE.width, SIZE.height),
    colour: { matrix: "bt709", range: "limited" },
    input,
    resampler: "bilinear",
    fits: [fit],
    ...sieves && { sieves: sieves(defaults.confidence) },
  }));
}

/** Keeps so many runs in flight until the time is up. */
async function sent(
  run: (picture: Picture) => Promise<unknown>,
  pictures: readonly Picture[],
  { inFlight, durationMs }: { readonly inFlight: number; readonly durationMs: number },
): Promise<GpuSpeed["rows"][number]> {
  const latenciesMs: number[] = [];
  const startedAtMs = performance.now();
  const isOver = () =>
    latenciesMs.length >= MAX_FRAMES || performance.now() - startedAtMs > durationMs;
  let next = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    do {
      const askedAtMs = performance.now();
      await run(pictures[next++ % pictures.length]!);
      latenciesMs.push(performance.now() - askedAtMs);
    } while (!isOver());
  }));
  const msPerFrame = (performance.now() - startedAtMs) / latenciesMs.length;
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number) => latenciesMs[Math.floor(share * (latenciesMs.length - 1))]!;
  const frames = latenciesMs.length;
  return {
    inFlight,
    frames,
    msPerFrame,
    latencyP50Ms: quantile(0.5),
    latencyP95Ms: quantile(0.95),
  };
}

async function times(seconds: number): Promise<GpuTimes | undefined> {
  const found = await findAdapter();
  if (!found) return undefined;
  const { detector, network } = await loadModel(model);
  await using session = await openSession(network, { device: "webgpu" });
  const pictures = picturesFor(detector);
  const run = (picture: Picture) => session.runPicture!(picture);
  const rows: GpuSpeed["rows"][number][] = [];
  for (const inFlight of IN_FLIGHT[found.isSoftware ? "software" : "hardware"]) {
    const durationMs = 1000 * seconds;
    // Shaders are compiled for each size of a batch, and memory is asked for.
    await sent(run, pictures, { inFlight, durationMs: durationMs / 4 });
    rows.push(await sent(run, pictures, { inFlight, durationMs }));
  }
  return {
    adapter: session.description,
    vendor: found.adapter.info.vendor,
    isSoftware: found.isSoftware,
    rows,
  };
}

async function memory(frames: number): Promise<GpuMemory> {
  const { detector, network } = await loadModel(model);
  const request = { kind: "open", device: "webgpu", threads: 1 } as const;
  using channel = Object.assign(new BroadcastChannel("reads of the GPU"), {
    [Symbol.dispose]: () => channel.close(),
  });
  await using session = await WorkerSession.open(
    { ...request, network: networkForGpu(network) },
    { description: "watched", workerUrl: new URL("watched_worker.ts", import.meta.url) },
  );
  const pictures = picturesFor(detector);
  const heldBytes: number[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: MANY }, async () => {
    while (next < frames) {
      await session.runPicture(pictures[next++ % pictures.length]!);
      heldBytes.push(Deno.memoryUsage().rss);
    }
  }));
  const reads = Promise.withResolvers<number>();
  channel.onmessage = ({ data }) => reads.resolve(data);
  channel.postMessage("how many");
  return { readsPerFrame: await reads.promise / frames, heldBytes };
}

const result = what === "speed" ? await times(Number(length)) : await memory(Number(length));
// deno-lint-ignore no-console -- A program of its own: this is its output.
console.log(JSON.stringify(result ?? null));
