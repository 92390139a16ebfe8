import { join } from "node:path";
import type { PruneOptions as Pruning } from "../models/prune.ts";
import { openSession } from "../models/session.ts";
import type { Device } from "../pipeline/inference_session.ts";
import { outputErrorFrom } from "../stages/writing/output_error.ts";
import { createPartialFile } from "../stages/writing/partial_file.ts";
import { stderr, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { bytesText, counted, countText, millisecondsText } from "./_format.ts";
import { madeDirectory } from "./_made_directory.ts";
import { comparisonOf, type NetworkComparison } from "./_network_comparison.ts";
import { type PrunedSubject, type PruneSubject, pruneSubjectAt } from "./_prune_subject.ts";
import { sourcesFrom } from "./_sources.ts";
import { pairs, table } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** What `steadybox models prune` does. */
export interface PruneOptions extends Required<Pruning> {
  /** The command. */
  readonly command: "models prune";
  /** The network: a `.cfg`, `.weights` or `.onnx` file. */
  readonly network: string;
  /** The directory for the results. */
  readonly output: string;
  /** Whether files that exist are replaced. */
  readonly overwrite: boolean;
  /** Pictures on which both networks are compared. */
  readonly images: readonly string[];
  /** What runs both networks. */
  readonly device: Device | "auto";
  /** Whether the report is printed as JSON. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/** What became of a network. */
interface Report extends Pick<PrunedSubject, "layers"> {
  readonly network: string;
  readonly sha256: string;
  readonly options: Required<Pruning>;
  readonly before: PrunedSubject["sizes"]["before"];
  readonly after: PrunedSubject["sizes"]["after"];
  /** Absent if it is not known how the network's input is made. */
  readonly comparison?: NetworkComparison;
}

/**
 * `steadybox models prune`: removes the channels of a network that matter least, and writes what is
 * left, with a report.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {SteadyboxError} If the network or a picture cannot be read, or the results not be written.
 */
export async function modelsPrune(options: PruneOptions): Promise<number> {
  const { output, overwrite } = options;
  const pictures = await picturesFrom(options.images);
  const subject = await pruneSubjectAt(options.network);
  await using _directory = await madeDirectory(output).catch((error) => {
    throw outputErrorFrom(output, error);
  });
  // All are opened first, so that what cannot be written shows before the work.
  await using stack = new AsyncDisposableStack();
  const files = [];
  for (const ending of [...subject.endings, "json"]) {
    const path = join(output, `${subject.name}-pruned.${ending}`);
    files.push(stack.use(await createPartialFile(path, { overwrite })));
  }
  const { ratio, floor, iterations, multiple, compensate } = options;
  const pruning = { ratio, floor, iterations, multiple, compensate };
  const pruned = subject.prune(pruning);
  const report = await reportOn(options, subject, { pruning, pruned, pictures });
  const contents = [...pruned.contents.slice(0, subject.endings.length), jsonOf(report)];
  for (const [i, content] of contents.entries()) {
    await written(files[i]?.path ?? "", content);
    await files[i]?.commit();
  }
  stdout.write(options.json ? jsonOf(report) : wordsFor(report));
  stderr.write(`Written to ${output}: train it on before it is used\n`);
  return EXIT.done;
}

async function picturesFrom(images: readonly string[]): Promise<readonly string[]> {
  if (images.length === 0) return [];
  const sources = await sourcesFrom(images);
  if (sources.kind !== "video") return sources.paths;
  throw new UsageError(`Cannot compare on "${sources.url}": --images takes pictures`);
}

async function written(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await (typeof content === "string"
      ? Deno.writeTextFile(path, content)
      : Deno.writeFile(path, content));
  } catch (error) {
    throw outputErrorFrom(path, error);
  }
}

async function reportOn(
  { device }: PruneOptions,
  { name, sha256 }: PruneSubject,
  { pruning, pruned, pictures }: {
    readonly pruning: Required<Pruning>;
    readonly pruned: PrunedSubject;
    readonly pictures: readonly string[];
  },
): Promise<Report> {
  const { networks, sizes, layers, input, detector } = pruned;
  const report = { network: name, sha256, options: pruning, ...sizes, layers };
  if (!input) return report;
  await using before = await openSession(networks.before, { device });
  await using after = await openSession(networks.after, { device });
  const comparison = await comparisonOf({ before, after, input, detector }, pictures);
  return { ...report, comparison };
}

function jsonOf(report: Report): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}

/** A number before and after, and by how much they differ. */
function changeOf(from: number, to: number, textOf: (value: number) => string): string {
  const percent = (100 * Math.abs(1 - to / from)).toFixed(1);
  return `${textOf(from)} to ${textOf(to)} (${percent} % ${to > from ? "more" : "less"})`;
}

function wordsFor({ before, after, comparison, layers }: Report): string {
  const kept = table(
    [{ title: "Layer" }, { title: "Kept", align: "right" }, { title: "Of", align: "right" }],
    layers.map(({ layer, kept, total }) => [String(layer), countText(kept), countText(total)]),
  );
  const [macsBefore, macsAfter] = [before.multiplyAccumulates, after.multiplyAccumulates];
  const rows: [string, string][] = [
    ["Parameters", changeOf(before.parameters, after.parameters, countText)],
    [
      "MACs",
      macsBefore !== undefined && macsAfter !== undefined
        ? changeOf(macsBefore, macsAfter, countText)
        : "unknown",
    ],
    ["Size", `${changeOf(before.onnxBytes, after.onnxBytes, bytesText)}, as ONNX`],
  ];
  return `${kept}\n${pairs([...rows, ...comparison ? comparedWords(comparison) : []])}`;
}

function comparedWords(comparison: NetworkComparison): [string, string][] {
  const { latencyMs, device, pictures, difference, detections } = comparison;
  const ms = (value: number) => `${millisecondsText(value)} ms`;
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const rows: [string, string][] = [
    ["Latency", `${changeOf(latencyMs.before, latencyMs.after, ms)} on ${device}`],
  ];
  if (difference) {
    rows.push([
      "Outputs",
      `on ${counted(pictures, "picture")} ${
        share(difference.mean)
      } of their range apart on average, ` +
      `${share(difference.greatest)} at most`,
    ]);
  }
  if (detections) {
    const { before, after, kept } = detections;
    rows.push(["Detections", `${before} before, ${after} after, ${kept} of the former kept`]);
  }
  return rows;
}
