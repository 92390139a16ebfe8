/**
 * Live outputs to real takers: GStreamer's RTSP server, ffmpeg as a server of RTMP and TCP, and our
 * own reception of SRT and UDP. The long versions are in tests/soak/.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { broadcast, type Frame, type FrameSource, receive, stage } from "../mod.ts";
import type { LiveSound } from "../pipeline/frame.ts";
import { assertAddsUp, listener, numbersIn } from "./_broadcasts.ts";
import { imposter, listenedTo } from "./_imposter.ts";
import { drawnNumber, liveFrames } from "./_live_frames.ts";
import { Recorder } from "./_rtsp_recorder.ts";
import { freePort, hasRtspServer } from "./_rtsp_server.ts";
import { inTempDir } from "./_temp_dir.ts";

const isWithoutServer = !hasRtspServer();

function assertRising(numbers: readonly number[]): void {
  assert(numbers.every((number, i) => i === 0 || number > numbers[i - 1]!), numbers.join(" "));
}

Deno.test({
  name: "broadcast() goes on when its RTSP server is killed and comes back",
  ignore: isWithoutServer,
  fn: () =>
    inTempDir(async (folder) => {
      const port = freePort();
      await using stack = new AsyncDisposableStack();
      const start = async (name: string) => {
        await Deno.mkdir(`${folder}/${name}`);
        return stack.use(await Recorder.start({ port, folder: `${folder}/${name}` }));
      };
      const { events, onEvent, until } = listener();
      const url = `rtsp://user:secret@127.0.0.1:${port}/push`;
      const out = broadcast(url, { onEvent, random: () => 0 });
      const first = await start("first");
      let second: Recorder | undefined;
      let before: (number | undefined)[] = [];
      const pauses = new Map<number, () => Promise<void>>([
        [5, () => until("connected", 1)],
        [40, async () => {
          const path = await first.push(0);
          while (before.length === 0) before = await numbersIn(path).catch(() => []);
          await first[Symbol.asyncDispose]();
        }],
        [70, async () => void (second = await start("second"))],
        [110, () => until("connected", 2)],
      ]);
      await liveFrames({ count: 150, pauses }).pipeTo(out);
      const statistics = out.statistics();
      assertAddsUp(statistics);
      assertEquals(statistics.connections, 2);
      assert(statistics.dropped.unconnected > 10, "nothing was dropped without a connection");
      assert(statistics.losses.ended! >= 1 && statistics.losses.refused! >= 1);
      assertEquals(JSON.stringify(events).includes("secret"), false);
      const after = await numbersIn(await second!.wholePush(0));
      assertRising(before as number[]);
      assertRising(after as number[]);
      assert(after[0]! > 60, `what was shown again begins with ${after[0]}`);
    }),
});

Deno.test({
  name: "broadcast() holds nobody back when its RTSP server takes nothing more",
  ignore: isWithoutServer,
  fn: () =>
    inTempDir(async (folder) => {
      const port = freePort();
      await using recorder = await Recorder.start({ port, folder });
      const { events, onEvent, until } = listener();
      const url = `rtsp://127.0.0.1:${port}/push`;
      const stallMs = 3000;
      const out = broadcast(url, { onEvent, stallMs, crf: 0, random: () => 0 });
      const pauses = new Map([[10, async () => {
        await until("connected", 1);
        recorder.freeze();
      }]]);
      // Pictures of 300 kB each fill all that lies between in a second or two.
      await liveFrames({ count: 100, width: 640, height: 480, isNoise: true, pauses }).pipeTo(out);
      const statistics = out.statistics();
      assertAddsUp(statistics);
      assertEquals(statistics.received, 100);

      assert(statistics.dropped.superseded + statistics.dropped.unconnected > 20);
      assertEquals(events[1], {
        kind: "lost",
        name: url,
        reason: "stalled",
        message: `Lost the output ${url}: the server takes nothing any more`,
      });
      assert(statistics.ages.max < stallMs / 2, `${statistics.ages.max} ms`);
    }),
});

Deno.test("broadcast() hands over what is new, however slowly it is taken", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taking = (async () => {
    using connection = await listener.accept();
    for (const part = new Uint8Array(2 ** 16); await connection.read(part) !== null;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const out = broadcast(`tcp://127.0.0.1:${listener.addr.port}`, { crf: 10 });
  // A few pictures a second fill the connection, and some frames are sent before it is full.
  await liveFrames({ count: 150, width: 640, height: 480, isNoise: true }).pipeTo(out);
  await taking;
  listener.close();
  const { ages, departures, dropped, received, sent, connections } = out.statistics();
  assertEquals([received, connections, ages.count], [150, 1, sent]);
  assert(dropped.superseded > 50, `${dropped.superseded} were superseded`);
  assert(departures.count >= sent - 1);
  // One that waited for the one before it would be half as old when it is handed over as it gets.
  const isNew = departures.p50 > 3 * ages.p50 && departures.p95 > 2 * ages.p95;
  assert(isNew, JSON.stringify({ ages, departures }));
});

Deno.test({
  name: "broadcast() shows a card at the rate of the feed while no frame comes, then goes on",
  ignore: isWithoutServer,
  fn: () =>
    inTempDir(async (folder) => {
      const port = freePort();
      await using recorder = await Recorder.start({ port, folder });
      const { onEvent, until } = listener();
      const out = broadcast(`rtsp://127.0.0.1:${port}/push`, { cardAfterMs: 200, onEvent });
      let [outageS, earlier] = [0, 0];
      const outage = async () => {
        earlier = out.statistics().cards; // While it was connected.
        const startedAtMs = performance.now();
        await new Promise<void>((resolve) => setTimeout(resolve, 1500));
        outageS = (performance.now() - startedAtMs) / 1000;
      };
      const pauses = new Map([[0, () => until("connected", 1)], [29, outage]]);
      await liveFrames({ count: 60, fps: 15, pauses }).pipeTo(out);
      const { cards: all, connections } = out.statistics();
      const cards = all - earlier;
      assertEquals(connections, 1);
      const numbers = await numbersIn(await recorder.wholePush(0));
      const from = numbers.indexOf(29) + 1;
      const to = numbers.lastIndexOf(undefined) + 1;
      assert(from > 0, `the card is not behind frame 29: ${numbers}`);
      assertEquals(numbers.slice(from, to), Array(to - from).fill(undefined));
      assert(to - from >= cards - 1, `${to - from} of ${cards} cards came`);
      // A busy machine shows fewer; none shows more.
      assert(cards >= 5 && cards <= 15 * outageS + 1, `${cards} cards in ${outageS} s`);
      assert(numbers[to]! >= 30, `the card is followed by ${numbers[to]}`);
    }),
});

Deno.test("broadcast() shows no card between the frames of a slow feed", () =>
  inTempDir(async (dir) => {
    const out = broadcast(`${dir}/live.m3u8`, { cardAfterMs: 100 });
    await liveFrames({ count: 5, fps: 2 }).pipeTo(out);
    assertEquals(out.statistics().cards, 0);
  }));

Deno.test({
  name: "broadcast() sends the frames of a pipeline that is slower than the bound, and no card",
  ignore: isWithoutServer,
  fn: () =>
    inTempDir(async (folder) => {
      const port = freePort();
      await using recorder = await Recorder.start({ port, folder });
      const { onEvent, until } = listener();
      const url = `rtsp://127.0.0.1:${port}/push`;
      const out = broadcast(url, { cardAfterMs: 400, stallMs: 60_000, onEvent });
      let earlier = 0;
      const slow = stage("slow", async function* slow(items: AsyncIterable<{ frame: Frame }>) {
        for await (const item of items) {
          await new Promise((resolve) => setTimeout(resolve, 700));
          if (item.frame.index === 1) earlier = out.statistics().cards; // While it was connected.
          yield item;
        }
      });
      const pauses = new Map([[0, () => until("connected", 1)]]);
      await liveFrames({ count: 6, pauses }).pipeThrough(slow).pipeTo(out);
      const { sent, cards, dropped, ages } = out.statistics();
      assertEquals({ sent, cards, dropped }, {
        sent: 6,
        cards: earlier,
        dropped: { superseded: 0, late: 0, unconnected: 0, ended: 0 },
      });
      assert(ages.p50 >= 700, `${ages.p50} ms`);
      const numbers = await numbersIn(await recorder.wholePush(0));
      assertEquals(numbers.filter((number) => number !== undefined), [0, 1, 2, 3, 4, 5]);
    }),
});

Deno.test("broadcast() counts no card among the frames that nobody takes", async () => {
  const out = broadcast(`tcp://127.0.0.1:${freePort()}`, { cardAfterMs: 100, random: () => 0 });
  const outage = () => new Promise<void>((resolve) => setTimeout(resolve, 1000));
  await liveFrames({ count: 20, pauses: new Map([[9, outage]]) }).pipeTo(out);
  const statistics = out.statistics();
  assertEquals([statistics.received, statistics.sent], [20, 0]);
  assertAddsUp(statistics);
});

/** The same frames, of a feed whose sound comes along with its pictures. */
function withSound(): TransformStream<{ frame: Frame }, { frame: Frame }> {
  const sound: LiveSound = {
    rateHz: 48_000,
    channels: 2,
    between: (from, until) => new Int16Array(2 * Math.max(0, until - from)),
  };
  let source: FrameSource | undefined;
  return new TransformStream({
    transform({ frame }, controller) {
      source ??= { ...frame.source, sound };
      controller.enqueue({ frame: { ...frame, source } });
    },
  });
}

Deno.test("broadcast() keeps no picture waiting for the sound behind it", async () => {
  const stallMs = 120_000; // A quarter of that is how long an encoder that gives nothing is waited for.
  const out = broadcast(`udp://127.0.0.1:${freePort()}`, { stallMs });
  await liveFrames({ count: 60 }).pipeThrough(withSound()).pipeTo(out);
  const { sent, departures } = out.statistics();
  assert(sent > 10 && departures.max < stallMs / 4, JSON.stringify(out.statistics()));
});

const VIEWED = [
  { kind: "SRT", from: (port: number) => `srt://127.0.0.1:${port}?mode=listener`, to: "srt" },
  { kind: "UDP", from: (port: number) => `udp://127.0.0.1:${port}`, to: "udp" },
  { kind: "TCP", from: (port: number) => `tcp://127.0.0.1:${port}?listen=1`, to: "tcp" },
] as const;

Deno.test.each(VIEWED)("broadcast() sends to whoever listens: $kind", async ({ from, to }) => {
  const port = freePort();
  const seen: number[] = [];
  const viewing = receive(from(port)).getReader();
  const view = (async () => {
    while (seen.length < 20) {
      const { value } = await viewing.read();
      using frame = value!;
      seen.push(drawnNumber(frame)!);
    }
    await viewing.cancel();
  })();
  const out = broadcast(`${to}://127.0.0.1:${port}`, { random: () => 0 });
  const sent = liveFrames({ count: 600 }).pipeThrough(passingUntil(view)).pipeTo(out);
  await Promise.all([view, sent]);
  assertRising(seen);
  assertAddsUp(out.statistics());
});

/** Passes on what comes until something is done, and so many more. */
function passingUntil<T>(done: Promise<void>, more = 0): TransformStream<T, T> {
  let isDone = false;
  done.finally(() => isDone = true).catch(() => {}); // Whoever waits for it hears of it.
  return new TransformStream({
    transform(item, controller) {
      if (isDone && more-- === 0) controller.terminate();
      else controller.enqueue(item);
    },
  });
}

Deno.test("broadcast() sends to an RTMP server, and shows no stream key", () =>
  inTempDir(async (dir) => {
    const port = freePort();
    const server = new Deno.Command("ffmpeg", {
      args: [
        ...[
          "-v",
          "error",
          "-nostdin",
          "-listen",
          "1",
          "-i",
          `rtmp://127.0.0.1:${port}/live/key-1234`,
        ],
        ...["-c", "copy", `${dir}/got.mkv`],
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const { events, onEvent, until } = listener();
    const out = broadcast(`rtmp://127.0.0.1:${port}/live/key-1234`, { onEvent, random: () => 0 });
    const connected = until("connected", 1);
    await liveFrames({ count: 600 }).pipeThrough(passingUntil(connected, 40)).pipeTo(out);
    await server.status;
    const last = out.statistics().received - 1;
    const numbers = await numbersIn(`${dir}/got.mkv`) as number[];
    assertRising(numbers);
    assert(numbers.length > 20 && numbers.at(-1) === last, numbers.join(" "));
    assertEquals(events.at(-1), { kind: "connected", name: `rtmp://127.0.0.1:${port}/live/…` });
    assertEquals(JSON.stringify(events).includes("key-1234"), false);
  }));

Deno.test({
  name: "broadcast() names each reason why nothing can be sent, and shows no password",
  ignore: isWithoutServer,
  fn: () =>
    inTempDir(async (folder) => {
      const [port, closed] = [freePort(), freePort()];
      await using _recorder = await Recorder.start({ port, folder, user: "me", password: "right" });
      await using garbage = imposter(async (connection) => {
        await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await connection.closeWrite();
        await listenedTo(connection);
      });
      await using silence = imposter(listenedTo);
      const reasons = await Promise.all([
        `rtsp://me:wrong@127.0.0.1:${port}/push`,
        `rtsp://me:right@127.0.0.1:${port}/nowhere`,
        `rtsp://127.0.0.1:${closed}/push`,
        `rtsp://127.0.0.1:${garbage.port}/push`,
        `rtsp://127.0.0.1:${silence.port}/push`,
        `rtsp://me:right@127.0.0.1:${port}/push`,
      ].map((url) => firstEventOf(url, url.includes(`:${silence.port}/`) ? 2000 : 30_000)));
      assertEquals(reasons, [
        "authentication",
        "notFound",
        "refused",
        "protocol",
        "timeout",
        "connected",
      ]);
    }),
});

/** What is said first of an output to which frames are sent until then. */
async function firstEventOf(url: string, stallMs: number): Promise<string> {
  const { events, onEvent, until } = listener();
  const out = broadcast(url, { onEvent, stallMs });
  const said = Promise.race([until("connected", 1), until("lost", 1)]);
  await liveFrames({ count: 600, fps: 10 }).pipeThrough(passingUntil(said)).pipeTo(out);
  const [event] = events;
  assert(event && !/wrong|right/.test(JSON.stringify(event)));
  return event.kind === "lost" ? event.reason : event.kind;
}

Deno.test("broadcast() gives all back and leaves no process when the pipeline fails", async () => {
  const broken = new TransformStream<{ readonly frame: Frame }, { readonly frame: Frame }>({
    transform(item, controller) {
      if (item.frame.index === 8) throw new Error("broken");
      controller.enqueue(item);
    },
  });
  const out = broadcast(`udp://127.0.0.1:${freePort()}`);
  const sent = liveFrames({ count: 20, fps: 50 }).pipeThrough(broken).pipeTo(out);
  await assertRejects(() => sent, Error, "broken"); // The test would fail if a process were left.
});
