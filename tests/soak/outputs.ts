/**
 * The long tests of live outputs, by `deno task soak`. They need GStreamer's RTSP server.
 *
 * SOAK_MINUTES says how long a taker is slow: 10 unless it is set.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  broadcast,
  type BroadcastEvent,
  type BroadcastStatistics,
  type Frame,
  receive,
  stage,
} from "../../mod.ts";
import { assertGone, childrenOf } from "../_live_program.ts";
import { liveFrames } from "../_live_frames.ts";
import { Recorder } from "../_rtsp_recorder.ts";
import { Camera, drawnAtMs, freePort } from "../_rtsp_server.ts";

const MINUTES = Number(Deno.env.get("SOAK_MINUTES") ?? 10);

function after(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function quantileOf(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
}

/** Says what was measured. */
function report(measured: Readonly<Record<string, unknown>>): void {
  // deno-lint-ignore no-console -- It is for whoever runs this.
  console.log(JSON.stringify(measured));
}

function assertAddsUp({ received, sent, dropped }: BroadcastStatistics): void {
  const droppedInAll = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assertEquals(received, sent + droppedInAll);
}

/** Makes of frames what sinks take. */
function carried() {
  return stage("carry", async function* carry(frames: AsyncIterable<Frame>) {
    for await (const frame of frames) yield { frame };
  });
}

Deno.test("a server that is killed 10 times and frozen 3 times holds nobody back", async () => {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const start = async () => stack.use(await Recorder.start({ port, folder }));
  const connectedAtMs: number[] = [];
  const onEvent = ({ kind }: BroadcastEvent) => {
    if (kind === "connected") connectedAtMs.push(performance.now());
  };
  const out = broadcast(`rtsp://127.0.0.1:${port}/push`, { onEvent, stallMs: 3000 });
  const connected = async (count: number) => {
    while (connectedAtMs.length < count) await after(20);
    return connectedAtMs.at(-1)!;
  };
  const returnsMs: number[] = [];
  let server = await start();
  const trials = (async () => {
    for (let round = 0; round < 10; round++) {
      await connected(round + 1);
      await after(3000);
      await server[Symbol.asyncDispose]();
      await after(500 * round);
      server = await start();
      const backAtMs = performance.now();
      returnsMs.push(await connected(round + 2) - backAtMs);
    }
    for (let round = 0; round < 3; round++) {
      await after(3000);
      server.freeze();
      await after(20_000);
      server.thaw();
    }
    await after(10_000);
  })();
  let isOver = false;
  trials.finally(() => isOver = true).catch(() => {}); // It is waited for below.
  const passing = stage("pass", async function* (items: AsyncIterable<{ frame: Frame }>) {
    for await (const item of items) {
      if (isOver) return;
      yield item;
    }
  });
  await liveFrames({ count: 1e6 }).pipeThrough(passing).pipeTo(out);
  await trials;
  const statistics = out.statistics();
  report({ returnsMs, statistics });
  assertAddsUp(statistics);
  assert(statistics.connections >= 11);
  assert(statistics.ages.max < 600, `${statistics.ages.max} ms`);
  assert(quantileOf(returnsMs, 0.5) < 2000, `${quantileOf(returnsMs, 0.5)} ms until it was back`);
});

Deno.test(`whoever takes too slowly for ${MINUTES} minutes gets what is new, and no memory grows`, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taking = (async () => {
    using connection = await listener.accept();
    for (const part = new Uint8Array(2 ** 16); await connection.read(part) !== null;) {
      await after(100); // Some 640 kB a second of several megabytes.
    }
  })();
  const out = broadcast(`tcp://127.0.0.1:${listener.addr.port}`, { crf: 10, stallMs: 60_000 });
  const memory: number[] = [];
  const watching = stage("watch", async function* (items: AsyncIterable<{ frame: Frame }>) {
    for await (const item of items) {
      if (item.frame.index % 150 === 0) memory.push(Deno.memoryUsage().rss / 2 ** 20);
      yield item;
    }
  });
  const noise = liveFrames({ count: 15 * 60 * MINUTES, width: 640, height: 480, isNoise: true });
  await noise.pipeThrough(watching).pipeTo(out);
  await taking;
  listener.close();
  const statistics = out.statistics();
  const half = Math.floor(memory.length / 2);
  const halves = [memory.slice(0, half), memory.slice(half)].map((part) => quantileOf(part, 0.5));
  report({ statistics, memoryMib: halves });
  assertAddsUp(statistics);
  assertEquals(statistics.connections, 1);
  assert(statistics.dropped.superseded > 0.3 * statistics.received);
  assert(statistics.ages.p95 < 250, `${statistics.ages.p95} ms`);
  assert(statistics.ages.max < 600, `${statistics.ages.max} ms`);
  assert(halves[1]! < halves[0]! + 16, `memory grew from ${halves[0]} to ${halves[1]} MiB`);
});

Deno.test("from a camera's glass over us to a viewer's", async () => {
  const [from, to] = [freePort(), freePort()];
  await using _camera = await Camera.start({ port: from, width: 640, height: 360, fps: 25 });
  const viewer = receive(`srt://127.0.0.1:${to}?mode=listener`).getReader();
  const ending = new AbortController();
  const agesMs: number[] = [];
  const viewing = (async () => {
    while (agesMs.length < 500) {
      const { value } = await viewer.read();
      using frame = value!;
      agesMs.push(Date.now() - drawnAtMs(frame));
    }
    ending.abort();
    await viewer.cancel();
  })();
  await receive(`rtsp://127.0.0.1:${from}/camera`, { until: ending.signal })
    .pipeThrough(carried())
    .pipeTo(broadcast(`srt://127.0.0.1:${to}`));
  await viewing;
  const settled = agesMs.slice(50);
  report({ glassToGlassMs: { p50: quantileOf(settled, 0.5), p95: quantileOf(settled, 0.95) } });
  assert(quantileOf(settled, 0.5) < 1000);
});

/** A program that sends pictures on, and says "connected" when it can. */
const PROGRAM = `
  import { broadcast } from ${
  JSON.stringify(new URL("../../stages/broadcast.ts", import.meta.url).href)
};
  import { liveFrames } from ${JSON.stringify(new URL("../_live_frames.ts", import.meta.url).href)};
  const onEvent = ({ kind }) => console.log(kind);
  await liveFrames({ count: 1e6, width: 640, height: 480 })
    .pipeTo(broadcast(Deno.args[0], { onEvent, stallMs: 60_000 }));
`;

/** Starts the program. */
function startedProgram(url: string): Deno.ChildProcess {
  const config = `--config=${new URL("../../deno.json", import.meta.url).pathname}`;
  return new Deno.Command("deno", {
    args: ["eval", "--quiet", config, PROGRAM, url],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Kills the program outright, and fails if what it has started is still there half a minute later. */
async function assertNothingLeft(program: Deno.ChildProcess): Promise<void> {
  const children = await childrenOf(program.pid);
  program.kill("SIGKILL");
  await program.status;
  assert(children.length > 0, "the program had started nothing");
  await assertGone(children);
}

Deno.test("no process outlives a program that is killed while its server is frozen", async () => {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  await using recorder = await Recorder.start({ port, folder });
  const program = startedProgram(`rtsp://127.0.0.1:${port}/push`);
  const said = program.stdout.getReader();
  await said.read();
  recorder.freeze();
  await after(3000);
  await assertNothingLeft(program);
  await said.cancel();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("no process outlives a program that is killed before anybody has called it", async () => {
  const urls = [
    `srt://127.0.0.1:${freePort()}?mode=listener`,
    `tcp://127.0.0.1:${freePort()}?listen=1`,
  ];
  await Promise.all(urls.map(async (url) => {
    const program = startedProgram(url);
    while ((await childrenOf(program.pid)).length === 0) await after(100);
    await after(3000); // It has got its first picture, and listens.
    await assertNothingLeft(program);
    await program.stdout.cancel();
  }));
});
