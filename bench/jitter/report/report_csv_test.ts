import { assertEquals } from "@std/assert";
import { madeReport } from "../../../tests/_made_report.ts";
import { reportCsv } from "./report_csv.ts";

/** Reads comma-separated values whose quoted fields hold no line ends. */
function parsed(text: string): Record<string, string>[] {
  const lines = text.trimEnd().split("\r\n").map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = ""]) =>
      quoted?.replaceAll('""', '"') ?? plain
    )
  );
  const [columns = [], ...rows] = lines;
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]!])));
}

Deno.test("reportCsv() has a line for each track of each method, with its numbers as they are", () => {
  const report = madeReport();
  const rows = parsed(reportCsv(report));
  assertEquals(rows.length, 6 * 9);
  const kalman = report.methods[1]!;
  const row = rows.find(({ method, clip, track_id }) =>
    method === kalman.id && clip === "walkers.mp4" && track_id === "2"
  )!;
  const track = kalman.perTrack.find(({ clip, trackId }) =>
    clip === "walkers.mp4" && trackId === 2
  )!;
  assertEquals(Number(row["flicker_percent_centre_x"]), track.flickerPercent.centreX);
  assertEquals(Number(row["fast_error_percent_height"]), track.fastErrorPercent.height);
  assertEquals(row["static_deviation_percent_width"], "");
  assertEquals(Number(row["lag_frames"]), track.lagFrames);
});

Deno.test("reportCsv() lets no spreadsheet run a name, and keeps commas in their field", () => {
  const rows = parsed(reportCsv(madeReport({ clips: ['=1+1,".mp4'], label: "@face" })));
  assertEquals(rows[0]!["clip"], "'=1+1,\".mp4");
  assertEquals(rows[0]!["label"], "'@face");
});
