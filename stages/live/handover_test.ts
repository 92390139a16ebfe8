import { assertEquals } from "@std/assert";
import type { FfmpegProcess } from "../ffmpeg/process.ts";
import { Handover } from "./handover.ts";

const SENT = "muxer <- type:video pkt_pts:0 pkt_pts_time:0 size:1";

/** A process that reads so many bytes, and what happens to it. */
function processOf({ readsBytes }: { readonly readsBytes: number }) {
  const end = Promise.withResolvers<{ readonly code: number; readonly complaint: string }>();
  const reads = Promise.withResolvers<void>();
  reads.promise.catch(() => {}); // Nobody may be waiting for it.
  let room = readsBytes;
  const child: FfmpegProcess = {
    stdin: new WritableStream({
      async write({ length }) {
        room -= length;
        if (room < 0) await reads.promise;
      },
    }, { highWaterMark: 0 }),
    stdout: new ReadableStream(),
    result: end.promise,
    kill() {
      end.resolve({ code: 1, complaint: "" });
      reads.reject(new Error("broken pipe"));
    },
    async [Symbol.asyncDispose]() {},
  };
  return { child, readOn: reads.resolve };
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = {};
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return await Promise.race([promise, Promise.resolve(pending)]) !== pending;
}

const PICTURE = new Uint8Array(1000);
const PACED = { isPaced: true, stallMs: 60_000 };

Deno.test("Handover begins when ffmpeg has opened all", async () => {
  const { child } = processOf({ readsBytes: Infinity });
  using handover = new Handover(child, PACED);
  const beginning = handover.begin(new Uint8Array(100));
  handover.read("Input #0, nut, from 'pipe:0':");
  assertEquals(await isSettled(beginning), false);
  handover.read("Stream mapping:");
  assertEquals(await beginning, true);
});

Deno.test("Handover takes no picture before the last one is being sent, and ffmpeg reads on", async () => {
  const { child, readOn } = processOf({ readsBytes: 2000 });
  using handover = new Handover(child, PACED);
  assertEquals(await handover.give([PICTURE]), true);
  const passing = handover.passOn();
  handover.read(SENT);
  assertEquals(await isSettled(passing), false);
  readOn();
  assertEquals(await passing, true);

  await handover.give([PICTURE]);
  const second = handover.passOn();
  assertEquals(await isSettled(second), false);
  handover.read("muxer <- type:audio pkt_pts:0 size:1");
  assertEquals(await isSettled(second), false);
  handover.read(SENT);
  assertEquals(await second, true);
});

for (
  const [version, line] of [
    ["5.1", SENT],
    ["6.0", "[vost#0:0/libx264 @ 0x55d0c8] muxer <- type:video pkt_pts:0 pkt_pts_time:0 size:1"],
    ["7.1", "[vost#0:0/h264_nvenc @ 0x55d0c8] muxer <- pts:0 pts_time:0 dts:0 dts_time:0 size:1"],
  ] as const
) {
  Deno.test(`Handover understands ffmpeg ${version} when it sends a picture`, async () => {
    const { child } = processOf({ readsBytes: Infinity });
    using handover = new Handover(child, PACED);
    await handover.give([PICTURE]);
    const passing = handover.passOn();
    handover.read("[aost#0:1/aac @ 0x55d0c8] muxer <- pts:0 pts_time:0 size:1");
    assertEquals(await isSettled(passing), false);
    handover.read(line);
    assertEquals(await passing, true);
  });
}

Deno.test("Handover gives an encoder that waits for the next picture one more", async () => {
  const { child } = processOf({ readsBytes: Infinity });
  using handover = new Handover(child, { isPaced: true, stallMs: 100 });
  await handover.give([PICTURE]);
  assertEquals(await handover.passOn(), true);
  await handover.give([PICTURE]);
  handover.read(SENT);
  assertEquals(await handover.passOn(), true);
});

Deno.test("Handover gives a server that is slow to answer one more, and none once it has", async () => {
  const { child } = processOf({ readsBytes: Infinity });
  using handover = new Handover(child, { isPaced: true, stallMs: 200 });
  const lookedAgain = () => new Promise((resolve) => setTimeout(resolve));
  await handover.give([PICTURE]);
  assertEquals(await handover.passOn(), true);
  await handover.give([PICTURE]);
  const second = handover.passOn();
  await lookedAgain(); // Nothing else would run if it did so all the time.
  assertEquals(await isSettled(second), false);
  handover.read(SENT);
  assertEquals(await second, true);
  handover.read(SENT);
  await handover.give([PICTURE]);
  const third = handover.passOn();
  await lookedAgain();
  assertEquals(await isSettled(third), false);
  handover.read(SENT);
  assertEquals(await third, true);
});

Deno.test("Handover waits for nothing where all pictures are to be sent", async () => {
  const { child } = processOf({ readsBytes: Infinity });
  using handover = new Handover(child, { isPaced: false, stallMs: 60_000 });
  assertEquals(await handover.begin(new Uint8Array(100)), true);
  await handover.give([PICTURE]);
  assertEquals(await handover.passOn(), true);
});

Deno.test("Handover tells when the process is gone", async () => {
  const { child } = processOf({ readsBytes: Infinity });
  using handover = new Handover(child, PACED);
  await handover.give([PICTURE]);
  const passing = handover.passOn();
  child.kill();
  assertEquals([await passing, handover.isStuck], [false, false]);
});

Deno.test("Handover ends a process that takes nothing any more", async () => {
  const { child } = processOf({ readsBytes: 2000 });
  using handover = new Handover(child, { isPaced: true, stallMs: 1 });
  await handover.give([PICTURE]);
  handover.read(SENT);
  assertEquals([await handover.passOn(), handover.isStuck], [false, true]);
});
