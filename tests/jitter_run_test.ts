/**
 * `steadybox jitter` from the command line: what it writes, what it refuses, and what is left when it is
 * interrupted.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { jitterReportSchema } from "../bench/jitter/report/report_schema.ts";
import type { JitterReport } from "../bench/jitter/report/report_types.ts";
import { runProgram, signalGroup, startProgram } from "./_program.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

const FIXTURES = new URL("fixtures/", import.meta.url);
const REPORT_FILES = ["report.html", "report.json", "report.md", "tracks.csv"];

/** Runs a test in a directory with a clip of a talking face and the boxes of a street. */
function beside(use: (dir: string) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/tmp`);
    await Deno.copyFile(new URL("clips/talking_face.mp4", FIXTURES), `${dir}/in.mp4`);
    for (const name of ["gt", "test", "det"]) {
      await Deno.copyFile(new URL(`mot/TUD-Campus.${name}.txt`, FIXTURES), `${dir}/${name}.txt`);
    }
    await use(dir);
  });
}

async function reportIn(dir: string): Promise<JitterReport> {
  assertEquals(await namesIn(dir), REPORT_FILES);
  return jitterReportSchema.parse(JSON.parse(await Deno.readTextFile(`${dir}/report.json`)));
}

const SHORT = ["--device", "cpu", "--duration", "3", "--smooth", "kalman"];

Deno.test("steadybox jitter measures three seconds of video, the same twice", () =>
  beside(async (dir) => {
    const args = ["jitter", "in.mp4", ...SHORT, "--no-perturbation", "--ties", "blend,suppress"];
    const reports = [];
    for (const report of ["a", "b"]) {
      const { code, stdout, stderr } = await runProgram([...args, "--report", report], { dir });
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "blend+kalman");
      reports.push(await reportIn(`${dir}/${report}`));
    }
    const [a, b] = reports.map(({ methods, ...report }) => ({
      ...report,
      ...{ created: "", command: [], cost: {} },
      methods: methods.map((method) => ({ ...method, smoothingUsPerFrame: 0 })),
    }));
    assertEquals(a, b);
    const [first] = reports;
    assertEquals(first!.methods.filter(({ role }) => role !== "reference").map(({ id }) => id), [
      ...["blend", "blend+kalman", "suppress", "suppress+kalman"],
    ]);
    assertEquals(first!.clips.map(({ name, frames }) => [name, frames]), [["in.mp4", 72]]);
    assert(first!.verdict.areControlsRight);
    assert(first!.cost.measuringPercentPerMethod! < 5);
    assertEquals(first!.model!.name, "blazeface-full");
  }));

Deno.test("steadybox jitter disturbs pictures too, for each way of resolving ties", () =>
  beside(async (dir) => {
    const args = ["jitter", "in.mp4", "--device", "cpu", "--duration", "1", "--smooth", "none"];
    const ways = ["--ties", "suppress,blend", "--report", "a"];
    const { code, stderr } = await runProgram([...args, ...ways], { dir });
    assertEquals(code, 0, stderr);
    const { methods } = await reportIn(`${dir}/a`);
    for (const id of ["suppress", "blend"]) {
      const { perturbation } = methods.find((method) => method.id === id)!;
      assert(perturbation!.jitterPercent.estimate! > 0);
      assertEquals(perturbation!.normaliser, "inter-ocular distance");
    }
  }));

Deno.test("steadybox jitter judges tracks of another program by the truth", () =>
  beside(async (dir) => {
    const args = ["jitter", "--tracks", "test.txt", "--fps", "25", "--truth", "gt.txt"];
    const { code, stdout, stderr } = await runProgram([...args, "--report", "a"], {
      dir,
      mayRun: "true",
    });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "0.3914  0.5265  0.5577");
    const { model, device, tool, settings } = await reportIn(`${dir}/a`);
    assertEquals([model, device, tool.ffmpeg, tool.onnxruntime], [null, null, null, null]);
    assertEquals(settings.association, "the file's own");
  }));

Deno.test("steadybox jitter measures the JSON lines of steadybox run", () =>
  beside(async (dir) => {
    const run = ["run", "in.mp4", "--device", "cpu", "--duration", "3", "--jsonl", "out.jsonl"];
    assertEquals((await runProgram(run, { dir })).code, 0);
    const args = ["jitter", "--tracks", "out.jsonl", "--smooth", "fixed-lag", "--report", "a"];
    const { code, stderr } = await runProgram(args, { dir });
    assertEquals(code, 0, stderr);
    const { methods } = await reportIn(`${dir}/a`);
    const [, given, again] = methods;
    assertEquals([given!.id, again!.id], ["raw+as in the file", "raw+fixed-lag"]);
    // What was smoothed while it ran is what smoothing makes of the raw boxes, but for rounding.
    const [a, b] = [given!, again!].map(({ overBaseline }) => overBaseline!.flicker.estimate!);
    assert(Math.abs(a! - b!) < 0.02, `${a} and ${b}`);
    assert(a! < 0.1);
  }));

Deno.test.each([
  { args: [], code: 2, says: "No matching option" },
  { args: ["--report", "a"], code: 2, says: "Expected a SOURCE" },
  { args: ["in.mp4", "--tracks", "test.txt", "--report", "a"], code: 2, says: "with a SOURCE" },
  { args: ["in.mp4", "--fps", "25", "--report", "a"], code: 2, says: "--fps without --tracks" },
  {
    args: ["--tracks", "test.txt", "--report", "a"],
    code: 2,
    says: '--fps: "test.txt" has no times',
  },
  {
    args: ["--tracks", "test.txt", "--fps", "25", "--ties", "blend", "--report", "a"],
    code: 2,
    says: "--ties with --tracks",
  },
  {
    args: ["in.mp4", "--smooth", "magic", "--report", "a"],
    code: 2,
    says: "some of none, one-euro",
  },
  { args: ["in.mp4", "--ties", "", "--report", "a"], code: 2, says: "some of blend, suppress" },
  {
    args: ["in.mp4", "--truth", "gt.txt", "--truth", "gt.txt", "--report", "a"],
    code: 2,
    says: "there are 1, and 2 of --truth",
  },
  {
    args: ["in.mp4", "--truth", "gt.txt", "--start", "1", "--report", "a"],
    code: 2,
    says: "--start",
  },
  { args: ["in.mp4", "--truth", "in.mp4", "--report", "a"], code: 3, says: "no row of MOT text" },
  { args: ["gone.mp4", "--report", "a"], code: 3, says: 'Cannot read "gone.mp4": no such file' },
  { args: ["tmp", "--report", "a"], code: 3, says: "there are no pictures" },
  { args: ["-", "--report", "a"], code: 2, says: "it must be a file" },
  { args: ["rtsp://127.0.0.1:9/x", "--report", "a"], code: 2, says: "it must be a file" },
  { args: ["in.mp4", "--report", "in.mp4"], code: 4, says: 'Cannot write "in.mp4' },
  { args: ["in.mp4", "--report", "gone/a"], code: 4, says: "Cannot write" },
  { args: ["in.mp4", "--model", "none", "--report", "a"], code: 5, says: "Cannot find the model" },
])(
  "steadybox jitter $args is refused in one line, and leaves nothing",
  ({ args, code, says }) =>
    beside(async (dir) => {
      const before = await namesIn(dir);
      const ended = await runProgram(["jitter", ...args], { dir });
      assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
      assertStringIncludes(ended.stderr, says);
      assertEquals(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
      assertEquals(await namesIn(dir), before);
    }),
);

Deno.test("steadybox jitter keeps a report that exists, unless told otherwise", () =>
  beside(async (dir) => {
    await Deno.mkdir(`${dir}/a`);
    await Deno.writeTextFile(`${dir}/a/report.md`, "mine");
    const args = ["jitter", "--tracks", "test.txt", "--fps", "25", "--smooth", "none"];
    const refused = await runProgram([...args, "--report", "a"], { dir });
    assertEquals(refused.code, 4);
    assertStringIncludes(refused.stderr, "exists already");
    assertEquals(await namesIn(`${dir}/a`), ["report.md"]);
    const replaced = await runProgram([...args, "--report", "a", "--overwrite"], { dir });
    assertEquals(replaced.code, 0, replaced.stderr);
    await reportIn(`${dir}/a`);
  }));

/** Waits until a program has said something on standard error; gives all it says in the end. */
async function saying(child: Deno.ChildProcess, words: string, then: () => Promise<void>) {
  let text = "";
  let isHeard = false;
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (isHeard || !text.includes(words)) continue;
    isHeard = true;
    await then();
  }
  return text;
}

Deno.test("steadybox jitter that is interrupted reports what it has measured", () =>
  beside(async (dir) => {
    const sources = new Array(9).fill("in.mp4");
    const child = startProgram(["jitter", ...sources, ...SHORT, "--report", "a"], { dir });
    const [said, stdout, { code }] = await Promise.all([
      saying(child, "(3 of 9)", () => signalGroup(child, "INT")),
      child.stdout.text(),
      child.status,
    ]);
    assertEquals(code, 130, said);
    assertStringIncludes(said, "Interrupted: measuring what was seen");
    assertStringIncludes(stdout, "blend+kalman");
    const { isInterrupted, clips, notes, methods } = await reportIn(`${dir}/a`);
    assertEquals(isInterrupted, true);
    assert(clips.length >= 2 && clips.length < 9, `${clips.length} clips`);
    assertEquals(clips.slice(0, 2).map(({ name, frames }) => [name, frames]), [
      ["in.mp4", 72],
      ["in.mp4 (2)", 72],
    ]);
    assertEquals(methods[0]!.perturbation, null);
    assertStringIncludes(notes[0]!, "Interrupted by SIGINT");
  }));

Deno.test("steadybox jitter that is interrupted before the first frame leaves nothing", () =>
  beside(async (dir) => {
    const before = await namesIn(dir);
    const child = startProgram(["jitter", "in.mp4", ...SHORT, "--report", "a"], { dir });
    const [said, { code }] = await Promise.all([
      saying(child, "(1 of 1)", () => signalGroup(child, "INT")),
      child.status,
      child.stdout.cancel(),
    ]);
    assertEquals(code, 130, said);
    const after = await namesIn(dir);
    // How far it came is a matter of luck: there is a whole report, or none.
    if (after.includes("a")) await reportIn(`${dir}/a`);
    else assertEquals(after, before);
  }));
