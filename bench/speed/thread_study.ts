/**
 * Compares how many threads a network should have: a file or feeds go through one network with one
 * thread, with two, and through two networks with one each, in turn, in one process.
 *
 * @example deno run -A bench/speed/thread_study.ts CLIP MODEL DEVICE detections 1
 * @example deno run -A bench/speed/thread_study.ts CLIP MODEL DEVICE annotated 4
 *
 * @module
 */

import {
  annotate,
  blend,
  decode,
  decodeBoxes,
  type Device,
  discard,
  encode,
  infer,
  type InferenceSession,
  letterbox,
  loadModel,
  SharedSession,
  smooth,
  track,
} from "../../mod.ts";
import { WorkerSession } from "../../models/inference/worker_session.ts";
import { spreadOf } from "./spread.ts";

/** How often each is run; a round before that warms all of them up. */
const ROUNDS = 8;

const VARIANTS = [
  { name: "1 thread", threads: 1, sessions: 1 },
  { name: "2 threads", threads: 2, sessions: 1 },
  { name: "2 x 1 thread", threads: 1, sessions: 2 },
];

const [clip = "", model = "", device = "cpu", output = "detections", feeds = "1"] = Deno.args;
const { detector, network } = await loadModel(model);

/** Several sessions as one, each run of which goes to the one with the least to do. */
function pooled(sessions: readonly WorkerSession[]): InferenceSession {
  const [first] = sessions as [WorkerSession];
  const waiting = sessions.map(() => 0);
  return {
    ...{ device: first.device, description: first.description, fallbacks: [] },
    inFlight: 2 * sessions.length,
    async run(input) {
      const at = waiting.indexOf(Math.min(...waiting));
      waiting[at]!++;
      try {
        return await sessions[at]!.run(input);
      } finally {
        waiting[at]!--;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) await session[Symbol.asyncDispose]();
    },
  };
}

async function opened({ threads, sessions }: (typeof VARIANTS)[number]): Promise<InferenceSession> {
  const request = { kind: "open", device: device as Device, network, threads } as const;
  const all = Array.from(
    { length: sessions },
    () => WorkerSession.open(request, { description: "measured" }),
  );
  return pooled(await Promise.all(all));
}

async function oneFeed(session: InferenceSession, path: string): Promise<void> {
  const isWhole = output === "annotated";
  const found = decode(clip, { scaledFor: detector.input, isWhole })
    .pipeThrough(letterbox(detector.input))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector))
    .pipeThrough(blend())
    .pipeThrough(track())
    .pipeThrough(smooth());
  await (isWhole
    ? found.pipeThrough(annotate()).pipeTo(encode(path, { overwrite: true }))
    : found.pipeTo(discard()));
}

/** What this process and those that it waited for have computed, in seconds (Linux: proc(5), stat). */
function cpuS(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]!.split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}

async function measuredRun(session: InferenceSession, folder: string) {
  const [startedAtMs, before] = [performance.now(), cpuS()];
  const shared = new SharedSession(session);
  await Promise.all(
    Array.from(
      { length: Number(feeds) },
      (_, i) => oneFeed(shared.forSource(), `${folder}/${i}.mp4`),
    ),
  );
  return { wallS: (performance.now() - startedAtMs) / 1000, cpuS: cpuS() - before };
}

const folder = await Deno.makeTempDir({ prefix: "steadybox-threads-" });
const sessions = await Promise.all(VARIANTS.map(opened));
const rounds: Awaited<ReturnType<typeof measuredRun>>[][] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const runs: typeof rounds[number] = [];
  // Every other round goes backwards, so that none has a place of its own.
  for (const at of round % 2 ? [2, 1, 0] : [0, 1, 2]) {
    runs[at] = await measuredRun(sessions[at]!, folder);
  }
  if (round > 0) rounds.push(runs);
}
for (const [at, { name }] of VARIANTS.entries()) {
  const ratio = (key: "wallS" | "cpuS") => {
    const { min, median, max } = spreadOf(rounds.map((runs) => runs[at]![key] / runs[0]![key]));
    return `${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`;
  };
  const leastS = Math.min(...rounds.map((runs) => runs[at]!.wallS)).toFixed(2);
  // deno-lint-ignore no-console -- A program of its own: this is its output.
  console.log(`${name}: time ${ratio("wallS")}, CPU ${ratio("cpuS")} of 1 thread; ${leastS} s`);
}
for (const session of sessions) await session[Symbol.asyncDispose]();
await Deno.remove(folder, { recursive: true });
