import type { ModelCard } from "../models/card.ts";
import { listModels } from "../models/registry.ts";
import { bold, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { bytesText, countText } from "./_format.ts";
import { chosenModel } from "./_model.ts";
import { type Column, pairs, table } from "./_table.ts";

/** What `steadybox models` does. */
export interface ModelsOptions {
  /** The command. */
  readonly command: "models";
  /** The one model to show all of, by name or file; absent to list all. */
  readonly info: string | undefined;
  /** The SHA-256 that its file must have. */
  readonly modelSha256: string | undefined;
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/**
 * `steadybox models`: lists the models, or shows all that is known of one.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {ModelError} If there is no such model.
 */
export async function models({ info, modelSha256, json }: ModelsOptions): Promise<number> {
  const known = info === undefined
    ? listModels()
    : (await chosenModel({ model: info, modelSha256, quiet: false })).card;
  if (json) stdout.write(`${JSON.stringify(known, null, 2)}\n`);
  else stdout.write("name" in known ? wordsFor(known) : tableOf(known));
  return EXIT.done;
}

/** A count for people, in thousands or millions. */
function roundedCount(count: number): string {
  if (count < 1e4) return String(count);
  return count < 999_500
    ? `${(count / 1e3).toPrecision(3)} k`
    : `${(count / 1e6).toPrecision(3)} M`;
}

function classesOf({ labels }: ModelCard): string {
  return labels.length <= 3 ? labels.join(", ") : `${labels.length} classes`;
}

function tableOf(cards: readonly ModelCard[]): string {
  const columns: Column[] = [
    { title: "Name" },
    { title: "Task" },
    { title: "Classes" },
    { title: "Input", align: "right" },
    { title: "Parameters", align: "right" },
    { title: "MACs", align: "right" },
    { title: "Size", align: "right" },
    { title: "Licence" },
  ];
  const rows = cards.map((card) => [
    card.name,
    card.task,
    classesOf(card),
    `${card.input.width}x${card.input.height}`,
    roundedCount(card.parameters),
    card.multiplyAccumulates === undefined ? "?" : roundedCount(card.multiplyAccumulates),
    bytesText(card.sizeBytes),
    card.licence ?? "?",
  ]);
  return `${table(columns, rows)}\nsteadybox models info NAME shows all that is known of one.\n`;
}

function inputWords({ input }: ModelCard): string {
  const { width, height, channels, resize, layout } = input;
  return `${width}x${height}, ${channels}, ${layout}, ${resize}`;
}

function originWords({ origin: { package: name, file, url, source } }: ModelCard): string {
  const place = name ? `npm ${name}, ${file}` : url ?? file;
  return source === undefined ? place : `${place}\n${source}`;
}

function wordsFor(card: ModelCard): string {
  const { defaults, multiplyAccumulates } = card;
  const rows: [string, string][] = [
    ["Task", card.task],
    ["Classes", card.labels.map((label, id) => `${id} ${label}`).join("\n")],
    ["Input", inputWords(card)],
    ["Parameters", countText(card.parameters)],
    ["MACs", multiplyAccumulates === undefined ? "unknown" : countText(multiplyAccumulates)],
    ["Size", bytesText(card.sizeBytes)],
    ["Licence", card.licence ?? "unknown"],
    ["SHA-256", card.sha256],
    ["Origin", originWords(card)],
    [
      "Defaults",
      `--conf ${defaults.confidence} --iou ${defaults.iou} --max-det ${defaults.maxDetections}`,
    ],
  ];
  return `${bold(card.name, stdout)}\n${pairs(rows, "  ")}`;
}
