import type { JitterReport } from "./report_types.ts";
import { limitsOf } from "./_limits.ts";
import { plainText } from "./plain_text.ts";
import { detailsTable, methodsTable, settingsTable } from "./_method_tables.ts";
import { commandOf, headlineOf, provenanceOf, warningsOf } from "./_provenance.ts";
import {
  type Cell,
  clipsTable,
  controlsTable,
  perturbationTable,
  type ReportTable,
  truthTable,
} from "./_tables.ts";

/** A text that Markdown shows as it is, in one line. */
function escaped(text: string): string {
  return plainText(text).replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>#|~&!]/g, "\\$&");
}

/** Text that is shown as it is typed, whatever backticks are in it. */
function fenced(text: string): string {
  const plain = plainText(text);
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}sh\n${plain}\n${fence}`;
}

function cellText({ text, detail }: Cell): string {
  return escaped(detail ? `${text} (${detail})` : text);
}

function tableLines({ columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(escaped)),
    line(columns.map((_, at) => at === 0 ? "---" : "---:")),
    ...rows.map(({ cells, isChosen = false }) => {
      const [name = "", ...others] = cells.map(cellText);
      return line([isChosen ? `**${name}**` : name, ...others]);
    }),
  ].join("\n");
}

function listLines(items: readonly string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join("\n");
}

/**
 * A report as Markdown: the tables and words of the page, without its plots.
 *
 * @param report The report.
 * @returns The text; whatever comes from a source is escaped.
 */
export function reportMarkdown(report: JitterReport): string {
  const truth = truthTable(report);
  const perturbation = perturbationTable(report);
  return [
    `# ${escaped(headlineOf(report) ?? "How much the boxes tremble")}`,
    escaped(report.verdict.text),
    ...warningsOf(report).map((warning) => `**${escaped(warning)}**`),
    "## The methods",
    `Changes are over the raw boxes, the geometric mean of tracks and coordinates; lower is better. Flicker is what is left at ${report.settings.flickerFromHz} Hz and above, wobble from ${report.settings.wobbleFromHz} Hz to there.`,
    tableLines(methodsTable(report)),
    tableLines(detailsTable(report)),
    ...truth ? ["## Against the truth", tableLines(truth)] : [],
    ...perturbation ? ["## When the picture is disturbed", tableLines(perturbation)] : [],
    "## What this does not say",
    listLines(limitsOf(report)),
    "## Controls",
    tableLines(controlsTable(report)),
    "## How it was measured",
    fenced(commandOf(report)),
    tableLines(clipsTable(report)),
    tableLines(settingsTable(report)),
    listLines(provenanceOf(report).map(([name, value]) => `${name}: ${value}`)),
    "",
  ].join("\n\n");
}
