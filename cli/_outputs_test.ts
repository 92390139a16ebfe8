import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { OutputError } from "../pipeline/errors.ts";
import { inTempDir, namesIn } from "../tests/_temp_dir.ts";
import { checkOutputs, checkStandardOutput, loadOf, type Outputs } from "./_outputs.ts";
import type { Sources } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

/** Runs a test beside a video called in.mp4 and a directory of two pictures. */
async function beside(use: (dir: string, video: Sources) => Promise<void>): Promise<void> {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/in.mp4`, "video");
    await Deno.mkdir(`${dir}/pictures`);
    for (const name of ["1.png", "2.png"]) await Deno.writeTextFile(`${dir}/pictures/${name}`, "");
    await use(dir, { kind: "video", url: `${dir}/in.mp4` });
  });
}

async function complaint(outputs: Outputs, sources: Sources, overwrite = true): Promise<string> {
  const error = await assertRejects(
    () => checkOutputs(outputs, sources, { overwrite }),
    OutputError,
  );
  return error.message;
}

Deno.test("checkOutputs() passes what can be written, and leaves nothing", async () => {
  await beside(async (dir, video) => {
    const before = await namesIn(dir);
    await checkOutputs(
      { output: `${dir}/out.mp4`, jsonl: "-", coco: `${dir}/c.json`, csv: `${dir}/c.csv` },
      video,
      { overwrite: false },
    );
    assertEquals(await namesIn(dir), before);
  });
});

Deno.test("checkOutputs() refuses the source under any of its names", async () => {
  await beside(async (dir, video) => {
    await Deno.symlink(`${dir}/in.mp4`, `${dir}/link.mp4`);
    await Deno.link(`${dir}/in.mp4`, `${dir}/hard.mp4`);
    await Deno.symlink(dir, `${dir}/again`);
    for (const name of ["in.mp4", "link.mp4", "hard.mp4", "pictures/../in.mp4", "again/in.mp4"]) {
      const message = await complaint({ output: `${dir}/${name}` }, video);
      assertStringIncludes(message, "it is the source itself");
    }
    assertStringIncludes(await complaint({ csv: `${dir}/in.mp4` }, video), "--csv");
  });
});

Deno.test("checkOutputs() refuses two outputs in one place", async () => {
  await beside(async (dir, video) => {
    await Deno.symlink(dir, `${dir}/again`);
    const message = await complaint({ jsonl: `${dir}/a.txt`, mot: `${dir}/again/a.txt` }, video);
    assertStringIncludes(message, "--jsonl goes there already");
    const images = await complaint({ coco: `${dir}/a.json`, csv: `${dir}/a.images.json` }, video);
    assertStringIncludes(images, "--coco goes there already");
  });
});

Deno.test("checkOutputs() refuses to replace a file unless it may", async () => {
  await beside(async (dir, video) => {
    await Deno.writeTextFile(`${dir}/old.mp4`, "old");
    const message = await complaint({ output: `${dir}/old.mp4` }, video, false);
    assertStringIncludes(message, "--overwrite");
    await checkOutputs({ output: `${dir}/old.mp4` }, video, { overwrite: true });
    assertEquals(await Deno.readTextFile(`${dir}/old.mp4`), "old");
  });
});

Deno.test("checkOutputs() refuses a missing directory, a file as directory and a directory as file", async () => {
  await beside(async (dir, video) => {
    const missing = await complaint({ jsonl: `${dir}/none/a.jsonl` }, video);
    assertStringIncludes(missing, `the directory "${dir}/none" does not exist`);
    const file = await complaint({ jsonl: `${dir}/in.mp4/a.jsonl` }, video);
    assertStringIncludes(file, `"${dir}/in.mp4" is not a directory`);
    assertStringIncludes(await complaint({ csv: `${dir}/pictures` }, video), "it is a directory");
  });
});

/** Whether the user may write even where nobody may, as root does. */
function mayWriteAnywhere(): boolean {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.chmodSync(dir, 0o555);
    Deno.writeTextFileSync(`${dir}/file`, "");
    return true;
  } catch {
    return false;
  } finally {
    Deno.chmodSync(dir, 0o755);
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test({
  name: "checkOutputs() refuses a directory in which nothing may be written",
  ignore: mayWriteAnywhere(),
  fn: () =>
    beside(async (dir, video) => {
      await Deno.chmod(`${dir}/pictures`, 0o555);
      const message = await complaint({ jsonl: `${dir}/pictures/a.jsonl` }, video);
      await Deno.chmod(`${dir}/pictures`, 0o755);
      assertStringIncludes(message, "no file can be made");
    }),
});

Deno.test("checkOutputs() wants a picture of a picture, and a video of a video", async () => {
  await beside(async (dir, video) => {
    const picture: Sources = { kind: "picture", paths: [`${dir}/pictures/1.png`] };
    assertStringIncludes(await complaint({ output: `${dir}/a.jpg` }, video), "a video");
    assertStringIncludes(await complaint({ output: `${dir}/a.mp4` }, picture), "a picture");
    await checkOutputs({ output: `${dir}/a.jpg` }, picture, { overwrite: false });
  });
});

Deno.test("checkOutputs() wants a directory of several pictures, in which each finds room", async () => {
  await beside(async (dir) => {
    const paths = [`${dir}/pictures/1.png`, `${dir}/pictures/2.png`];
    const pictures: Sources = { kind: "pictures", paths };
    const outputTo = (name: string) => ({ output: `${dir}/${name}` });
    assertStringIncludes(await complaint(outputTo("a.png"), pictures), "name a directory");
    assertStringIncludes(await complaint(outputTo("in.mp4"), pictures), "name a directory");
    assertStringIncludes(await complaint(outputTo("pictures"), pictures), "the source itself");
    assertStringIncludes(await complaint(outputTo("none/boxes"), pictures), "does not exist");
    await checkOutputs(outputTo("boxes"), pictures, { overwrite: false });

    await Deno.mkdir(`${dir}/boxes`);
    await Deno.writeTextFile(`${dir}/boxes/2.png`, "old");
    assertStringIncludes(await complaint(outputTo("boxes"), pictures, false), "2.png");
    const twins: Sources = { kind: "pictures", paths: [...paths, `${dir}/other/1.png`] };
    assertStringIncludes(await complaint(outputTo("boxes"), twins), "two pictures");
  });
});

Deno.test("checkStandardOutput() lets one text format have it, and no video", () => {
  checkStandardOutput({ output: "o.mp4", csv: "-" });
  const twice = assertThrows(() => checkStandardOutput({ csv: "-", mot: "-" }), UsageError);
  assertStringIncludes(twice.message, "--mot and --csv");
  assertThrows(() => checkStandardOutput({ output: "-" }), UsageError, "--output -");
});

const FEED: Sources = { kind: "video", url: "rtsp://host/camera", isFeed: true };

Deno.test("checkOutputs() passes URLs, playlists and segments of a feed, and makes nothing", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/cam.mp4`, "");
    await checkOutputs({ output: "rtsp://host/a" }, FEED, { overwrite: false });
    await checkOutputs({ output: `${dir}/a.m3u8` }, FEED, { overwrite: false, hlsKeep: 60 });
    await checkOutputs({ output: `${dir}/cam.mp4` }, FEED, { overwrite: false, segment: 60 });
    assertEquals(await namesIn(dir), ["cam.mp4"]);
  }));

Deno.test("checkOutputs() refuses to send what is no feed, and tells no password", () =>
  beside(async (dir, video) => {
    const output = "rtmp://user:secret@host/live/secret";
    const picture: Sources = { kind: "picture", paths: [`${dir}/pictures/1.png`] };
    for (const sources of [video, picture]) {
      const message = await complaint({ output }, sources);
      assertStringIncludes(message, "rtmp://host/live/…");
      assertEquals(message.includes("secret"), false);
    }
  }));

Deno.test("checkOutputs() refuses --segment and --hls-keep where they would do nothing", async () => {
  for (
    const [output, wish] of [
      [undefined, { segment: 60 }],
      ["rtsp://host/a", { segment: 60 }],
      ["a.m3u8", { segment: 60 }],
      ["a.mp4", { hlsKeep: 60 }],
      [undefined, { hlsKeep: 60 }],
    ] as const
  ) {
    const check = () => checkOutputs({ output }, FEED, { overwrite: true, ...wish });
    await assertRejects(check, UsageError, "Cannot use --");
  }
});

Deno.test("loadOf() is heavy where pictures are written or shown", () => {
  const address = { hostname: "127.0.0.1", port: 0 };
  const large = { multiplyAccumulates: 673e6 };
  assertEquals(loadOf({}, large), "light");
  assertEquals(loadOf({ output: "out.mp4" }, large), "heavy");
  assertEquals(loadOf({ view: address }, large), "heavy");
});

Deno.test("loadOf() is heavy beside a small network, whose decoder takes longer", () => {
  assertEquals(loadOf({}, { multiplyAccumulates: 106e6 }), "heavy");
  assertEquals(loadOf({}, {}), "light"); // A user's own.
});
