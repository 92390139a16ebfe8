import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { besideClip, CLIP_FRAMES, filesIn, recordsOf, storedIn } from "./_beside_clip.ts";
import { ffmpegsAbout, framesIn, signalGroup, startProgram, withoutProgress } from "./_program.ts";
import { namesIn } from "./_temp_dir.ts";

Deno.test("steadybox run --jsonl - ends quietly when nobody reads any more", async () => {
  await besideClip(async (dir) => {
    const child = startProgram(["run", "in.mp4", "--jsonl", "-"], { dir });
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const [{ code }, stderr] = await Promise.all([child.status, child.stderr.text()]);
    assertEquals([code, withoutProgress(stderr)], [0, ""]);

    const writing = startProgram(["run", "in.mp4", "--jsonl", "-", "-o", "o.mp4"], { dir });
    await writing.stdout.cancel();
    const [end, complaint] = await Promise.all([writing.status, writing.stderr.text()]);
    assertEquals(end.code, 4); // The video was asked for, and is not there.
    assertMatch(withoutProgress(complaint), /^steadybox: [^\n]*o\.mp4[^\n]*\n$/);
    assertEquals(await filesIn(dir), ["in.mp4"]);
  });
});

/**
 * Starts a run whose results are read only up to its first frames: what more it finds soon fills
 * the pipe, so that it is in the middle of its work.
 */
async function startedRun(dir: string): Promise<{
  child: Deno.ChildProcess;
  rest(): Promise<string>;
}> {
  const args = ["run", `${dir}/in.mp4`, "--jsonl", "-", "-o", `${dir}/o.mp4`];
  const child = startProgram(args, { dir });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  return {
    child,
    async rest() {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += part.value;
      }
      return text;
    },
  };
}

Deno.test.each([["INT", 130], ["TERM", 143], ["HUP", 129]])(
  "SIG%s in the middle leaves a whole video up to there, and no ffmpeg",
  async (name, expected) => {
    await besideClip(async (dir) => {
      const { child, rest } = await startedRun(dir);
      assert(await ffmpegsAbout(dir) > 0);
      await signalGroup(child, name);
      await signalGroup(child, name); // As of a terminal and a task runner: both tell of one Ctrl-C.
      const [text, { code }, stderr] = await Promise.all([
        rest(),
        child.status,
        child.stderr.text(),
      ]);
      assertEquals(code, expected);
      assertStringIncludes(stderr, "Interrupted");
      const frames = recordsOf(text).length;
      assert(frames < CLIP_FRAMES, `All ${frames} frames were done before the signal came`);
      assertEquals(await framesIn(`${dir}/o.mp4`), frames);
      assertEquals(await filesIn(dir), ["in.mp4", "o.mp4"]);
      assertEquals(await ffmpegsAbout(dir), 0);
    });
  },
);

Deno.test("SIGINT while standard input is read leaves nothing of it", async () => {
  await besideClip(async (dir) => {
    using events = Deno.watchFs(dir);
    const input = new TransformStream<Uint8Array>();
    const child = startProgram(["run", "-", "-o", "o.mp4"], { dir, input: input.readable });
    const writer = input.writable.getWriter();
    await writer.write(new Uint8Array(100)); // And no end of it.
    for await (const _ of events) if (await storedIn(dir) > 0) break;
    await signalGroup(child, "INT");
    const [{ code }, stdout, stderr] = await Promise.all([
      child.status,
      child.stdout.text(),
      child.stderr.text(),
    ]);
    await writer.close();
    assertEquals([code, stdout], [130, ""]);
    assertEquals(stderr, "steadybox: Interrupted by SIGINT before the first frame\n");
    assertEquals([await filesIn(dir), await storedIn(dir)], [["in.mp4"], 0]);
  });
});

Deno.test("SIGINT before the first frame leaves no output", async () => {
  await besideClip(async (dir) => {
    // A decoder that gives nothing, like one whose source is slow.
    await Deno.mkdir(`${dir}/bin`);
    const script = `#!/bin/sh\ntouch "${dir}/tmp/started"\nexec sleep 1000\n`;
    await Deno.writeTextFile(`${dir}/bin/ffmpeg`, script, { mode: 0o755 });
    using events = Deno.watchFs(`${dir}/tmp`);
    const outputs = ["-o", "o.mp4", "--jsonl", "o.jsonl", "--coco", "o.json"];
    const path = `${dir}/bin:/usr/local/bin:/usr/bin:/bin`;
    const child = startProgram(["run", "in.mp4", ...outputs], { dir, path });
    for await (const _ of events) {
      if ((await namesIn(`${dir}/tmp`)).includes("started")) break;
    }
    await signalGroup(child, "INT");
    const [{ code }, , stderr] = await Promise.all([
      child.status,
      child.stdout.text(),
      child.stderr.text(),
    ]);
    assertEquals(code, 130);
    assertMatch(stderr, /Interrupted by SIGINT before the first frame\n$/);
    assertEquals(await filesIn(dir), ["bin", "in.mp4"]);
  });
});

Deno.test("a second SIGINT ends soon what cannot end, and leaves no unfinished file", async () => {
  await besideClip(async (dir) => {
    // A pipe that nobody reads holds the run for ever, behind the stage that writes JSON lines.
    await new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).output();
    using events = Deno.watchFs(dir);
    const child = startProgram(["run", "in.mp4", "--jsonl", "o.jsonl", "--csv", "pipe"], { dir });
    for await (const _ of events) {
      if ((await filesIn(dir)).some((name) => name.includes("partial"))) break;
    }
    const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    await signalGroup(child, "INT");
    for (let said = ""; !said.includes("once more");) said += (await stderr.read()).value!;
    await new Promise((resolve) => setTimeout(resolve, 1500)); // Sooner, it would count as the same.
    await signalGroup(child, "INT");
    assertEquals((await child.status).code, 130);
    await Promise.all([child.stdout.cancel(), stderr.cancel()]);
    assertEquals(await filesIn(dir), ["in.mp4", "pipe"]);
    await untilNoFfmpeg(dir);
  });
});

Deno.test("SIGKILL leaves no ffmpeg", async () => {
  await besideClip(async (dir) => {
    const { child, rest } = await startedRun(dir);
    assert(await ffmpegsAbout(dir) > 0);
    child.kill("SIGKILL");
    await Promise.all([child.status, rest(), child.stderr.cancel()]);
    await untilNoFfmpeg(dir);
  });
});

/** Looks again and again, as processes take their time to end. */
async function untilNoFfmpeg(dir: string): Promise<void> {
  for (let looks = 0; looks < 300; looks++) if (await ffmpegsAbout(dir) === 0) return;
  throw new Error("There is still an ffmpeg at work");
}
