/**
 * Live feeds from a real RTSP server, which is killed, frozen and replaced. The long version of this is
 * in tests/soak/.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { discard, dropLate, type Frame, receive, SourceError, stage } from "../mod.ts";
import { assertAddsUp, assertContinuous, assertNothingStale } from "./_live_checks.ts";
import { imposter, listenedTo, Relay } from "./_imposter.ts";
import { childrenOf, killedWhile } from "./_live_program.ts";
import { playlistSender } from "./_playlist_sender.ts";
import { slowly } from "./_slowly.ts";
import { inTempDir } from "./_temp_dir.ts";
import { Camera, freePort, hasRtspServer, type Sighting, Viewer } from "./_rtsp_server.ts";

const isWithoutServer = !hasRtspServer();

function urlOf(port: number, path = "camera"): string {
  return `rtsp://127.0.0.1:${port}/${path}`;
}

Deno.test({
  name: "receive() comes through kills, a freeze and another size, codec and rate of its sender",
  ignore: isWithoutServer,
  async fn() {
    const port = freePort();
    await using viewer = new Viewer();
    await using stack = new AsyncDisposableStack();
    let camera = stack.use(await Camera.start({ port }));
    const feed = receive(urlOf(port), { onEvent: viewer.onEvent });
    viewer.watch(feed);
    await viewer.framesOf(0);
    const losses: { readonly connection: number; readonly atMs: number }[] = [];
    const note = (connection: number) => losses.push({ connection, atMs: Date.now() });

    for (const connection of [1, 2, 3]) {
      note(connection);
      await camera[Symbol.asyncDispose]();
      await viewer.loss("ended", connection);
      camera = stack.use(await Camera.start({ port }));
      await viewer.framesOf(connection);
    }

    note(4);
    camera.freeze();
    await viewer.loss("stalled", 1);
    camera.thaw();
    await viewer.framesOf(4);

    note(5);
    await camera[Symbol.asyncDispose]();
    await viewer.loss("ended", 4);
    stack.use(await Camera.start({ port, width: 640, height: 360, fps: 20, codec: "mjpeg" }));
    const { source } = await viewer.framesOf(5);
    assertEquals([source.width, source.height, source.colour.range], [640, 360, "full"]);

    await viewer[Symbol.asyncDispose]();
    assertContinuous(viewer.sightings);
    assertNothingStale(viewer.sightings, losses);
    assertAddsUp(feed.statistics());
    assertEquals(feed.statistics().connections, 6);
    assertEquals(viewer.sightings.length, feed.statistics().delivered);
  },
});

Deno.test({
  name: "receive() shows a slow pipeline the newest frames, and every drop adds up",
  ignore: isWithoutServer,
  async fn() {
    const port = freePort();
    await using _camera = await Camera.start({ port, fps: 30 });
    const ending = new AbortController();
    const feed = receive(urlOf(port), { until: ending.signal, maxLatencyMs: 500 });
    const late = dropLate<{ frame: Frame }>({ maxLatencyMs: 500 });
    let processed = 0;
    const superseded = () => feed.statistics().dropped.superseded;
    const atMs: number[] = [];
    await feed
      .pipeThrough(slowly(120, 3))
      .pipeThrough(late)
      .pipeThrough(stage("count", async function* count(items: AsyncIterable<{ frame: Frame }>) {
        for await (const item of items) {
          atMs.push(performance.now());
          processed++;
          // On a busy machine the sender may be slow, too.
          if (processed >= 25 && (superseded() > processed || processed >= 250)) ending.abort();
          yield item;
        }
      }))
      .pipeTo(discard());
    const statistics = feed.statistics();
    assertAddsUp(statistics);
    assertEquals(statistics.delivered, processed + late.dropped());
    assert(statistics.dropped.superseded > processed, "a slow pipeline was not passed over");
    const { p50 } = late.ages.distribution();
    const intervalMs = (atMs.at(-1)! - atMs[0]!) / (processed - 1);
    assert(p50 < Math.max(500, 2 * intervalMs), `${p50} ms, with a frame each ${intervalMs} ms`);
  },
});

const IMPOSTERS = [
  {
    what: "speaks HTTP",
    answer: async (connection: Deno.TcpConn) => {
      await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
      await connection.closeWrite();
      await listenedTo(connection);
    },
    words: "what came is nothing of that protocol",
  },
  {
    what: "hangs up",
    answer: () => Promise.resolve(),
    words: "what came is nothing of that protocol",
  },
  { what: "says nothing", answer: listenedTo, words: "no picture came in time" },
  {
    what: "sends garbage without end",
    answer: async (connection: Deno.TcpConn) => {
      // No line ends in it, so no reader ever comes to a decision.
      for (const garbage = new Uint8Array(4096).fill(0xa5);;) await connection.write(garbage);
    },
    words: "no picture came in time",
    firstFrameMs: 5000,
  },
  {
    what: "sends a byte a second",
    answer: async (connection: Deno.TcpConn, signal: AbortSignal) => {
      for (const byte of new TextEncoder().encode("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")) {
        await connection.write(Uint8Array.of(byte));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000);
          signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
        });
      }
    },
    words: "no picture came in time",
    firstFrameMs: 5000,
  },
];

Deno.test("receive() names each server that is none, and hangs on none", async () => {
  await Promise.all(IMPOSTERS.map(async ({ what, answer, words, firstFrameMs = 20_000 }) => {
    await using server = imposter(answer);
    const feed = receive(urlOf(server.port), { failFast: true, firstFrameMs });
    const error = await assertRejects(() => feed.pipeTo(discard()), SourceError);
    assertEquals(error.message, `Cannot receive ${urlOf(server.port)}: ${words}`, what);
  }));
});

Deno.test("receive() names a port on which nobody listens", async () => {
  const port = freePort();
  const feed = receive(urlOf(port), { failFast: true });
  const error = await assertRejects(() => feed.pipeTo(discard()), SourceError);
  assertStringIncludes(error.message, "nobody listens there");
});

Deno.test({
  name: "receive() names a wrong password and an unknown path, and shows no credentials",
  ignore: isWithoutServer,
  async fn() {
    const port = freePort();
    await using _camera = await Camera.start({ port, user: "guard", password: "s3cret" });
    for (
      const [credentials, path, words] of [
        ["guard:wr0ng", "camera", "the server asks for another user or password"],
        ["guard:s3cret", "attic", "the server knows no such path"],
      ]
    ) {
      const url = `rtsp://${credentials}@127.0.0.1:${port}/${path}`;
      const feed = receive(url, { failFast: true });
      const error = await assertRejects(() => feed.pipeTo(discard()), SourceError);
      assertEquals(error.message, `Cannot receive ${urlOf(port, path)}: ${words}`);
    }
  },
});

Deno.test("receive() names a server without TLS where TLS is asked for", async () => {
  await using server = imposter(async (connection) => {
    await connection.write(new TextEncoder().encode("RTSP/1.0 400 Bad Request\r\n\r\n"));
    await listenedTo(connection);
  });
  const url = `rtsps://127.0.0.1:${server.port}/camera`;
  const feed = receive(url, { failFast: true });
  const error = await assertRejects(() => feed.pipeTo(discard()), SourceError);
  assertStringIncludes(error.message, "no secure connection (TLS) could be made");
});

Deno.test({
  name: "receive() drops what a network held up for too long, and shows the newest at once",
  ignore: isWithoutServer,
  async fn() {
    const port = freePort();
    await using _camera = await Camera.start({ port, fps: 20 });
    await using relay = new Relay(port);
    await using viewer = new Viewer();
    const { onEvent } = viewer;
    const feed = receive(urlOf(relay.port), { onEvent, maxLatencyMs: 300, stallMs: 20_000 });
    viewer.watch(feed);
    await viewer.framesOf(0, 20);
    const usual = viewer.sightings.slice(5);
    const usualMs = Math.max(...usual.map(ageOf));
    const intervalMs = (usual.at(-1)!.drawnAtMs - usual[0]!.drawnAtMs) / (usual.length - 1);
    await relay.holdUp(1500);
    const seen = viewer.sightings.length;
    await viewer.framesOf(0, seen + 20);
    await viewer[Symbol.asyncDispose]();
    const { dropped, connections } = feed.statistics();
    assertEquals(connections, 1);
    // All but the last 300 ms of them.
    const held = 1200 / intervalMs;
    assert(dropped.stale > held / 2, `${dropped.stale} of ${held} frames were dropped as stale`);
    for (const sighting of viewer.sightings.slice(seen)) {
      const ageMs = ageOf(sighting);
      assert(ageMs < usualMs + 300 + 200, `a frame was ${ageMs} ms old, usually ${usualMs} ms`);
    }
    assertContinuous(viewer.sightings);
    assertAddsUp(feed.statistics());
  },
});

Deno.test({
  name: "receive() shows all of a sender that is slower than its own time stamps",
  ignore: isWithoutServer,
  async fn() {
    const port = freePort();
    await using _camera = await Camera.start({ port, fps: 20, stamped: 25 });
    await using viewer = new Viewer();
    const staleBefore: number[] = [];
    const feed = receive(urlOf(port), {
      onEvent(event) {
        if (event.kind === "connected") staleBefore.push(feed.statistics().dropped.stale);
        viewer.onEvent(event);
      },
    });
    viewer.watch(feed);
    // Without notice of that, pictures would be 500 ms late after 50, and it be opened anew after 90,
    // again and again. On a busy machine key frames may come late, which speaks for a slow network.
    const last = await viewer.lasting(140);
    await viewer[Symbol.asyncDispose]();
    const stale = feed.statistics().dropped.stale - staleBefore[last[0]!.source.connection!]!;
    assert(stale < 0.1 * last.length, `${stale} frames were dropped as stale`);
    const usualMs = Math.max(...last.slice(5, 20).map(ageOf));
    const lastMs = Math.max(...last.slice(-20).map(ageOf));
    assert(lastMs < usualMs + 500, `${lastMs} ms old, ${usualMs} at first`);
    assertContinuous(viewer.sightings);
  },
});

/** How old a picture was when it came, in milliseconds. */
function ageOf({ cameAtMs, drawnAtMs }: Sighting): number {
  return cameAtMs - drawnAtMs;
}

Deno.test("receive() follows a sender that changes the size in mid-stream", async () => {
  const url = `udp://127.0.0.1:${freePort()}`;
  await using viewer = new Viewer();
  const feed = receive(url, { onEvent: viewer.onEvent });
  viewer.watch(feed);
  const sizes: string[] = [];
  for (const [connection, size] of ["320x240", "240x320", "480x272"].entries()) {
    await using _sender = sending(size, url);
    const { source } = await viewer.framesOf(connection, 5);
    sizes.push(`${source.width}x${source.height}`);
  }
  await viewer[Symbol.asyncDispose]();
  assertEquals(sizes, ["320x240", "240x320", "480x272"]);
  assertEquals(viewer.sightings.map(({ index }) => index), [...viewer.sightings.keys()]);
  for (const [i, { timestampUs }] of viewer.sightings.slice(1).entries()) {
    assert(timestampUs > viewer.sightings[i]!.timestampUs);
  }
});

Deno.test("receive() waits for a slow sender as long as its own rate asks for", async () => {
  const url = `udp://127.0.0.1:${freePort()}`;
  await using viewer = new Viewer();
  const feed = receive(url, { onEvent: viewer.onEvent, stallMs: 250 });
  viewer.watch(feed);
  await using _sender = sending("320x240", url, 2);
  await viewer.lasting(8); // Else it would be lost after each.
});

/** Sends pictures of a size as an MPEG transport stream until it is disposed of. */
function sending(size: string, url: string, fps = 20): AsyncDisposable {
  const child = new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-nostdin", "-re"],
      ...["-f", "lavfi", "-i", `testsrc=size=${size}:rate=${fps}`],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", String(Math.ceil(fps / 2))],
      ...["-f", "mpegts", url],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

Deno.test({
  name: "receive() leaves no process behind when its program is killed and the sender is silent",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const connected = Promise.withResolvers<void>();
    await using server = imposter((connection) => {
      connected.resolve();
      return listenedTo(connection);
    });
    await killedWhile(urlOf(server.port), () => connected.promise);
  },
});

Deno.test({
  name:
    "receive() leaves no process behind when its program is killed before anybody has called it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const started = async (_said: unknown, pid: number) => {
      while ((await childrenOf(pid)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await Promise.all([
      `tcp://127.0.0.1:${freePort()}?listen=1`,
      `srt://127.0.0.1:${freePort()}?mode=listener`,
      `rtp://127.0.0.1:${freePort()}`,
    ].map((url) => killedWhile(url, started)));
  },
});

Deno.test("receive() ends at once where it is just looked whether a playlist is over", async () => {
  const ending = new AbortController();
  let requests = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    ending.abort();
    return new Response("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n0.ts\n");
  });
  const url = `http://127.0.0.1:${server.addr.port}/live.m3u8`;
  await receive(url, { until: ending.signal }).pipeTo(discard());
  assertEquals(requests, 1);
});

Deno.test("receive() shows a playlist while it is live, and nothing of it again once it has ended", () =>
  inTempDir(async (dir) => {
    await using sender = playlistSender(dir);
    await sender.start("320x240");
    await using viewer = new Viewer();
    const feed = receive(sender.url, { onEvent: viewer.onEvent });
    viewer.watch(feed);
    await viewer.framesOf(0, 15);
    await sender.finish();
    await viewer.loss("ended", 1);
    while (feed.statistics().losses.ended! < 3) await new Promise((next) => setTimeout(next, 100));
    assertEquals(feed.statistics().connections, 1);
    await sender.start("480x272");
    assertEquals((await viewer.framesOf(1)).source.width, 480);
  }));
