/**
 * Every protocol by which pictures come and go, each with a real peer at the other end.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  broadcast,
  type BroadcastEvent,
  decode,
  discard,
  type Frame,
  receive,
  SourceError,
} from "../mod.ts";
import { eachOf } from "./_each_of.ts";
import { SENDER_KINDS, type SenderKind, SILENT } from "./_feed_senders.ts";
import { assertAddsUp, assertContinuous, assertNothingStale } from "./_live_checks.ts";
import { drawnNumber, liveFrames } from "./_live_frames.ts";
import { streamEntries } from "./_media.ts";
import { freePort, Viewer } from "./_rtsp_server.ts";
import { MUTE, TAKER_KINDS, type TakerKind } from "./_stream_takers.ts";
import { inTempDir } from "./_temp_dir.ts";

Deno.test("receive() shows what each protocol brings, and comes through the loss of its sender", (t) =>
  eachOf(
    t,
    SENDER_KINDS,
    ({ url, options, start, lost }: SenderKind) =>
      inTempDir(async (folder) => {
        const port = freePort();
        await using stack = new AsyncDisposableStack();
        const sender = stack.use(await start(port, folder));
        await using viewer = new Viewer();
        const { onEvent } = viewer;
        // What a busy machine has no time for is not taken for lost, where silence does not tell that.
        const stallMs = lost === "stalled" ? 2000 : 15_000;
        const feed = receive(url(port), { random: () => 0, stallMs, ...options, onEvent });
        viewer.watch(feed);
        const { source } = await viewer.framesOf(0, 10);
        assertEquals([source.width, source.height], [320, 240]);
        const atMs = Date.now();
        await sender[Symbol.asyncDispose]();
        await viewer.loss(lost, 1);
        stack.use(await start(port, folder));
        await viewer.framesOf(1, 5);
        await viewer[Symbol.asyncDispose]();
        assertContinuous(viewer.sightings);
        assertNothingStale(viewer.sightings, [{ connection: 1, atMs }]);
        for (const { drawnAtMs, cameAtMs } of viewer.sightings) {
          assert(cameAtMs - drawnAtMs < 20_000, "it shows another picture than was sent");
        }
        assertAddsUp(feed.statistics());
      }),
  ));

Deno.test("receive() says for each protocol why nothing comes where nobody sends", async () => {
  const camera = {
    url: () => "/dev/video99",
    options: {},
    absent: "there is no such camera, or it is in use, or not for this user",
  };
  await Promise.all([camera, ...SENDER_KINDS].map(async ({ url, options, absent }) => {
    const at = url(freePort());
    const firstFrameMs = absent === SILENT ? 5000 : 60_000;
    const feed = receive(at, { ...options, failFast: true, firstFrameMs });
    const { message } = await assertRejects(() => feed.pipeTo(discard()), SourceError);
    assertEquals(message, `Cannot receive ${at.replace(/\?.*/, "?…")}: ${absent}`);
  }));
});

Deno.test("broadcast() sends by each protocol what can be played, and comes through the loss of its taker", (t) =>
  eachOf(
    t,
    TAKER_KINDS,
    ({ url, codec, slackS = 0.002, start }: TakerKind) =>
      inTempDir(async (folder) => {
        const port = freePort();
        const out = broadcast(url(port), {
          ...codec && { codec },
          ...{ random: () => 0, stallMs: 20_000, cardAfterMs: 60_000 },
        });
        const sentAtS: number[] = [];
        const taken = (async () => {
          for (const turn of ["first", "second"]) {
            const place = `${folder}/${turn}`;
            await Deno.mkdir(place);
            await using taker = await start(port, place);
            await assertPlayable(await taker.path(), { codec, sentAtS, slackS });
          }
        })();
        const noteTime = (
          { frame: { index, timestampUs } }: { readonly frame: Frame },
        ) => void (sentAtS[index] = timestampUs / 1e6);
        await liveFrames({ count: 3000 }).pipeThrough(passingUntil(taken, noteTime)).pipeTo(out);
        await taken;
        const { received, sent, dropped } = out.statistics();
        const left = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        assertEquals(received, sent + left);
      }),
  ));

/** Waits until a video has pictures enough, and fails unless they are what was sent, at their times. */
async function assertPlayable(
  path: string,
  { codec, sentAtS, slackS }: {
    /** What it should be encoded in. */
    readonly codec: string | undefined;
    /** The time of each picture that was sent, by its number, in seconds. */
    readonly sentAtS: readonly number[];
    /** By how much the times may differ, in seconds. */
    readonly slackS: number;
  },
): Promise<void> {
  let pictures: Picture[] = [];
  for (let look = 0; pictures.length < 10; look++) {
    assert(look < 200, `too few pictures came: ${pictures.length}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    pictures = await picturesIn(path).catch(() => []); // It may have no beginning yet.
  }
  const entries = await streamEntries(path, "v:0", "codec_name,width,height");
  assertEquals(entries, {
    codec_name: codec === "h265" ? "hevc" : "h264",
    width: 320,
    height: 240,
  });
  const [first] = pictures;
  for (const [i, { number, timeS }] of pictures.entries()) {
    assert(i === 0 || number > pictures[i - 1]!.number, `${number} comes late`);
    const dueS = sentAtS[number]! - sentAtS[first!.number]!;
    assertAlmostEquals(timeS - first!.timeS, dueS, slackS);
  }
}

/** A picture with its number, at its time. */
interface Picture {
  readonly number: number;
  readonly timeS: number;
}

async function picturesIn(path: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (using frame of decode(path)) {
    pictures.push({ number: drawnNumber(frame)!, timeS: frame.timestampUs / 1e6 });
  }
  return pictures;
}

/** Passes on what comes, and looks at it, until something is done. */
function passingUntil<T>(
  done: Promise<unknown>,
  look: (item: T) => void = () => {},
): TransformStream<T, T> {
  let isDone = false;
  done.finally(() => isDone = true).catch(() => {}); // Whoever waits for it hears of it.
  return new TransformStream({
    transform(item, controller) {
      look(item);
      if (isDone) controller.terminate();
      else controller.enqueue(item);
    },
  });
}

Deno.test("broadcast() says for each protocol why nothing goes out where nobody takes it", async () => {
  const kinds = TAKER_KINDS.filter(({ absent }) => absent !== undefined);
  await Promise.all(kinds.map(async ({ what, url, absent }) => {
    const { promise, resolve: onEvent } = Promise.withResolvers<BroadcastEvent>();
    const out = broadcast(url(freePort()), { onEvent, stallMs: absent === MUTE ? 4000 : 30_000 });
    await liveFrames({ count: 600 }).pipeThrough(passingUntil(promise)).pipeTo(out);
    const event = await promise;
    assert(event.kind === "lost", `${what} is connected`);
    assertEquals(event.message, `Cannot send to ${event.name}: ${absent}`);
  }));
});
