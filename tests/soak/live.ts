/**
 * The long tests of live feeds, by `deno task soak`. They need GStreamer's RTSP server:
 * `apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly}`.
 *
 * SOAK_MINUTES says how long a feed outruns its pipeline: 10 unless it is set.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { discard, dropLate, type Frame, receive, stage } from "../../mod.ts";
import { assertAddsUp, assertContinuous, assertNothingStale } from "../_live_checks.ts";
import { killedWhile } from "../_live_program.ts";
import { Camera, type CameraOptions, freePort, Viewer } from "../_rtsp_server.ts";
import { slowly } from "../_slowly.ts";

const MINUTES = Number(Deno.env.get("SOAK_MINUTES") ?? 10);

/** How long the outages last, in milliseconds, from one to the next. */
const OUTAGES_MS = [0, 500, 2000, 5000, 10_000, 0, 1000, 3000, 30_000, 700];

const OTHER_CAMERAS: readonly Omit<CameraOptions, "port">[] = [
  { width: 640, height: 360, codec: "h265" },
  { width: 480, height: 272, codec: "mjpeg", fps: 20 },
  { width: 320, height: 240 },
];

function urlOf(port: number): string {
  return `rtsp://127.0.0.1:${port}/camera`;
}

function after(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Says what was measured. */
function report(measured: Readonly<Record<string, unknown>>): void {
  // deno-lint-ignore no-console -- It is for whoever runs this.
  console.log(JSON.stringify(measured));
}

/** How much memory this program takes, in MiB. */
function memoryMib(): number {
  return Deno.memoryUsage().rss / 2 ** 20;
}

Deno.test("20 kills, 5 freezes and 3 other cameras: all recovered, none stale", async () => {
  const port = freePort();
  await using viewer = new Viewer();
  await using stack = new AsyncDisposableStack();
  let camera = stack.use(await Camera.start({ port }));
  const feed = receive(urlOf(port), { onEvent: viewer.onEvent });
  viewer.watch(feed);
  await viewer.framesOf(0, 30); // It has proven itself: the next outage is a new one.
  const losses: { readonly connection: number; readonly atMs: number }[] = [];
  const returnsMs: number[] = [];
  const memoryBefore = memoryMib();
  let [ended, stalled] = [0, 0];

  /** Takes the camera away, brings one back, and waits for its frames. */
  async function outage(options: Omit<CameraOptions, "port">, durationMs: number): Promise<void> {
    const connection = losses.push({ connection: losses.length + 1, atMs: Date.now() });
    await camera[Symbol.asyncDispose]();
    await viewer.loss("ended", ++ended);
    await after(durationMs);
    camera = stack.use(await Camera.start({ port, ...options }));
    const backAtMs = Date.now();
    const first = await viewer.framesOf(connection, 1);
    returnsMs.push(first.cameAtMs - backAtMs);
    await viewer.framesOf(connection, 30);
    if (options.width) assertEquals(first.source.width, options.width);
  }

  for (let round = 0; round < 20; round++) await outage({}, OUTAGES_MS[round % 10]!);
  for (let round = 0; round < 5; round++) {
    const connection = losses.push({ connection: losses.length + 1, atMs: Date.now() });
    camera.freeze();
    await viewer.loss("stalled", ++stalled);
    await after(1000 * round);
    camera.thaw();
    const thawedAtMs = Date.now();
    returnsMs.push((await viewer.framesOf(connection, 1)).cameAtMs - thawedAtMs);
    await viewer.framesOf(connection, 30);
  }
  for (const options of OTHER_CAMERAS) await outage(options, 1000);

  await viewer[Symbol.asyncDispose]();
  const statistics = feed.statistics();
  report({
    returnsMs: { median: medianOf(returnsMs), max: Math.max(...returnsMs) },
    memoryMib: [memoryBefore, memoryMib()],
    statistics,
  });
  assertContinuous(viewer.sightings);
  assertNothingStale(viewer.sightings, losses);
  assertAddsUp(statistics);
  assertEquals(statistics.connections, 29);
  assert(medianOf(returnsMs) <= 2000, `${medianOf(returnsMs)} ms until the first frame`);
  assert(memoryMib() < memoryBefore + 64, `${memoryBefore} MiB became ${memoryMib()}`);
});

Deno.test(`a feed outruns its pipeline for ${MINUTES} minutes: never late, memory flat`, async () => {
  const port = freePort();
  await using _camera = await Camera.start({ port, width: 640, height: 360, fps: 30 });
  const ending = new AbortController();
  const feed = receive(urlOf(port), { until: ending.signal });
  const late = dropLate<{ frame: Frame }>();
  const timer = setTimeout(() => ending.abort(), MINUTES * 60_000);
  const memory: number[] = [];
  let processed = 0;
  await feed
    .pipeThrough(slowly(100, 2))
    .pipeThrough(late)
    .pipeThrough(stage("count", async function* count(items: AsyncIterable<{ frame: Frame }>) {
      for await (const item of items) {
        if (++processed % 100 === 0) memory.push(memoryMib());
        yield item;
      }
    }))
    .pipeTo(discard());
  clearTimeout(timer);
  const statistics = feed.statistics();
  const half = Math.floor(memory.length / 2);
  const halves = [medianOf(memory.slice(0, half)), medianOf(memory.slice(half))];
  report({
    statistics,
    processed,
    late: late.dropped(),
    memoryMib: halves,
    ages: late.ages.distribution(),
  });
  assertAddsUp(statistics);
  assertEquals(statistics.delivered, processed + late.dropped());
  assert(late.dropped() < 0.05 * processed, `${late.dropped()} of ${processed} were late`);
  assert(halves[1]! < halves[0]! + 16, `memory grew from ${halves[0]} to ${halves[1]} MiB`);
});

Deno.test("a stuck pipeline takes no memory, and shows no old frame when it goes on", async () => {
  const port = freePort();
  await using _camera = await Camera.start({ port, width: 640, height: 360, fps: 30 });
  const feed = receive(urlOf(port));
  const reader = feed.getReader();
  (await reader.read()).value?.[Symbol.dispose]();
  await after(2000);
  const before = memoryMib();
  await after(30_000);
  assert(memoryMib() < before + 16, `${before} MiB became ${memoryMib()}`);
  const { value: frame } = await reader.read();
  assert(frame?.arrivedAtMs !== undefined && performance.now() - frame.arrivedAtMs < 100);
  frame[Symbol.dispose]();
  await reader.cancel();
  assertAddsUp(feed.statistics());
});

Deno.test("no process outlives a program that is killed while its sender is frozen", async () => {
  const port = freePort();
  await using camera = await Camera.start({ port });
  await killedWhile(urlOf(port), async (said) => {
    const reader = said.getReader();
    await reader.read();
    camera.freeze();
    await after(500);
    reader.releaseLock();
  });
});
