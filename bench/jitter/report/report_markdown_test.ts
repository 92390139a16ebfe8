import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { madeReport } from "../../../tests/_made_report.ts";
import { methodsTable } from "./_method_tables.ts";
import { reportMarkdown } from "./report_markdown.ts";

/** The tables of a text, each as its lines of cells; `\|` is no border. */
function tablesIn(text: string): string[][][] {
  return text.split("\n\n").filter((part) => part.startsWith("| ")).map((part) =>
    part.split("\n").map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()))
  );
}

Deno.test("reportMarkdown() has the numbers of the page", () => {
  const report = madeReport();
  const [methods] = tablesIn(reportMarkdown(report));
  const wanted = methodsTable(report);
  assertEquals(methods![0], [...wanted.columns]);
  wanted.rows.forEach(({ cells }, at) => {
    cells.forEach(({ text, detail }, column) => {
      const cell = methods![at + 2]![column]!.replaceAll(/\\(.)/g, "$1");
      assertStringIncludes(cell, text);
      assertStringIncludes(cell, detail ?? "");
    });
  });
});

Deno.test("reportMarkdown() makes whole tables of hostile names, and no markup", () => {
  const hostile = "a|b\n| c | <b>`*_[x](y)\u0007.mp4";
  const text = reportMarkdown(madeReport({ clips: [hostile], note: hostile }));
  for (const table of tablesIn(text)) {
    const widths = table.map(({ length }) => length);
    assertEquals(new Set(widths), new Set([widths[0]]));
  }
  const outside = text.split("```sh")[0]! + text.split("```").at(-1)!;
  assert(!/(?<!\\)<b>/.test(outside));
  assertStringIncludes(outside, "a\\|b \\| c \\| \\<b\\>\\`\\*\\_\\[x\\](y)�.mp4");
});

Deno.test("reportMarkdown() shows a command with backticks within its fence", () => {
  const report = { ...madeReport(), command: ["steadybox", "jitter", "a```b.mp4"] };
  assertStringIncludes(reportMarkdown(report), "````sh\nsteadybox jitter 'a```b.mp4'\n````");
});
