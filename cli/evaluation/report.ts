import type { ReportTool } from "../../bench/jitter/report/report_types.ts";
import type { ModelCard } from "../../models/card.ts";
import { counted, countText } from "../_format.ts";
import { namedWithLicence } from "../_model.ts";
import { type Column, table } from "../_table.ts";
import type { AtConfidence, Judgement } from "./judge.ts";

/** A file that was read. */
export interface EvaluatedFile {
  readonly path: string;
  readonly sha256: string;
}

/** What came of it, and all that it takes to get it again. */
export interface EvaluationReport extends Judgement {
  /** When it was made (ISO 8601). */
  readonly created: string;
  /** The command, without permissions. */
  readonly command: readonly string[];
  readonly tool: ReportTool;
  /** Pictures, videos and truths, but for what a URL names. */
  readonly files: readonly EvaluatedFile[];
  readonly model: Pick<ModelCard, "name" | "sha256"> & {
    readonly licence: string | null;
  };
  readonly device: string;
  /** What was asked for. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How many frames or pictures were judged. */
  readonly frames: number;
  /** How many were passed over, as the truth does not name them. */
  readonly unjudged: number;
  /** The truth's labels that the network does not know, with how many objects have each. */
  readonly unknownLabels: Readonly<Record<string, number>>;
}

const COLUMNS: readonly Column[] = [
  { title: "Class" },
  ...["Objects", "AP", "AP50", "AP75", "Recall50", "Precision", "Recall"]
    .map((title): Column => ({ title, align: "right" })),
];

function share(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(3);
}

function shares({ precision, recall }: AtConfidence): string[] {
  return [share(precision), share(recall)];
}

/** A report for people. */
export function wordsOf(report: EvaluationReport, card: ModelCard): string {
  const { classes, ap, ap50, ap75, recall50, atConfidence, frames, unjudged } = report;
  const rows = classes.map((one) => [
    one.label,
    countText(one.truth),
    ...[one.ap, one.ap50, one.ap75, one.recall50].map(share),
    ...shares(one.atConfidence),
  ]);
  const objects = classes.reduce((sum, { truth }) => sum + truth, 0);
  const all = [
    "all",
    countText(objects),
    ...[ap, ap50, ap75, recall50].map(share),
    ...shares(atConfidence),
  ];
  const passed = unjudged > 0
    ? `, and ${countText(unjudged)} passed over that the truth does not name`
    : "";
  const unknown = Object.entries(report.unknownLabels).map(([label, count]) =>
    `${label} (${countText(count)})`
  );
  const missing = unknown.length > 0
    ? `Not judged, as the network does not know them: ${unknown.join(", ")}\n`
    : "";
  return `${namedWithLicence(card)} on ${counted(frames, "frame")}${passed}

${table(COLUMNS, [...rows, all])}
Precision and Recall are those at --conf ${atConfidence.confidence}, at an IoU of 0.5.
${missing}`;
}
