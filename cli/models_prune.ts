import { join } from "node:path";
import {
  darknetDetector,
  darknetInput,
  type DarknetModelFiles,
  readDarknetAt,
} from "../models/darknet_model.ts";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { exportDarknet } from "../models/exporters/darknet.ts";
import { prune, type Pruned, type PruneOptions as Pruning } from "../models/prune.ts";
import { openSession } from "../models/session.ts";
import type { Device } from "../pipeline/inference_session.ts";
import { createPartialFile, outputErrorFrom } from "../stages/writing/partial_file.ts";
import { stderr, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { bytesText, countText, millisecondsText } from "./_format.ts";
import { madeDirectory } from "./_made_directory.ts";
import { comparisonOf, type NetworkComparison } from "./_network_comparison.ts";
import { sourcesFrom } from "./_sources.ts";
import { pairs, table } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** What `steadybox models prune` does. */
export interface PruneOptions {
  /** The command. */
  readonly command: "models prune";
  /** The network: a `.cfg` or `.weights` file. */
  readonly network: string;
  /** The share of all channels whose scales are called too small, from 0 to below 1. */
  readonly ratio: number;
  /** The share of a layer's channels that is kept whatever their scales, from 0 to 1. */
  readonly floor: number;
  /** How often that share is pruned. */
  readonly iterations: number;
  /** Of what the count of channels that each layer keeps is a multiple. */
  readonly multiple: number;
  /** Whether what removed channels gave all the time is added to the layers that read them. */
  readonly compensate: boolean;
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
interface Report {
  readonly network: string;
  readonly sha256: string;
  readonly options: Required<Pruning>;
  readonly before: Size;
  readonly after: Size;
  readonly comparison: NetworkComparison;
  readonly layers: Pruned["layers"];
}

/** How large a network is. */
interface Size {
  readonly parameters: number;
  readonly multiplyAccumulates: number;
  /** The size of its `.weights` file. */
  readonly weightsBytes: number;
  /** The size of its `.onnx` file. */
  readonly onnxBytes: number;
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
  const { output, overwrite, network: path } = options;
  const pictures = await picturesFrom(options.images);
  const files = await readDarknetAt(path);
  await using _directory = await madeDirectory(output).catch((error) => {
    throw outputErrorFrom(output, error);
  });
  const place = (ending: string) => join(output, `${files.name}-pruned.${ending}`);
  // All are opened first, so that what cannot be written shows before the work.
  await using stack = new AsyncDisposableStack();
  const outputs = [];
  for (const ending of ["cfg", "weights", "onnx", "json", ...await namesFileOf(path)]) {
    outputs.push(stack.use(await createPartialFile(place(ending), { overwrite })));
  }
  const pruned = prune(files.network, options);
  const { cfg, weights } = exportDarknet(pruned.network);
  const onnx = onnxFromDarknet(pruned.network);
  const report = await reportOn(options, files, { pruned, pictures, onnx, weights });
  const contents = [cfg, weights, onnx, jsonOf(report), `${files.labels.join("\n")}\n`];
  for (const [i, file] of outputs.entries()) {
    await written(file.path, contents[i] ?? "");
    await file.commit();
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

/** The ending of the file with the names of classes, if there is one beside the network. */
async function namesFileOf(path: string): Promise<string[]> {
  const info = await Deno.stat(path.replace(/\.(cfg|weights)$/i, ".names")).catch(() => undefined);
  return info?.isFile ? ["names"] : [];
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
  { ratio, floor, iterations, multiple, compensate, device }: PruneOptions,
  files: DarknetModelFiles,
  { pruned, pictures, onnx, weights }: {
    readonly pruned: Pruned;
    readonly pictures: readonly string[];
    readonly onnx: Uint8Array<ArrayBuffer>;
    readonly weights: Uint8Array<ArrayBuffer>;
  },
): Promise<Report> {
  const whole = onnxFromDarknet(files.network);
  await using before = await openSession(whole, { device });
  await using after = await openSession(onnx, { device });
  const input = darknetInput(files.network);
  // What does not tell of boxes has no classes.
  const detector = files.labels.length > 0 ? darknetDetector(files) : undefined;
  return {
    network: files.name,
    sha256: files.sha256,
    options: { ratio, floor, iterations, multiple, compensate },
    before: {
      parameters: pruned.before.parameters,
      multiplyAccumulates: pruned.before.multiplyAccumulates,
      weightsBytes: files.sizeBytes,
      onnxBytes: whole.length,
    },
    after: {
      parameters: pruned.after.parameters,
      multiplyAccumulates: pruned.after.multiplyAccumulates,
      weightsBytes: weights.length,
      onnxBytes: onnx.length,
    },
    comparison: await comparisonOf({ before, after, input, detector }, pictures),
    layers: pruned.layers,
  };
}

function jsonOf(report: Report): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}

function wordsFor({ before, after, comparison, layers }: Report): string {
  const { latencyMs, device, pictures, difference, detections } = comparison;
  const kept = table(
    [{ title: "Layer", align: "right" }, { title: "Kept", align: "right" }, {
      title: "Of",
      align: "right",
    }],
    layers.map(({ index, kept, total }) => [String(index), countText(kept), countText(total)]),
  );
  const change = (from: number, to: number, text: (value: number) => string) =>
    `${text(from)} to ${text(to)} (${(100 * Math.abs(1 - to / from)).toFixed(1)} % ${
      to > from ? "more" : "less"
    })`;
  const rows: [string, string][] = [
    ["Parameters", change(before.parameters, after.parameters, countText)],
    ["MACs", change(before.multiplyAccumulates, after.multiplyAccumulates, countText)],
    ["Weights", change(before.weightsBytes, after.weightsBytes, bytesText)],
    ["ONNX", change(before.onnxBytes, after.onnxBytes, bytesText)],
    [
      "Latency",
      change(latencyMs.before, latencyMs.after, (value) => `${millisecondsText(value)} ms`) +
      ` on ${device}`,
    ],
  ];
  if (difference) {
    const share = (value: number) => `${(100 * value).toFixed(2)} %`;
    rows.push([
      "Outputs",
      `on ${pictures} pictures ${share(difference.mean)} of their range apart on average, ` +
      `${share(difference.greatest)} at most`,
    ]);
  }
  if (detections) {
    rows.push([
      "Detections",
      `${detections.before} before, ${detections.after} after, ${detections.kept} of the former kept`,
    ]);
  }
  return `${kept}\n${pairs(rows)}`;
}
