import { join } from "node:path";
import { OutputError } from "../../../pipeline/errors.ts";
import { createPartialFile } from "../../../stages/writing/partial_file.ts";
import { jitterReportSchema } from "./report_schema.ts";
import type { JitterReport } from "./report_types.ts";
import type { JitterTraces } from "./traces.ts";
import { cutFilmstrip } from "./cut_filmstrip.ts";
import { reportCsv } from "./report_csv.ts";
import { reportHtml } from "./report_html.ts";
import { reportMarkdown } from "./report_markdown.ts";

/** The files of a report, in the order they are written. */
export const REPORT_FILES = ["report.json", "report.html", "report.md", "tracks.csv"] as const;

/** How a report is written. */
export interface WriteReportOptions {
  /**
   * Whether files of an earlier report are replaced.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
}

/**
 * Writes a report: `report.json`, which is checked against the schema first, `report.html`,
 * `report.md` and `tracks.csv`. Each file gets its name when all of them are whole.
 *
 * @param directory Where they go; it is made if it is not there.
 * @param report The report.
 * @param traces What the plots need beside it.
 * @param options Whether files may be replaced.
 * @throws {OutputError} If one exists and may not be replaced, or cannot be written.
 * @throws {TypeError} If the report is not what the schema says.
 */
export async function writeReport(
  directory: string,
  report: JitterReport,
  traces: JitterTraces,
  { overwrite = false }: WriteReportOptions = {},
): Promise<void> {
  const { success, error } = jitterReportSchema.safeParse(report);
  if (!success) {
    const [issue] = error.issues;
    throw new TypeError(
      `Cannot write a report as ${
        issue?.path.join(".")
      } is not what the schema says: ${issue?.message}`,
    );
  }
  await makeDirectory(directory);
  await using files = new AsyncDisposableStack();
  const partials = [];
  for (const name of REPORT_FILES) {
    partials.push(files.use(await createPartialFile(join(directory, name), { overwrite })));
  }
  const film = await cutFilmstrip(report, traces, directory);
  const texts = [
    reportJson(report),
    reportHtml(report, traces, { film }),
    reportMarkdown(report),
    reportCsv(report),
  ];
  for (const [at, { path }] of partials.entries()) await Deno.writeTextFile(path, texts[at]!);
  for (const partial of partials) await partial.commit();
}

/** A report as JSON, with a line for each key and each method: half as long as with one a number. */
function reportJson(report: JitterReport): string {
  const lines = Object.entries(report).map(([key, value]) => {
    const text = key === "methods"
      ? `[\n${report.methods.map((method) => JSON.stringify(method)).join(",\n")}\n]`
      : JSON.stringify(value);
    return `${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new OutputError(`Cannot write the report to "${directory}": it is not a directory`, {
      cause,
    });
  }
}
