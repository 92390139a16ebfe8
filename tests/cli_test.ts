import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  besideClip,
  CLIP,
  CLIP_FRAMES,
  filesIn,
  recordsOf,
  SHORT,
  storedIn,
} from "./_beside_clip.ts";
import { framesIn, runProgram } from "./_program.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

Deno.test("steadybox shows its version and, for each command, help with an example", async () => {
  await inTempDir(async (dir) => {
    const version = await runProgram(["--version"], { dir });
    assertMatch(version.stdout, /^\d+\.\d+\.\d+\n$/);
    for (const command of [[], ["run"], ["probe"], ["models"], ["devices"]]) {
      const { code, stdout, stderr } = await runProgram([...command, "--help"], { dir });
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, `Examples:\n  steadybox ${command.join("")}`);
    }
  });
});

Deno.test("steadybox completes commands for a shell", async () => {
  await inTempDir(async (dir) => {
    const { code, stdout } = await runProgram(["completion", "bash"], { dir });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "complete");
  });
});

Deno.test("steadybox run writes the video, the texts and a summary", async () => {
  await besideClip(async (dir) => {
    const texts = ["--jsonl", "o.jsonl", "--mot", "o.txt", "--coco", "o.json", "--csv", "o.csv"];
    const { code, stdout, stderr } = await runProgram(
      ["run", "in.mp4", "-o", "o.mp4", ...texts, ...SHORT],
      { dir },
    );
    assertEquals([code, stdout], [0, ""]);
    const written = ["o.csv", "o.images.json", "o.json", "o.jsonl", "o.mp4", "o.txt"];
    assertEquals(await filesIn(dir), ["in.mp4", ...written]);
    const frames = await framesIn(`${dir}/o.mp4`);
    const records = recordsOf(await Deno.readTextFile(`${dir}/o.jsonl`));
    assertEquals(records.length, frames);
    assert(frames >= 24 && frames <= 25);
    assertStringIncludes(stderr, `${frames} in, ${frames} out`);
    for (const name of written) assertStringIncludes(stderr, name);
    for (const stage of ["letterbox", "infer", "blend", "annotate", "encode"]) {
      assertMatch(stderr, new RegExp(`${stage}( +[\\d.]+){3}\\n`));
    }
  });
});

Deno.test("steadybox run finds the same with and without a video, whatever it also writes", async () => {
  await besideClip(async (dir) => {
    await runProgram(["run", "in.mp4", "--jsonl", "a", ...SHORT], { dir });
    await runProgram(["run", "in.mp4", "--jsonl", "b", "-o", "o.mp4", ...SHORT], { dir });
    const [a, b] = await Promise.all(["a", "b"].map((name) => Deno.readTextFile(`${dir}/${name}`)));
    assertEquals(a, b);
    assert(recordsOf(a!).every(({ objects }) => (objects as unknown[]).length === 1));
  });
});

Deno.test("steadybox run writes nothing where nothing is named", async () => {
  await besideClip(async (dir) => {
    const { code, stdout, stderr } = await runProgram(["run", "in.mp4", ...SHORT], { dir });
    assertEquals([code, stdout], [0, ""]);
    assertStringIncludes(stderr, "nothing");
    assertEquals(await filesIn(dir), ["in.mp4"]);
    const quiet = await runProgram(["run", "in.mp4", "--quiet", ...SHORT], { dir });
    assertEquals(quiet, { code: 0, stdout: "", stderr: "" });
  });
});

Deno.test("steadybox run - reads standard input, and keeps nothing of it", async () => {
  await besideClip(async (dir) => {
    const { readable: input } = await Deno.open(CLIP);
    const { code, stdout, stderr } = await runProgram(
      ["run", "-", "--jsonl", "-", "--duration", "0.2"],
      { dir, input },
    );
    assertEquals(code, 0);
    assertEquals(recordsOf(stdout).map(({ source }) => source).at(-1), "standard input");
    assertStringIncludes(stderr, "standard input");
    assertEquals(await filesIn(dir), ["in.mp4"]);
    assertEquals(await storedIn(`${dir}/tmp`), 0);
    const { readable: again } = await Deno.open(CLIP);
    const beside = await runProgram(["run", "-", "-o", "o.mp4", ...SHORT], { dir, input: again });
    assertEquals(beside.code, 0);
    assertEquals(await filesIn(dir), ["in.mp4", "o.mp4"]);
    const bad = await runProgram(["run", "-"], { dir, input: ReadableStream.from([]) });
    assertEquals(bad.code, 3);
    assertEquals(bad.stderr, "steadybox: Cannot read standard input: it is empty\n");
    assertEquals(await storedIn(`${dir}/tmp`), 0);
  });
});

Deno.test("steadybox run keeps the pictures before one that cannot be read, and counts them", async () => {
  await besideClip(async (dir) => {
    await Deno.mkdir(`${dir}/album`);
    await new Deno.Command("ffmpeg", {
      args: ["-v", "error", "-i", `${dir}/in.mp4`, "-frames:v", "3", `${dir}/album/%d.png`],
    }).output();
    await Deno.writeTextFile(`${dir}/album/4.png`, "no picture");
    const { code, stderr } = await runProgram(["run", "album", "-o", "boxes", "-q"], { dir });
    assertEquals(code, 3);
    const written = await namesIn(`${dir}/boxes`);
    assertEquals(written, ["1.png", "2.png", "3.png"].slice(0, written.length));
    assertMatch(
      stderr,
      /^steadybox: Cannot [^\n]*4\.png[^\n]*; before that, \d pictures? had been/,
    );
    assertStringIncludes(stderr, `${written.length} picture`);
  });
});

Deno.test("steadybox run - knows a picture by its content", async () => {
  await besideClip(async (dir) => {
    await new Deno.Command("ffmpeg", {
      args: ["-v", "error", "-i", `${dir}/in.mp4`, "-frames:v", "1", `${dir}/in.png`],
    }).output();
    const { readable: input } = await Deno.open(`${dir}/in.png`);
    const args = ["run", "-", "-o", "o.png", "--jsonl", "-", "--device", "cpu"];
    const { code, stdout } = await runProgram(args, { dir, input });
    assertEquals(code, 0);
    const [record, ...others] = recordsOf(stdout);
    assertEquals([record?.source, record?.frame_index, others], ["standard input", 0, []]);
    assertEquals(await filesIn(dir), ["in.mp4", "in.png", "o.png"]);
    const bad = ReadableStream.from([new TextEncoder().encode("no picture\n".repeat(100))]);
    const { code: badCode, stderr } = await runProgram(["run", "-", "-o", "p.png"], {
      dir,
      input: bad,
    });
    assertEquals(badCode, 3);
    assertMatch(stderr, /^steadybox: Cannot read standard input: [^\n]+\n$/);
    assertEquals(await filesIn(dir), ["in.mp4", "in.png", "o.png"]);
  });
});

Deno.test("steadybox run --vid-stride holds boxes between, and writes every frame", async () => {
  await besideClip(async (dir) => {
    const { stdout, stderr } = await runProgram(
      ["run", "in.mp4", "--jsonl", "-", "-o", "o.mp4", "--vid-stride", "4", ...SHORT],
      { dir },
    );
    const records = recordsOf(stdout);
    assertEquals(await framesIn(`${dir}/o.mp4`), records.length);
    const found = Math.ceil(records.length / 4); // One face on each frame that the network saw.
    const held = records.length - found;
    assertStringIncludes(
      stderr,
      `${found} in ${found} of ${found} frames (face ${found}), ${held} held on ${held} frames`,
    );
    records.forEach(({ held }, at) => assertEquals(held ?? false, at % 4 !== 0));
  });
});

Deno.test("steadybox run takes pictures: one, several, a glob, a directory", async () => {
  await besideClip(async (dir) => {
    await Deno.mkdir(`${dir}/album`);
    await new Deno.Command("ffmpeg", {
      args: ["-v", "error", "-i", `${dir}/in.mp4`, "-frames:v", "3", `${dir}/album/%d.png`],
    }).output();
    const one = await runProgram(["run", "album/2.png", "-o", "one.jpg"], { dir });
    assertEquals(one.code, 0);
    const all = await runProgram(["run", "album", "-o", "boxes", "--csv", "c.csv"], { dir });
    assertEquals(all.code, 0);
    assertEquals(await namesIn(`${dir}/boxes`), ["1.png", "2.png", "3.png"]);
    const some = await runProgram(["run", "album/[12].png", "--jsonl", "-"], { dir });
    assertEquals(recordsOf(some.stdout).map(({ source }) => source), [
      "album/1.png",
      "album/2.png",
    ]);
  });
});

Deno.test("steadybox probe tells what a file holds, in words and as JSON", async () => {
  await besideClip(async (dir) => {
    const words = await runProgram(["probe", "in.mp4"], { dir });
    assertEquals(words.code, 0);
    for (const word of ["h264", "360x288", "24 fps", "constant", "10.4 s", "bt601"]) {
      assertStringIncludes(words.stdout, word);
    }
    const json = await runProgram(["probe", "in.mp4", "--json"], { dir });
    const { video } = JSON.parse(json.stdout);
    assertEquals([video.width, video.height, video.frameCount], [360, 288, CLIP_FRAMES]);
  });
});

Deno.test("steadybox models lists the models, and all that is known of one", async () => {
  await inTempDir(async (dir) => {
    const { stdout } = await runProgram(["models"], { dir });
    for (const name of ["blazeface-short", "blazeface-full", "blazeface-full-sparse"]) {
      assertMatch(stdout, new RegExp(`^${name} .*Apache-2\\.0$`, "m"));
    }
    const info = await runProgram(["models", "info", "blazeface-short"], { dir });
    for (const word of ["128x128", "101,390", "Apache-2.0", "@mediapipe/face_detection"]) {
      assertStringIncludes(info.stdout, word);
    }
    assertMatch(info.stdout, /SHA-256 +[0-9a-f]{64}\n/);
  });
});

Deno.test("steadybox devices tells what auto takes, and why", async () => {
  await inTempDir(async (dir) => {
    const { code, stdout } = await runProgram(["devices"], { dir });
    assertEquals(code, 0);
    for (const name of ["webgpu", "cpu", "wasm"]) {
      assertMatch(stdout, new RegExp(`^${name} `, "m"));
    }
    assertMatch(stdout, /--device auto takes (webgpu|cpu|wasm): ./);
  });
});
