/**
 * The benchmark of speed: what steadybox takes against the least that ffmpeg and the network can
 * take, and against what people use instead.
 *
 * @example deno task bench --quick
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { loadModel } from "../../models/registry.ts";
import { Clips, type Recipe } from "./clips.ts";
import { floorsOf, type Network, OURS, peersOf, type Subject } from "./contenders.ts";
import { gpuSpeed, gpuTargets } from "./gpu.ts";
import { feedCount, gpuFeedContenders, gpuFeedsOf, gpuFeedTargets } from "./gpu_feeds.ts";
import { longRun } from "./long_run.ts";
import { flatness } from "./memory_trend.ts";
import { variantsOf } from "./scaling.ts";
import { type GpuSpeed, type MemoryTrend, type SpeedReport, speedReportSchema } from "./schema.ts";
import { startUpTargets } from "./start_up.ts";
import { loadWarning, machineHere, versionsHere } from "./surroundings.ts";
import { textOf } from "./table.ts";
import { targetsOf } from "./targets.ts";
import { type Case, caseOf, rowOf, type Trial, trials } from "./trial.ts";
import { HELP, type Wishes, wishesFrom } from "./wishes.ts";

/** The only model that peers know. */
const PEERS_MODEL = "blazeface-full";

/** With fewer frames of each of several feeds, it is chance how much is found on them. */
const MIN_FRAMES = 30;

/** What is needed to measure. */
interface Bench {
  readonly wishes: Wishes;
  readonly clips: Clips;
  readonly network: Network;
  /** Where files may be written. */
  readonly folder: string;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function recipeOf({ clip, height }: Wishes): Recipe {
  return { clip, height };
}

/** Floors, steadybox and peers, all on the same clip. */
async function usualCases({ wishes, clips, network, folder }: Bench): Promise<Case[]> {
  const { only, model, device, frames } = wishes;
  const peers = model === PEERS_MODEL ? peersOf(network) : [];
  const contenders = [...floorsOf(network), ...OURS, ...peers]
    .filter(({ name }) => only(name));
  const options = { clips, frames, folder: `${folder}/usual`, model, device };
  return await Promise.all(
    contenders.map((contender) => caseOf(contender, recipeOf(wishes), options)),
  );
}

/** Steadybox where one thing is varied. */
async function variedCases({ wishes, clips, folder }: Bench): Promise<Case[]> {
  const { clip, only, device, variedFrames: frames } = wishes;
  const variants = (await variantsOf(clip, wishes.model))
    .filter(({ contender: { name } }) => only(name));
  const cases: Case[] = [];
  for (const { contender, recipe, model } of variants) {
    const feeds = Math.max(1, contender.listings.length);
    const options = { clips, folder: `${folder}/varied`, model, device };
    cases.push(
      await caseOf(contender, recipe, {
        ...options,
        frames: feeds > 1 ? framesOfEach(frames) : frames,
      }),
    );
  }
  return cases;
}

/** How many frames each of several feeds has: they have many together. */
function framesOfEach(frames: number): number {
  return Math.max(MIN_FRAMES, Math.ceil(frames / 2));
}

/** What a GPU takes by itself, and what many feeds come to on it; nothing where there is none. */
async function measuredGpu(
  { wishes, clips, folder }: Bench,
  { cores }: SpeedReport["machine"],
): Promise<{ readonly gpu?: GpuSpeed; readonly feeds: readonly Trial[] }> {
  const { only, model, repeats, variedFrames } = wishes;
  const alone = only("GPU") ? await gpuSpeed(model, wishes.gpu) : undefined;
  if (!alone) return { feeds: [] };
  const count = feedCount({ ...alone, cores });
  const frames = Math.min(wishes.frames, framesOfEach(variedFrames));
  const cases: Case[] = [];
  for (const contender of gpuFeedContenders(count.count)) {
    if (!only(contender.name)) continue;
    const options = { clips, frames, folder: `${folder}/gpu`, model, device: "webgpu" };
    cases.push(await caseOf(contender, recipeOf(wishes), options));
  }
  const feeds = await trials(cases, { repeats, onProgress: say });
  return { gpu: { ...alone, feeds: gpuFeedsOf(feeds, alone, count) }, feeds };
}

/** Steadybox over many frames, if that is asked for. */
async function longTrends(
  { wishes: { longFrames: frames, only, model, device, ...wishes }, clips, folder }: Bench,
): Promise<MemoryTrend[]> {
  const trends: MemoryTrend[] = [];
  if (frames === undefined) return trends;
  for (const contender of OURS) {
    if (!["steadybox: detections", "steadybox: annotated"].includes(contender.name)) continue;
    if (!only(contender.name)) continue;
    say(`${frames} frames  ${contender.name}`);
    const options = { clips, frames, folder: `${folder}/long`, model, device };
    const trend = await longRun(await caseOf(contender, { ...wishes }, options));
    if (trend) trends.push(trend);
  }
  return trends;
}

/** A subject that shows how a run starts. */
async function starting({ wishes, clips, folder }: Bench): Promise<Subject> {
  const { model, device, frames } = wishes;
  const { path: clip, ...made } = await clips.make(recipeOf(wishes), Math.min(frames, 105));
  return { ...made, clip, model, device, folder };
}

async function sha256Of(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}

async function measureAll(bench: Bench): Promise<SpeedReport> {
  const { wishes, network } = bench;
  const { repeats, model, device } = wishes;
  const date = new Date().toISOString();
  const machine = await machineHere();
  const warning = loadWarning(machine);
  if (warning) say(warning);
  const { gpu, feeds } = await measuredGpu(bench, machine);
  const usual = await trials(await usualCases(bench), { repeats, onProgress: say });
  const varied = await trials(await variedCases(bench), { repeats, onProgress: say });
  const start = await starting(bench);
  const starts = await startUpTargets(start, network, 3 * repeats);
  const long = await longTrends(bench);
  return speedReportSchema.parse({
    schema: "steadybox-speed-1",
    date,
    machine,
    versions: await versionsHere(),
    clip: {
      name: basename(wishes.clip),
      sha256: await sha256Of(wishes.clip),
      frames: wishes.frames,
      ...start.size,
    },
    model,
    device,
    rows: [...usual, ...varied, ...feeds].map(rowOf),
    ...gpu && { gpu },
    ...long.length > 0 && { long },
    targets: [
      ...targetsOf(usual, machine.cores),
      ...starts,
      ...long.flatMap(flatness),
      ...(gpu ? [...gpuTargets(gpu), ...gpuFeedTargets(feeds, gpu)] : []),
    ],
  });
}

/**
 * Runs the benchmark.
 *
 * @param args Its arguments.
 * @returns The report; nothing where help was asked for.
 */
export async function bench(args: readonly string[]): Promise<SpeedReport | undefined> {
  const wishes = wishesFrom(args);
  if (!wishes) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "steadybox-speed-" });
  try {
    const { detector: { input }, network } = await loadModel(wishes.model);
    const path = `${folder}/network.onnx`;
    await Deno.writeFile(path, network);
    const clips = new Clips(folder);
    return await measureAll({ wishes, clips, network: { path, input }, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const wishes = wishesFrom(Deno.args);
  const report = await bench(Deno.args);
  const text = report ? textOf(report) : HELP;
  await Deno.stdout.write(new TextEncoder().encode(text));
  if (wishes && report) {
    await Deno.mkdir(dirname(wishes.out), { recursive: true });
    await Deno.writeTextFile(wishes.out, `${JSON.stringify(report, null, 2)}\n`);
  }
}
