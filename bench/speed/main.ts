/**
 * The benchmark of speed: what steadybox takes against the least that ffmpeg and the network can
 * take, and against what people use instead.
 *
 * @example deno task bench --quick
 *
 * @module
 */

import { parseArgs } from "node:util";
import { basename, dirname } from "node:path";
import { loadModel } from "../../models/registry.ts";
import { probe } from "../../stages/probe.ts";
import { ENCODER, type Subject } from "./contenders.ts";
import { gpuSpeed, gpuTargets } from "./gpu.ts";
import { measured } from "./measured.ts";
import { type SpeedReport, speedReportSchema, type Stages, stagesSchema } from "./schema.ts";
import { startUpTargets } from "./start_up.ts";
import { machineHere, versionsHere } from "./surroundings.ts";
import { textOf } from "./table.ts";
import { targetsOf } from "./targets.ts";
import { rowOf, trials } from "./trial.ts";

const HELP = `deno task bench [OPTION]...
  --clip FILE      what is worked on, looped (default: ../shared/clips/walkers_1080p.mp4)
  --frames NUMBER  how many frames of it (default: 2100)
  --repeats NUMBER how often each contender runs (default: 5)
  --height NUMBER  scales the clip to so many lines first
  --feeds NUMBER   how many feeds there are where there are several (default: 2)
  --model NAME     the model; peers know blazeface-full alone (default: blazeface-full)
  --device NAME    what runs steadybox's network (default: cpu)
  --only TEXT      the contenders whose name holds the text
  --quick          105 frames, once
  --out FILE       where the report goes as JSON (default: out/speed.json)
`;

/** What is asked of the benchmark. */
interface Wishes {
  readonly clip: string;
  readonly frames: number;
  readonly repeats: number;
  readonly height: number | undefined;
  readonly feeds: number;
  readonly model: string;
  readonly device: string;
  readonly only: string;
  readonly out: string;
}

function wishesFrom(args: readonly string[]): Wishes | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clip: { type: "string", default: "../shared/clips/walkers_1080p.mp4" },
      frames: { type: "string" },
      repeats: { type: "string" },
      height: { type: "string" },
      feeds: { type: "string", default: "2" },
      model: { type: "string", default: "blazeface-full" },
      device: { type: "string", default: "cpu" },
      only: { type: "string", default: "" },
      quick: { type: "boolean", default: false },
      out: { type: "string", default: "out/speed.json" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    ...values,
    frames: Number(values.frames ?? (values.quick ? 105 : 2100)),
    repeats: Number(values.repeats ?? (values.quick ? 1 : 5)),
    height: values.height === undefined ? undefined : Number(values.height),
    feeds: Number(values.feeds),
  };
}

/** Makes a clip of so many frames by looping; it is encoded anew only where it is scaled. */
async function looped(
  { clip, height }: Wishes,
  frames: number,
  path: string,
): Promise<void> {
  const scaled = ["-vf", `scale=-2:${height}`, ...ENCODER];
  await measured([
    ...["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "-1", "-i", clip],
    ...["-map", "0:v:0", "-frames:v", String(frames)],
    ...(height === undefined ? ["-c", "copy"] : scaled),
    path,
  ]);
}

/** Makes all that contenders work with. */
async function subjectsIn(
  folder: string,
  wishes: Wishes,
): Promise<{ readonly whole: Subject; readonly first: Subject }> {
  const { frames, model, device, feeds } = wishes;
  const { detector, network } = await loadModel(model);
  await Deno.writeFile(`${folder}/network.onnx`, network);
  const subjects = { whole: frames, first: 1 };
  for (const [name, count] of Object.entries(subjects)) {
    await Deno.mkdir(`${folder}/${name}`);
    await looped(wishes, count, `${folder}/${name}.mp4`);
  }
  const { video } = await probe(`${folder}/first.mp4`);
  const common = { size: video, network: `${folder}/network.onnx`, input: detector.input, model };
  const subject = (name: keyof typeof subjects): Subject => ({
    ...common,
    ...{ device, feeds },
    clip: `${folder}/${name}.mp4`,
    frames: subjects[name],
    folder: `${folder}/${name}`,
  });
  return { whole: subject("whole"), first: subject("first") };
}

/** How long the stages keep frames, without and with a video written. */
async function stagesOf({ clip, model, device, folder }: Subject): Promise<Stages[]> {
  const program = new URL("programs/stages.ts", import.meta.url).pathname;
  const found: Stages[] = [];
  for (const output of [[], [`${folder}/stages.mp4`]]) {
    const { printed } = await measured([
      ...["deno", "run", "-A", "--no-check", program, clip, model, device],
      ...[`${folder}/stages.jsonl`, ...output],
    ]);
    found.push(stagesSchema.parse(JSON.parse(printed.trim().split("\n").at(-1)!)));
  }
  return found;
}

async function sha256Of(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
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
    const { whole, first } = await subjectsIn(folder, wishes);
    const onProgress = (line: string) =>
      Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    const all = await trials({ whole, first, ...wishes, onProgress });
    const stages = await stagesOf(whole);
    const gpu = wishes.device === "webgpu"
      ? await gpuSpeed(wishes.model, wishes.repeats)
      : undefined;
    return speedReportSchema.parse({
      schema: "steadybox-speed-1",
      date: new Date().toISOString(),
      machine: await machineHere(),
      versions: await versionsHere(),
      clip: {
        name: basename(wishes.clip),
        sha256: await sha256Of(wishes.clip),
        frames: whole.frames,
        width: whole.size.width,
        height: whole.size.height,
      },
      model: wishes.model,
      device: wishes.device,
      repeats: wishes.repeats,
      rows: all.map((trial) => rowOf(trial, whole)),
      stages,
      ...gpu && { gpu },
      targets: [
        ...targetsOf(all, whole.frames),
        ...await startUpTargets(first, stages[1]!),
        ...(gpu ? gpuTargets(gpu) : []),
      ],
    });
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
