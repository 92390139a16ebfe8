import { readDarknetAt } from "../models/darknet_model.ts";
import { readModelFile } from "../models/model_file.ts";
import { onnxScales } from "../models/prune_onnx.ts";
import {
  darknetScales,
  type GammaReport,
  inspectGammas,
  type LayerScales,
} from "../models/pruning/inspect_gammas.ts";
import { stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { countText } from "./_format.ts";
import { type Column, table } from "./_table.ts";

/** What `steadybox models inspect` does. */
export interface InspectOptions {
  /** The command. */
  readonly command: "models inspect";
  /** The network: a `.cfg`, `.weights` or `.onnx` file. */
  readonly network: string;
  /** The share of a layer's channels that pruning keeps whatever their scales. */
  readonly floor: number;
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/** How many columns a plot has. */
const BINS = 32;

/** From nothing to the most. */
const BARS = [..." ▁▂▃▄▅▆▇█"];

const COLUMNS: readonly Column[] = [
  { title: "Layer", align: "right" },
  { title: "Channels", align: "right" },
  { title: "Least", align: "right" },
  { title: "Median", align: "right" },
  { title: "Greatest", align: "right" },
  { title: "Distribution" },
];

/**
 * `steadybox models inspect`: plots the scales of a network's batch normalisations.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {ModelError} If the network cannot be read, or has no batch normalisation.
 */
export async function modelsInspect({ network, floor, json }: InspectOptions): Promise<number> {
  const report = inspectGammas(await scalesAt(network), { floor });
  stdout.write(json ? jsonOf(report) : wordsFor(report));
  return EXIT.done;
}

async function scalesAt(path: string): Promise<LayerScales[]> {
  return /\.onnx$/i.test(path)
    ? onnxScales((await readModelFile(path)).bytes)
    : darknetScales((await readDarknetAt(path)).network);
}

function jsonOf({ layers, all: _, ...shares }: GammaReport): string {
  const gammas = layers.map(({ layer, sizes }) => ({ layer, gammas: [...sizes] }));
  return `${JSON.stringify({ ...shares, layers: gammas }, null, 1)}\n`;
}

/** How many of the sizes lie in each of equally wide parts from 0 to the greatest, as a bar each. */
function plotOf(sizes: Float32Array, greatest: number): string {
  const counts = new Array<number>(BINS).fill(0);
  for (const size of sizes) {
    const bin = Math.min(BINS - 1, Math.floor(size / greatest * BINS)) || 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  return counts.map((count) => BARS[Math.ceil(count / most * (BARS.length - 1))]).join("");
}

function rowOf(name: string, sizes: Float32Array, greatest: number): string[] {
  const at = (share: number) => (sizes[Math.round(share * (sizes.length - 1))] ?? 0).toPrecision(3);
  return [name, countText(sizes.length), at(0), at(0.5), at(1), `|${plotOf(sizes, greatest)}|`];
}

function wordsFor({ layers, all, shareNearZero, limitRatio, safeRatio }: GammaReport): string {
  const greatest = all.at(-1) ?? 0;
  const rows = layers.map(({ layer, sizes }) => rowOf(String(layer), sizes, greatest));
  const plot = table(COLUMNS, [...rows, rowOf("all", all, greatest)]);
  const flooredTo2 = (ratio: number) => (Math.floor(ratio * 100) / 100).toFixed(2);
  const advice = shareNearZero < 0.1
    ? "No ratio is safe: train the network with a penalty on these scales first"
    : `--ratio ${flooredTo2(safeRatio)} is safe: it takes such channels only`;
  return `${plot}
Each plot goes from 0 to ${greatest.toPrecision(3)}.
Of all scales ${(shareNearZero * 100).toFixed(1)} % are below 0.01. ${advice}.
Above --ratio ${flooredTo2(limitRatio)} there are layers of which only their floor would be left.
`;
}
