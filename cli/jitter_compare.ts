import {
  type ComparedMetric,
  compareReports,
  type Comparison,
} from "../bench/jitter/compare/compare_reports.ts";
import { plainText } from "../bench/jitter/report/plain_text.ts";
import { readReport } from "../bench/jitter/report/read_report.ts";
import { bold, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { type Column, table } from "./_table.ts";

/** What `steadybox jitter compare` does. */
export interface JitterCompareOptions {
  /** The command. */
  readonly command: "jitter compare";
  /** The `report.json` that is the measure. */
  readonly first: string;
  /** The `report.json` that is judged. */
  readonly second: string;
  /** By which share a metric may grow. */
  readonly maxRegression: number;
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: "Method" },
  { title: "Metric" },
  { title: "B over A", align: "right" },
  { title: "95 % interval", align: "right" },
  { title: "Tracks", align: "right" },
  { title: "" },
];

/**
 * `steadybox jitter compare`: tells by how much the second of two reports is better or worse.
 *
 * @param options What was asked for.
 * @returns The exit code: `EXIT.regressed` if a metric is worse by more than the limit.
 * @throws {SourceError} If a report cannot be read, or they were not measured in the same way on the
 * same frames.
 */
export async function jitterCompare(
  { first, second, maxRegression, json }: JitterCompareOptions,
): Promise<number> {
  const reports = [await readReport(first), await readReport(second)] as const;
  const comparison = compareReports(...reports, { maxRegression });
  stdout.write(json ? `${JSON.stringify(comparison, null, 1)}\n` : wordsFor(comparison));
  return comparison.isRegressed ? EXIT.regressed : EXIT.done;
}

/** A text of a report, which may be a stranger's, in one line and without control characters. */
function shown(text: string): string {
  return plainText(text).replaceAll(/\s+/g, " ");
}

function rowOf({ method, metric, kind, value, interval, ...rest }: ComparedMetric): string[] {
  const text = (number: number) =>
    kind === "ratio" ? number.toFixed(3) : `${number < 0 ? "" : "+"}${number.toFixed(3)}`;
  return [
    shown(method),
    metric,
    kind === "ratio" ? text(value) : `${text(value)} frames`,
    interval ? `${text(interval.low)} to ${text(interval.high)}` : "",
    `${rest.tracks}${rest.isPaired ? "" : " unpaired"}`,
    rest.isRegressed ? "worse" : "",
  ];
}

function wordsFor({ metrics, notes, verdict, isRegressed }: Comparison): string {
  const heading = isRegressed ? "Worse" : "No worse";
  return [
    ...notes.map((note) => `${shown(note)}\n`),
    table(COLUMNS, metrics.map(rowOf)),
    `\n${bold(heading, stdout)}: ${shown(verdict)}\n`,
  ].join("");
}
