/**
 * `steadybox run` on a live feed: it goes on through a loss, and says what became of each frame.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { framesIn, startProgram } from "./_program.ts";
import { Camera, freePort, hasRtspServer } from "./_rtsp_server.ts";
import { inTempDir } from "./_temp_dir.ts";

Deno.test({
  name: "steadybox run goes on when a camera is back, into the same video",
  ignore: !hasRtspServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      const url = `rtsp://user:secret@127.0.0.1:${port}/camera`;
      const outputs = ["--output", "o.mp4", "--jsonl", "o.jsonl"];
      const args = ["run", url, "--duration", "12", "--device", "cpu", ...outputs];
      const first = await Camera.start({ port });
      const child = startProgram(args, { dir });
      const stdout = child.stdout.text();
      const said = child.stderr.text();
      await grown(`${dir}/o.jsonl`);
      await first[Symbol.asyncDispose]();
      await using _second = await Camera.start({ port });
      const { code } = await child.status;
      const stderr = await said;
      assertEquals([code, await stdout], [0, ""], stderr);
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

/** Waits until a text output has something in it, as it has from the first frame on. */
async function grown(path: string): Promise<void> {
  while ((await Deno.stat(path).catch(() => undefined))?.size === undefined) await soon();
  while ((await Deno.stat(path)).size < 1000) await soon();
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
