import { assert, assertEquals } from "@std/assert";
import { madeClip } from "../../bench/jitter/controls/made_clip.ts";
import { reportMarkdown } from "../../bench/jitter/report/report_markdown.ts";
import { measuredFor } from "../../tests/_measured.ts";
import { jitterWords } from "./words.ts";

/** The report of an object that was seen for so many frames. */
async function reportOf(frames: number) {
  const clip = madeClip({ seed: 1, tracks: 1, frames, sigmaPercent: 0.5, correlation: 0 });
  return (await measuredFor([clip], ["kalman"])).report;
}

Deno.test("what could not be measured is not said to have passed the guard, nor to have failed it", async () => {
  const report = await reportOf(19);
  assertEquals(report.data.tracks, 0);
  assert(!/kept/.test(jitterWords(report)));
  const [, methods] = reportMarkdown(report).split("## ");
  assert(!/passed|failed/.test(methods!));
  assert(!reportMarkdown(report).includes("No method passed the guard"));
});

Deno.test("jitterWords() tells what passed the guard", async () => {
  const rows = jitterWords(await reportOf(120)).split("\n");
  assert(/ 1\.00 .* kept$/.test(rows.find((row) => row.startsWith("made "))!.trim()));
});
