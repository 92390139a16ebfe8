/**
 * Sends frames that are in memory already through a GPU, so many in flight at a time, and tells how
 * long it takes: up they go as planes, and the outputs come back.
 *
 * @example deno run -A gpu.ts MODEL SECONDS
 *
 * @module
 */

import { letterboxFit, loadModel, openSession, type Picture, stretchFit } from "../../../mod.ts";
import { findAdapter } from "../../../models/inference/adapter.ts";
import { planesByteLength, planesFrom } from "../../../pipeline/planes.ts";
import type { GpuSpeed } from "../schema.ts";

const SIZE = { width: 1920, height: 1080 };
/** How many runs are asked for at a time, in turn: of a processor that stands for a GPU, fewer. */
const IN_FLIGHT = { hardware: [1, 8, 16, 32], software: [1, 8] };
/** After so many frames no more are measured. */
const MAX_FRAMES = 4000;

const [model = "", seconds = ""] = Deno.args;

/** Different pictures, more than are in flight, so that all of them go up. */
function picturesFor(input: Picture["input"]): Picture[] {
  const fit = (input.resize === "letterbox" ? letterboxFit : stretchFit)(SIZE, input);
  return Array.from({ length: 64 }, (_, seed) => {
    const length = planesByteLength(SIZE.width, SIZE.height);
    const data = Uint8Array.from({ length }, (_, i) => 16 + (i * (seed + 1) >> 4) % 200);
    return {
      planes: planesFrom(data, SIZE.width, SIZE.height),
      colour: { matrix: "bt709", range: "limited" },
      input,
      resampler: "bilinear",
      fits: [fit],
    };
  });
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

const { detector, network } = await loadModel(model);
const found = await findAdapter();
await using session = await openSession(network, { device: "webgpu" });
const pictures = picturesFor(detector.input);
const run = (picture: Picture) => session.runPicture!(picture);
const rows: GpuSpeed["rows"][number][] = [];
for (const inFlight of IN_FLIGHT[found?.isSoftware ? "software" : "hardware"]) {
  const durationMs = 1000 * Number(seconds);
  // Shaders are compiled for each size of a batch, and memory is asked for.
  await sent(run, pictures, { inFlight, durationMs: durationMs / 4 });
  rows.push(await sent(run, pictures, { inFlight, durationMs }));
}
const result: Omit<GpuSpeed, "driver"> = {
  adapter: session.description,
  vendor: found?.adapter.info.vendor ?? "",
  isSoftware: found?.isSoftware ?? false,
  rows,
};
// deno-lint-ignore no-console -- A program of its own: this is its output.
console.log(JSON.stringify(result));
