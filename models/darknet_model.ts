import type { Detector, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import { readModelFile } from "./model_file.ts";
import { type ModelCard, modelCardSchema } from "./card.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import { countsOf, type DarknetNetwork } from "./darknet/network.ts";
import { onnxFromDarknet } from "./darknet/to_onnx.ts";
import { importDarknet } from "./importers/darknet.ts";
import type { Model } from "./model.ts";
import { yolo, type YoloHead, yoloInput } from "./yolo.ts";

/** A hundred times as much as the cfg of any network that is run here. */
const MAX_CFG_BYTES = 2 ** 20;

/** A Darknet network as it was read from its files. */
export interface DarknetModelFiles {
  /** Its name: that of the files, without their endings. */
  readonly name: string;
  /** The network. */
  readonly network: DarknetNetwork;
  /**
   * The names of its classes: the lines of the `.names` file beside it, where there is one; else 80
   * classes are taken for COCO's, and others are called by their numbers.
   */
  readonly labels: readonly string[];
  /** The SHA-256 of the `.weights` file, in hexadecimal digits. */
  readonly sha256: string;
  /** The size of the `.weights` file, in bytes. */
  readonly sizeBytes: number;
}

/**
 * Reads a Darknet network from its `.cfg` and `.weights` files, which lie beside each other.
 *
 * @param path The path of either.
 * @returns The network, and what is told of it.
 * @throws {ModelError} If a file cannot be read, or they do not make a network.
 */
export async function readDarknetAt(path: string): Promise<DarknetModelFiles> {
  const [, stem, ending] = /^(.*)\.(cfg|weights)$/is.exec(path) ?? [];
  if (stem === undefined) {
    throw new ModelError(
      `Cannot read "${path}" as a Darknet network: it ends in neither .cfg nor .weights`,
    );
  }
  const isCfg = ending?.toLowerCase() === "cfg";
  const cfg = await readModelFile(isCfg ? path : `${stem}.cfg`);
  const weights = await readModelFile(isCfg ? `${stem}.weights` : path);
  if (cfg.bytes.length > MAX_CFG_BYTES) {
    throw new ModelError(
      `Cannot read "${path}" as a Darknet network: ${cfg.bytes.length} bytes are no cfg`,
    );
  }
  const network = importDarknet({
    cfg: new TextDecoder().decode(cfg.bytes),
    weights: weights.bytes,
  });
  return {
    name: stem.split(/[\\/]/).at(-1) || "darknet",
    network,
    labels: await labelsAt(`${stem}.names`, network),
    sha256: weights.sha256,
    sizeBytes: weights.bytes.byteLength,
  };
}

/**
 * Makes a model of a Darknet network with `[yolo]` layers; {@linkcode readDarknetAt} tells how it is
 * read.
 *
 * @param path The path of its `.cfg` or `.weights` file.
 * @returns The model.
 * @throws {ModelError} If a file cannot be read, or is not of such a network.
 */
export async function darknetModelAt(path: string): Promise<Model> {
  const files = await readDarknetAt(path);
  const detector = darknetDetector(files);
  const { parameters, multiplyAccumulates } = countsOf(files.network);
  const card: ModelCard = modelCardSchema.parse({
    name: detector.name,
    task: "object detection",
    labels: detector.labels,
    input: detector.input,
    parameters,
    multiplyAccumulates,
    sizeBytes: files.sizeBytes,
    sha256: files.sha256,
    origin: { file: path },
    defaults: detector.defaults,
  });
  return { card, detector, network: onnxFromDarknet(files.network) };
}

/**
 * How a picture becomes the input of a Darknet network.
 *
 * @param network The network.
 * @returns What its input is made by.
 * @throws {ModelError} If it does not take pictures in colour.
 */
export function darknetInput({ input: [channels, height, width] }: DarknetNetwork): InputSpec {
  if (channels === 3) return yoloInput({ width, height });
  throw new ModelError(`Cannot use the Darknet network: it takes ${channels} channels, not 3`);
}

/**
 * What the outputs of a Darknet network mean.
 *
 * @param files The network and the names of its classes.
 * @returns The detector.
 * @throws {ModelError} If the network has no `[yolo]` layers, or does not take pictures in colour.
 */
export function darknetDetector(
  { name, network, labels }: Pick<DarknetModelFiles, "name" | "network" | "labels">,
): Detector {
  return yolo({ name, size: darknetInput(network), labels, heads: headsOf(network) });
}

/** The outputs of a network that finds boxes. */
function headsOf({ layers }: DarknetNetwork): YoloHead[] {
  const heads = layers.flatMap((layer, index): YoloHead[] => {
    if (layer.kind !== "yolo") return [];
    return [{ output: `yolo_${index}`, anchors: layer.anchors, scaleXY: layer.scaleXY }];
  });
  if (heads.length > 0) return heads;
  throw new ModelError("Cannot use the Darknet network: it has no [yolo] layer");
}

/** How many classes a network tells; 0 if it has no `[yolo]` layer. */
function classesOf({ layers }: DarknetNetwork): number {
  const counts = new Set(layers.flatMap((layer) => layer.kind === "yolo" ? [layer.classes] : []));
  const [count = 0] = counts;
  if (counts.size <= 1) return count;
  throw new ModelError(
    `Cannot use the Darknet network: its [yolo] layers have ${[...counts].join(" and ")} classes`,
  );
}

async function labelsAt(path: string, network: DarknetNetwork): Promise<readonly string[]> {
  const classes = classesOf(network);
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
