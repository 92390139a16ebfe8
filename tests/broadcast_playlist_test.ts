import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { broadcast, OutputError } from "../mod.ts";
import { assertAddsUp, listener, numbersIn } from "./_broadcasts.ts";
import { liveFrames } from "./_live_frames.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

/** The names of the segments in the text of a playlist. */
function segmentsOf(playlist: string): string[] {
  return playlist.split("\n").filter((line) => line && !line.startsWith("#"));
}

Deno.test("broadcast() writes a playlist of all frames, which ends with the feed", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/10% at home.m3u8`;
    const out = broadcast(path);
    await liveFrames({ count: 70 }).pipeTo(out);
    assertEquals(await numbersIn(path), [...Array(70).keys()]);
    const playlist = await Deno.readTextFile(path);
    assertStringIncludes(playlist, "#EXT-X-ENDLIST");
    const segments = segmentsOf(playlist);
    assertEquals(await namesIn(dir), [...segments, "10% at home.m3u8"].toSorted());
    assertMatch(segments[0]!, /^10% at home-000000\.ts$/);
    assert(segments.length >= 3);
  }));

Deno.test("broadcast() tells of a full disk, and goes on with its playlist when there is space", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/live.m3u8`;
    await Deno.symlink("/dev/full", `${dir}/live-000001.ts.tmp`); // Where ffmpeg writes the second one.
    const { events, onEvent, until } = listener();
    const out = broadcast(path, { onEvent, random: () => 0 });
    const pauses = new Map([[70, () => until("lost", 1)]]);
    await liveFrames({ count: 120, pauses }).pipeTo(out);
    // What could be written stays in the playlist, and nothing that could not.
    assertEquals(await namesIn(dir), [...segmentsOf(await Deno.readTextFile(path)), "live.m3u8"]);
    assertEquals(events, [
      { kind: "connected", name: path },
      {
        kind: "lost",
        name: path,
        reason: "full",
        message: `Lost the output ${path}: no space is left on the device`,
      },
      { kind: "connected", name: path },
    ]);
    const statistics = out.statistics();
    assertAddsUp(statistics);
    assert(statistics.dropped.unconnected > 0, JSON.stringify(statistics));
    const numbers = await numbersIn(path);
    const shown = numbers.filter((number) => number !== undefined).length;
    const { sent } = statistics; // Of the segment that was lost, some may count.
    assert(shown <= sent && sent < shown + 30, `${sent} sent, ${shown} shown`);
    assertEquals([numbers[0], numbers.at(-1)], [0, 119]);
  }));

Deno.test("broadcast() leaves a playlist of what came to the disk where that is full to the end", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/live.m3u8`;
    for (const number of [1, 2, 3, 4, 5]) {
      await Deno.symlink("/dev/full", `${dir}/live-00000${number}.ts.tmp`);
    }
    const { events, onEvent } = listener();
    const out = broadcast(path, { onEvent, random: () => 1 });
    await liveFrames({ count: 55 }).pipeTo(out);
    assertEquals(events.slice(0, 2).map(({ kind }) => kind), ["connected", "lost"]);
    assertAddsUp(out.statistics());
    const playlist = await Deno.readTextFile(path);
    assertStringIncludes(playlist, "#EXT-X-ENDLIST");
    const written = (await namesIn(dir)).filter((name) => name.endsWith(".ts"));
    assertEquals(segmentsOf(playlist), written);
    assertEquals((await numbersIn(path))[0], 0);
  }));

Deno.test("broadcast() keeps no more of a playlist on disk than it is told to", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/live.m3u8`;
    // A playlist gets frames as fast as they come; their times tell how long it is.
    await liveFrames({ count: 200, fps: 20 }).pipeTo(broadcast(path, { keepS: 2 }));
    const playlist = await Deno.readTextFile(path);
    const segments = segmentsOf(playlist);
    assertEquals(segments.length, 1);
    // One more stays for whoever is reading it.
    assert((await namesIn(dir)).length <= 4, (await namesIn(dir)).join(" "));
  }));

Deno.test("broadcast() replaces a playlist only if it may, and says where none can be made", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/live.m3u8`;
    await Deno.writeTextFile(path, "old");
    const send = (to: string, overwrite: boolean) =>
      liveFrames({ count: 20, fps: 100 }).pipeTo(broadcast(to, { overwrite }));
    await assertRejects(() => send(path, false), OutputError, "it exists already");
    assertEquals(await Deno.readTextFile(path), "old");
    await send(path, true);
    assertEquals(await numbersIn(path), [...Array(20).keys()]);
    await assertRejects(() => send(`${dir}/no/live.m3u8`, false), OutputError, "does not exist");
  }));
