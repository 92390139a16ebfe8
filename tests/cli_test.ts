import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  ffmpegsAbout,
  framesIn,
  runProgram,
  signalGroup,
  startProgram,
  withoutProgress,
} from "./_program.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

const CLIP = new URL("fixtures/clips/talking_face.mp4", import.meta.url);
const CLIP_FRAMES = 250;

/** A part of the clip that is soon done: 25 frames. */
const SHORT = ["--duration", "1", "--device", "cpu"];

/** Runs a test in a directory in which the clip lies as in.mp4. */
async function besideClip(use: (dir: string) => Promise<void>): Promise<void> {
  await inTempDir(async (dir) => {
    // The directory's true name, as processes show it.
    const home = await Deno.realPath(dir);
    await Deno.copyFile(CLIP, `${home}/in.mp4`);
    await Deno.mkdir(`${home}/tmp`);
    await use(home);
  });
}

/** What lies in a directory, but for that of temporary files. */
async function filesIn(dir: string): Promise<string[]> {
  return (await namesIn(dir)).filter((name) => name !== "tmp");
}

/** How many files of standard input are stored. */
async function storedIn(dir: string): Promise<number> {
  // The directory holds what libraries store, too.
  return (await namesIn(dir)).filter((name) => name.startsWith(".steadybox-input-")).length;
}

/** The records of a text of JSON lines. */
function recordsOf(text: string): { readonly [name: string]: unknown }[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

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

/** Files to go wrong with, made of the clip. */
async function makeBadFiles(dir: string): Promise<void> {
  const clip = await Deno.readFile(CLIP);
  await Deno.writeTextFile(`${dir}/text.mp4`, "This is no video.\n");
  await Deno.writeFile(`${dir}/empty.mp4`, new Uint8Array());
  await Deno.writeFile(`${dir}/cut.mp4`, clip.subarray(0, clip.length / 2));
  const moov = new TextDecoder("latin1").decode(clip).indexOf("moov");
  const withoutMoov = clip.slice();
  withoutMoov.set(new TextEncoder().encode("gone"), moov);
  await Deno.writeFile(`${dir}/nomoov.mp4`, withoutMoov);
  await Deno.mkdir(`${dir}/nothing`);
  const weights = new URL(
    import.meta.resolve("@mediapipe/face_detection/face_detection_short_range.tflite"),
  );
  await Deno.writeFile(`${dir}/cut.tflite`, (await Deno.readFile(weights)).subarray(0, 100_000));
  await Deno.writeTextFile(`${dir}/text.onnx`, "This is no network.\n");
}

/** What goes wrong: the arguments, the exit code, and what the line has to name. */
const MISTAKES: readonly (readonly [args: string, code: number, named: string])[] = [
  ["run missing.mp4 -o o.mp4", 3, "missing.mp4"],
  ["run nothing -o o", 3, "nothing"],
  ["run nothing/*.png -o o", 3, "nothing/*.png"],
  ["run text.mp4 -o o.mp4 --jsonl o.jsonl", 3, "text.mp4"],
  ["run empty.mp4 -o o.mp4", 3, "empty.mp4"],
  ["run cut.mp4 -o o.mp4 --jsonl o.jsonl --coco o.json", 3, "cut.mp4"],
  ["run nomoov.mp4 -o o.mp4", 3, "nomoov.mp4"],
  ["run gopher://host/a -o o.mp4", 3, "gopher"],
  ["probe text.mp4", 3, "text.mp4"],
  ["run in.mp4 -o none/o.mp4", 4, "none"],
  ["run in.mp4 -o text.mp4/o.mp4", 4, "text.mp4"],
  ["run in.mp4 -o nothing", 4, "nothing"],
  ["run in.mp4 -o text.mp4", 4, "--overwrite"],
  ["run in.mp4 -o in.mp4 --overwrite", 4, "in.mp4"],
  ["run in.mp4 -o ./nothing/../in.mp4 --overwrite", 4, "in.mp4"],
  ["run in.mp4 --jsonl o --mot ./o", 4, "--jsonl"],
  ["run in.mp4 -o o.mp4 --codec nonsense", 4, "o.mp4"],
  ["run in.mp4 -o o.mp4 --model blazeface-ful", 5, "blazeface-full"],
  ["run in.mp4 -o o.mp4 --model cut.tflite", 5, '"cut.tflite"'],
  ["run in.mp4 -o o.mp4 --model text.onnx", 5, '"text.onnx"'],
  ["run in.mp4 -o o.mp4 --model in.mp4", 5, '"in.mp4" as a model'],
  ["models info nonsense", 5, "nonsense"],
  ["run in.mp4 --conf 2", 2, "--conf"],
  ["run in.mp4 --max-det 99999999999999999999", 2, "a whole number below 2^53"],
  ["run in.mp4 -o o.mp4 --crf 52", 2, "--crf 52 with h264"],
  ["run in.mp4 -o o.webm --codec hevc --crf 52", 2, "--crf 52 with hevc"],
  ["models bla", 2, "inspect, prune, evaluate, info"],
  ["run in.mp4 --vid-stride 0", 2, "--vid-stride"],
  ["run in.mp4 --device gpu", 2, "--device"],
  ["run in.mp4 --classes cat", 2, "--classes"],
  ["run in.mp4 --jsonl - --csv -", 2, "--csv"],
  ["run in.mp4 -o -", 2, "--output"],
  ["run in.mp4 --ouptut o.mp4", 2, "--output"],
  ["rnu in.mp4", 2, "run"],
];

Deno.test.each(MISTAKES)("steadybox %s exits with %d", async (line, expected, named) => {
  await besideClip(async (dir) => {
    await makeBadFiles(dir);
    const before = await filesIn(dir);
    const { code, stdout, stderr } = await runProgram(line.split(" "), { dir });
    assertMatch(stderr, /^steadybox: [^\n]+\n$/);
    assertStringIncludes(stderr, named);
    assertEquals([code, stdout], [expected, ""]);
    assertEquals(await filesIn(dir), before);
  });
});

Deno.test("steadybox says in a line that standard output cannot be written", {
  ignore: Deno.build.os !== "linux", // Only there is a device that is always full.
}, async () => {
  await besideClip(async (dir) => {
    // The pipe of standard output leads to the device from outside, as a shell makes it.
    const script = `exec "$@" > /dev/full`;
    for (const command of [["probe", "in.mp4"], ["run", "in.mp4", "--jsonl", "-"]]) {
      const { code, stderr } = await runProgram(command, {
        dir,
        within: ["sh", "-c", script, "sh"],
      });
      assertEquals(code, 4);
      assertMatch(stderr, /^steadybox: [^\n]*standard output[^\n]*no space[^\n]*\n$/);
    }
  });
});

Deno.test("steadybox says in a line that ffmpeg is missing", async () => {
  await besideClip(async (dir) => {
    await Deno.mkdir(`${dir}/bin`);
    for (const command of [["run", "in.mp4", "-o", "o.mp4"], ["probe", "in.mp4"]]) {
      const { code, stderr } = await runProgram(command, { dir, path: `${dir}/bin` });
      assertEquals(code, 1);
      assertMatch(stderr, /^steadybox: [^\n]*install ffmpeg[^\n]*\n$/);
    }
    assertEquals(await filesIn(dir), ["bin", "in.mp4"]);
  });
});

Deno.test("steadybox says in a line that ffmpeg is too old", async () => {
  await besideClip(async (dir) => {
    await Deno.mkdir(`${dir}/bin`);
    for (const name of ["ffmpeg", "ffprobe"]) {
      const script = `#!/bin/sh\necho '{"program_version":{"version":"4.4.2-0ubuntu0.22.04.1"}}'\n`;
      await Deno.writeTextFile(`${dir}/bin/${name}`, script, { mode: 0o755 });
    }
    const { code, stderr } = await runProgram(["run", "in.mp4"], { dir, path: `${dir}/bin` });
    assertEquals(code, 1);
    assertMatch(stderr, /^steadybox: [^\n]*4\.4\.2[^\n]*too old[^\n]*\n$/);
  });
});

Deno.test("steadybox names the permission that is missing", async () => {
  await besideClip(async (dir) => {
    const { code, stderr } = await runProgram(["run", "in.mp4"], { dir, mayRun: "true" });
    assertEquals(code, 1);
    assertMatch(stderr, /^steadybox: [^\n]*--allow-run=ffmpeg,ffprobe [^\n]*\n$/);
    const outside = await runProgram(["run", "in.mp4", "-o", "../o.mp4"], { dir });
    assertEquals(outside.code, 1);
    assertMatch(outside.stderr, /^steadybox: [^\n]*--allow-(read|write)=[^\n]*\n$/);
  });
});

Deno.test("steadybox run has all it needs by the command line that it says", async () => {
  await besideClip(async (dir) => {
    await Deno.mkdir(`${dir}/it's, out`);
    const args = ["run", "in.mp4", "-o", "it's, out/o.mp4", "--jsonl", "o.jsonl", ...SHORT];
    const { code, stderr } = await runProgram(args, { dir, mayUse: `${dir}/tmp` });
    assertEquals(code, 1);
    const [, line = ""] = /^steadybox: .*: run it as deno run (.*)\n$/.exec(stderr) ?? [];
    const config = new URL("../deno.json", import.meta.url).pathname;
    const again = await new Deno.Command("sh", {
      args: [
        "-c",
        `exec "$0" run --no-prompt --quiet --config="$1" ${line}`,
        Deno.execPath(),
        config,
      ],
      cwd: dir,
      env: { XDG_RUNTIME_DIR: `${dir}/tmp` },
    }).output();
    assertEquals([again.code, new TextDecoder().decode(again.stderr).includes("Device")], [
      0,
      true,
    ]);
    assertEquals(await filesIn(dir), ["in.mp4", "it's, out", "o.jsonl"]);
  });
});

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
