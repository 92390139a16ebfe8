/**
 * `steadybox run` on a live feed: it goes on through a loss, and says what became of each frame.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertGone, childrenOf } from "./_live_program.ts";
import { framesIn, runProgram, startProgram } from "./_program.ts";
import { decode } from "../mod.ts";
import { playlistSender } from "./_playlist_sender.ts";
import { Recorder } from "./_rtsp_recorder.ts";
import { Camera, freePort, hasRtspServer } from "./_rtsp_server.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

Deno.test({
  name: "steadybox run goes on when a camera is back, into the same video",
  ignore: !hasRtspServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      const url = `rtsp://user:secret@127.0.0.1:${port}/camera`;
      const outputs = ["--output", "o.mp4", "--jsonl", "o.jsonl"];
      const args = ["run", url, "--device", "cpu", ...outputs];
      const first = await Camera.start({ port });
      const child = startProgram(args, { dir });
      const stdout = child.stdout.text();
      const said = child.stderr.text();
      await grown(`${dir}/o.jsonl`, 5);
      await first[Symbol.asyncDispose]();
      const before = await linesIn(`${dir}/o.jsonl`);
      await using _second = await Camera.start({ port });
      await grown(`${dir}/o.jsonl`, before + 20); // No more than 5 were on their way.
      child.kill("SIGTERM");
      const { code } = await child.status;
      const stderr = await said;
      assertEquals([code, await stdout], [143, ""], stderr);
      assertEquals(stderr.match(/^Connected to/gm)?.length, 2, stderr);
      assertStringIncludes(stderr, `Lost rtsp://127.0.0.1:${port}/camera`);
      assertEquals(stderr.includes("secret"), false);
      const lines = (await Deno.readTextFile(`${dir}/o.jsonl`)).trimEnd().split("\n")
        .map((line) => JSON.parse(line));
      const times = lines.map(({ timestamp }) => timestamp as number);
      assert(times.every((time, i) => i === 0 || time > times[i - 1]!));
      assertEquals(await framesIn(`${dir}/o.mp4`), lines.length);
    }),
});

Deno.test({
  name: "steadybox run shows nothing of before an outage after it, though it looks ahead",
  ignore: !hasRtspServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      const wishes = ["--smooth", "fixed-lag:lag=10", "--max-latency", "1500", "--device", "cpu"];
      const first = await Camera.start({ port });
      const source = `rtsp://127.0.0.1:${port}/camera`;
      const child = startProgram(["run", source, ...wishes, "--jsonl", "o.jsonl"], { dir });
      const said = Promise.all([child.stdout.text(), child.stderr.text()]);
      await grown(`${dir}/o.jsonl`, 10);
      await first[Symbol.asyncDispose]();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await using _second = await Camera.start({ port });
      await grown(`${dir}/o.jsonl`, 25);
      child.kill("SIGTERM");
      await child.status;
      const [, stderr] = await said;
      const [, frames, dropped, received, late] =
        /Frames +(\d+) in, (\d+) of (\d+) received dropped \(.*late (\d+)/.exec(stderr)?.map(
          Number,
        ) ?? [];
      assert(late! >= 10, stderr);
      assertEquals(frames! + dropped!, received, stderr);
    }),
});

Deno.test({
  name: "steadybox run sends a camera on that comes back with another size",
  ignore: !hasRtspServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const [from, to] = [freePort(), freePort()];
      await using recorder = await Recorder.start({ port: to, folder: dir });
      const outputs = ["-o", `rtsp://user:secret@127.0.0.1:${to}/push`, "--jsonl", "o.jsonl"];
      const first = await Camera.start({ port: from });
      const source = `rtsp://127.0.0.1:${from}/camera`;
      const child = startProgram(["run", source, "--device", "cpu", ...outputs], { dir });
      const said = Promise.all([child.stdout.text(), child.stderr.text()]);
      await grown(`${dir}/o.jsonl`, 20);
      await first[Symbol.asyncDispose]();
      await using _second = await Camera.start({ port: from, width: 640, codec: "mjpeg" });
      await grown(`${dir}/o.jsonl`, 60);
      child.kill("SIGTERM");
      const { code } = await child.status;
      const [, stderr] = await said;
      assertEquals(code, 143, stderr);
      assertMatch(stderr, /Sent \d+ of \d+ frames to rtsp:\/\/127\.0\.0\.1:\d+\/push/);
      assertEquals(stderr.includes("secret"), false);
      const widths = (await Deno.readTextFile(`${dir}/o.jsonl`)).trimEnd().split("\n")
        .map((line) => JSON.parse(line).resolution.width as number);
      assertEquals(new Set(widths), new Set([320, 640]));
      const [sent] = /(?<=Sent )\d+/.exec(stderr) ?? [];
      const [cards = 0] = /\d+(?= cards? shown)/.exec(stderr) ?? [];
      let frames = 0;
      for await (using frame of decode(await recorder.wholePush(0))) {
        assertEquals([frame.planes.width, frame.planes.height], [320, 240]);
        frames++;
      }
      // The server may miss what comes before its first key frame, or with the goodbye.
      assert(Math.abs(frames - Number(sent) - Number(cards)) <= 3, `${frames} frames\n${stderr}`);
    }),
});

Deno.test({
  name: "steadybox run asks ffmpeg for a camera of this machine, and names one that is not there",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const list = { feeds: [{ name: "desk", url: "/dev/video63", jsonl: "desk.jsonl" }] };
      await Deno.writeTextFile(`${dir}/feeds.yaml`, JSON.stringify(list));
      const wishes = ["--duration", "3", "--device", "cpu"];
      for (
        const what of [["/dev/video63", "--jsonl=o.jsonl", "--csv=o.csv"], ["--sources=feeds.yaml"]]
      ) {
        const { code, stderr } = await runProgram(["run", ...what, ...wishes], { dir });
        assertEquals(code, 3, stderr);
        assertStringIncludes(stderr, "Cannot receive /dev/video63: there is no such camera");
        assertEquals(await namesIn(dir), ["feeds.yaml", "tmp"]);
      }
    }),
});

Deno.test("steadybox run takes a playlist for a feed while it is live, and for a file afterwards", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/tmp`);
    await using sender = playlistSender(dir);
    await sender.start("320x240");
    const args = ["run", sender.url, "--device", "cpu"];
    const live = await runProgram([...args, "--duration", "4"], { dir });
    assertEquals(live.code, 0, live.stderr);
    assertMatch(live.stderr, /^Connected to http/m);
    await sender.finish();
    const file = await runProgram([...args, "--jsonl", "o.jsonl"], { dir });
    assertEquals(file.code, 0, file.stderr);
    assertEquals(/Connected/.test(file.stderr), false);
  }));

Deno.test("steadybox run shows no secret of a URL where it tells what it may not do", () =>
  inTempDir(async (dir) => {
    const source = "rtsp://me:s3cret@127.0.0.1:9/camera?password=s3cret";
    const args = ["run", source, "--output=rtmp://127.0.0.1:9/live/s3cret"];
    const { code, stderr } = await runProgram(args, { dir, mayRun: "sh" });
    assertEquals(code, 1, stderr);
    const shown = "'rtsp://…@127.0.0.1:9/camera?…' '--output=rtmp://127.0.0.1:9/live/…'";
    assertStringIncludes(stderr, `mod.ts run ${shown}`);
    assertEquals(stderr.includes("s3cret"), false);
  }));

const ENDS = [
  { how: "SIGINT", lost: 0 },
  { how: "SIGTERM", lost: 0 },
  { how: "SIGKILL", lost: 1 }, // What was being handed over.
  { how: "a power failure", lost: 12 }, // A second, which is ten frames, and one on its way.
] as const;

Deno.test.each(ENDS)(
  "steadybox run leaves a recording that plays and no ffmpeg behind, after $how",
  { ignore: !hasRtspServer() },
  ({ how, lost }) =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      await using _camera = await Camera.start({ port });
      const url = `rtsp://127.0.0.1:${port}/camera`;
      const outputs = ["-o", "cam.mp4", "--segment", "600", "--jsonl", "o.jsonl", "--quiet"];
      const child = startProgram(["run", url, "--device", "cpu", ...outputs], { dir });
      const said = Promise.all([child.stdout.text(), child.stderr.text()]);
      await grown(`${dir}/o.jsonl`, 40);
      const children = await childrenOf(child.pid);
      if (how === "a power failure") await killAll([String(child.pid), ...children]);
      else child.kill(how);
      await child.status;
      assertEquals(await said, ["", ""]);
      assert(children.length >= 2, "the program had started nothing");
      await assertGone(children);
      const [segment] = (await namesIn(dir)).filter((name) => name.startsWith("cam-"));
      const lines = (await Deno.readTextFile(`${dir}/o.jsonl`)).split("\n").length - 1;
      const frames = await framesIn(`${dir}/${segment}`);
      assert(frames >= lines - lost && frames <= lines + 1, `${frames} frames, ${lines} lines`);
    }),
);

async function killAll(pids: readonly string[]): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", 'kill -s KILL "$@"', "sh", ...pids] }).output();
}

async function linesIn(path: string): Promise<number> {
  return (await Deno.readTextFile(path).catch(() => "")).split("\n").length - 1;
}

/** Waits until a text output has so many lines. */
async function grown(path: string, lines: number): Promise<void> {
  while (await linesIn(path) < lines) await soon();
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
