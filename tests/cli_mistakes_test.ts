import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { besideClip, CLIP, filesIn, SHORT } from "./_beside_clip.ts";
import { runProgram } from "./_program.ts";

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
