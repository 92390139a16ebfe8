import { ModelError } from "../pipeline/errors.ts";
import { readModelFile } from "./_model_file.ts";
import { type ModelCard, modelCardSchema } from "./card.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import { countsOf, type DarknetNetwork } from "./darknet/network.ts";
import { onnxFromDarknet } from "./darknet/to_onnx.ts";
import { importDarknet } from "./importers/darknet.ts";
import type { Model } from "./model.ts";
import { yolo, type YoloHead } from "./yolo.ts";

/** A Darknet network from two files, and what is to be known of the larger. */
export interface DarknetNetworkFile {
  /** The network. */
  readonly network: DarknetNetwork;
  /** The SHA-256 of the `.weights` file. */
  readonly sha256: string;
  /** The size of the `.weights` file. */
  readonly sizeBytes: number;
}

/**
 * Reads a Darknet network from its `.cfg` and `.weights` files, which lie beside each other.
 *
 * @param path The path of either.
 * @throws {ModelError} If one cannot be read, or the two do not make a network.
 */
export async function readDarknetAt(path: string): Promise<DarknetNetworkFile> {
  const stem = path.replace(/\.(cfg|weights)$/i, "");
  const cfg = await readModelFile(/\.cfg$/i.test(path) ? path : `${stem}.cfg`);
  const weights = await readModelFile(/\.weights$/i.test(path) ? path : `${stem}.weights`);
  const network = importDarknet({
    cfg: new TextDecoder().decode(cfg.bytes),
    weights: weights.bytes,
  });
  return { network, sha256: weights.sha256, sizeBytes: weights.bytes.byteLength };
}

/**
 * Makes a model of a Darknet network with `[yolo]` layers.
 *
 * Its classes are called by the lines of the `.names` file that lies beside it, if one does; else 80
 * classes are taken for COCO's, and others are called by their numbers.
 *
 * @param path The path of its `.cfg` or `.weights` file.
 * @throws {ModelError} If a file cannot be read, or is not of such a network.
 */
export async function darknetModelAt(path: string): Promise<Model> {
  const { network, sha256, sizeBytes } = await readDarknetAt(path);
  const stem = path.replace(/\.(cfg|weights)$/i, "");
  const { heads, classes } = headsOf(network);
  const [, height, width] = network.input;
  const { parameters, multiplyAccumulates } = countsOf(network);
  const detector = yolo({
    name: stem.split(/[\\/]/).at(-1) || "darknet",
    size: { width, height },
    labels: await labelsAt(`${stem}.names`, classes),
    heads,
  });
  const card: ModelCard = modelCardSchema.parse({
    name: detector.name,
    task: "object detection",
    labels: detector.labels,
    input: detector.input,
    parameters,
    multiplyAccumulates,
    sizeBytes,
    sha256,
    origin: { file: path },
    defaults: detector.defaults,
  });
  return { card, detector, network: onnxFromDarknet(network) };
}

/** The outputs of a network that finds boxes, and how many classes they tell. */
function headsOf({ layers, input }: DarknetNetwork): { heads: YoloHead[]; classes: number } {
  const found = layers.flatMap((layer, index) => layer.kind === "yolo" ? [{ layer, index }] : []);
  const classes = new Set(found.map(({ layer }) => layer.classes));
  const [count] = classes;
  if (count === undefined || classes.size > 1) {
    throw new ModelError(
      `Cannot use the Darknet network: it needs [yolo] layers of the same classes, and has ` +
        `${found.length} with ${[...classes].join(" and ") || "none"}`,
    );
  }
  if (input[0] !== 3) {
    throw new ModelError(`Cannot use the Darknet network: it takes ${input[0]} channels, not 3`);
  }
  const heads = found.map(({ layer: { anchors, scaleXY }, index }) => ({
    output: `yolo_${index}`,
    anchors,
    scaleXY,
  }));
  return { heads, classes: count };
}

async function labelsAt(path: string, classes: number): Promise<readonly string[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new ModelError(`Cannot read the classes "${path}": ${error.message}`, { cause: error });
  });
  if (text === undefined) {
    if (classes === COCO_LABELS.length) return COCO_LABELS;
    return Array.from({ length: classes }, (_, id) => `class ${id}`);
  }
  const labels = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (labels.length === classes) return labels;
  throw new ModelError(
    `Cannot use the classes "${path}": there are ${labels.length}, and the network has ${classes}`,
  );
}
