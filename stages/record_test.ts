import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { source } from "../pipeline/source.ts";
import { microsecondsFrom } from "../pipeline/time_base.ts";
import { blackFrame } from "../tests/_frames.ts";
import { packetTimes, streamEntries } from "../tests/_media.ts";
import { inTempDir, namesIn } from "../tests/_temp_dir.ts";
import { record } from "./record.ts";

interface Made {
  /** When each is shown, in tenths of a second. */
  readonly times: readonly number[];
  readonly width?: number;
}

/** Frames of a feed, connection by connection. */
function frames(...connections: readonly Made[]): ReadableStream<{ readonly frame: Frame }> {
  const timeBase = { num: 1, den: 90_000 };
  return source("made", async function* () {
    let index = 0;
    for (const [connection, { times, width = 64 }] of connections.entries()) {
      const frameSource = { ...blackFrame(0, { width }).source, timeBase, connection };
      for (const time of times) {
        const pts = 9000 * time;
        const timestampUs = microsecondsFrom(pts, timeBase);
        const black = blackFrame(index++, { width });
        yield { frame: { ...black, pts, timeBase, timestampUs, source: frameSource } };
      }
    }
  });
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, i) => i);
}

/** The times of a video's frames, in tenths of a second. */
async function tenthsIn(path: string): Promise<number[]> {
  return (await packetTimes(path)).map((time) => {
    const [num = 0, den = 1] = time.split("/").map(Number);
    return Math.round(100 * num / den) / 10;
  });
}

for (const extension of ["mp4", "mkv", "ts", "webm", "mov"]) {
  Deno.test(`record() begins a .${extension} file every so often, each with times of its own`, () =>
    inTempDir(async (dir) => {
      const begun: string[] = [];
      const recorder = record(`${dir}/cam.${extension}`, {
        segmentS: 1,
        onSegment: (path) => begun.push(path),
      });
      await frames({ times: [...upTo(13), 17, ...upTo(9).map((time) => 40 + time)] }).pipeTo(
        recorder,
      );
      const names = (await namesIn(dir)).map((name) => `${dir}/${name}`);
      assertEquals(names.toSorted(), begun.toSorted());
      for (const name of begun) {
        assertMatch(name, new RegExp(`/cam-\\d{8}T\\d{6}Z(-\\d)?\\.${extension}$`));
      }
      assertEquals(await Promise.all(begun.map(tenthsIn)), [upTo(10), [0, 1, 2, 7], upTo(9)]);
    }));
}

Deno.test("record() begins a file when pictures change their size, but not when a feed is back", () =>
  inTempDir(async (dir) => {
    const begun: string[] = [];
    const recorder = record(`${dir}/cam.mp4`, {
      segmentS: 60,
      onSegment: (path) => begun.push(path),
    });
    await frames({ times: upTo(3) }, { times: [30, 31] }, { times: [60, 61, 62], width: 96 })
      .pipeTo(recorder);
    assertEquals(await Promise.all(begun.map(tenthsIn)), [[0, 1, 2, 30, 31], [0, 1, 2]]);
    assertEquals(
      await Promise.all(begun.map((path) => streamEntries(path, "v:0", "width"))),
      [{ width: 64 }, { width: 96 }],
    );
  }));

Deno.test("record() leaves what can be played when it is stopped in the middle", () =>
  inTempDir(async (dir) => {
    let path = "";
    const recorder = record(`${dir}/cam.mp4`, {
      segmentS: 600,
      codec: "mjpeg", // It holds no pictures back.
      onSegment: (begun) => path = begun,
    });
    const cut = source("cut", async function* () {
      for await (const item of frames({ times: upTo(200) })) {
        yield item;
        if (item.frame.index === 150) {
          while ((await Deno.stat(path)).size < 20_000) await Deno.stat(path);
          throw new Error("The cable was cut");
        }
      }
    });
    await assertRejects(() => cut.pipeTo(recorder), Error, "The cable was cut");
    assert((await tenthsIn(path)).length > 10);
  }));

Deno.test("record() refuses what cannot be played before its end, and no time", () => {
  assertThrows(() => record("cam.gif", { segmentS: 1 }), OutputError, "cannot be played");
  assertThrows(() => record("cam.txt", { segmentS: 1 }), OutputError, "its name must end in");
  assertThrows(() => record("cam.mp4", { segmentS: 0 }), RangeError, "segmentS");
  assertThrows(() => record("cam.mp4", { segmentS: 1, crf: NaN }), RangeError, "crf");
});

Deno.test("record() says in one line that its directory is not there", async () => {
  const { message } = await assertRejects(
    () => frames({ times: [0] }).pipeTo(record("no/where/cam.mp4", { segmentS: 1 })),
    OutputError,
  );
  assertMatch(
    message,
    /^Cannot write "no\/where\/cam-.*": the directory "no\/where" does not exist$/,
  );
});
