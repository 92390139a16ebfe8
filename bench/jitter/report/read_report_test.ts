import { assert, assertEquals } from "@std/assert";
import { compareReports } from "../compare/compare_reports.ts";
import { readReport } from "./read_report.ts";
import { reportCsv } from "./report_csv.ts";

const EXAMPLE = new URL("../../findings/talking_faces/", import.meta.url);

Deno.test("the finished report in the findings is one that can be read and compared", async () => {
  const report = await readReport(new URL("report.json", EXAMPLE).pathname);
  assert(report.verdict.areControlsRight);
  assertEquals(await Deno.readTextFile(new URL("tracks.csv", EXAMPLE)), reportCsv(report));
  const { metrics, isRegressed } = compareReports(report, report);
  assert(metrics.length > 0 && !isRegressed);
});

Deno.test("the finished report in the findings names no place of the machine that made it", async () => {
  for await (const { name } of Deno.readDir(EXAMPLE)) {
    const text = await Deno.readTextFile(new URL(name, EXAMPLE));
    assert(!/\/(home|root|tmp|work|Users)\//.test(text), name);
  }
});
