import { darknetDetector, darknetInput, readDarknetAt } from "../models/darknet_model.ts";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { exportDarknet } from "../models/exporters/darknet.ts";
import { inspectOnnx, type OnnxFacts } from "../models/importers/onnx.ts";
import { readModelFile } from "../models/model_file.ts";
import { prune, type PruneOptions } from "../models/prune.ts";
import { pruneOnnx } from "../models/prune_onnx.ts";
import { loadModel } from "../models/registry.ts";
import { yoloInput } from "../models/yolo.ts";
import type { Detector, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import { UsageError } from "./_usage_error.ts";

/** How large a network is. */
export interface NetworkSize {
  readonly parameters: number;
  /** Absent if the file does not tell. */
  readonly multiplyAccumulates: number | undefined;
  /** The size of its `.onnx` file. */
  readonly onnxBytes: number;
}

/** What is left of a layer. */
export interface LayerLeft {
  /** Its number or name. */
  readonly layer: number | string;
  readonly kept: number;
  readonly total: number;
}

/** A network to be pruned. */
export interface PruneSubject {
  /** Its name: that of its file, without the ending. */
  readonly name: string;
  /** The SHA-256 of its file. */
  readonly sha256: string;
  /** The endings of the files of what is left of it. */
  readonly endings: readonly string[];
  /** Prunes it. */
  prune(options: Required<PruneOptions>): PrunedSubject;
}

/** What became of a network. */
export interface PrunedSubject {
  /** The network as ONNX, whole and pruned. */
  readonly networks: Record<"before" | "after", Uint8Array<ArrayBuffer>>;
  readonly sizes: Record<"before" | "after", NetworkSize>;
  /** How a picture becomes the input of both; absent if that is not known. */
  readonly input: InputSpec | undefined;
  /** What the outputs of both mean; absent if they do not tell of boxes. */
  readonly detector: Detector | undefined;
  readonly layers: readonly LayerLeft[];
  /** What the files hold, in the order of the endings. */
  readonly contents: readonly (string | Uint8Array<ArrayBuffer>)[];
}

/**
 * The network in a file: Darknet's, or ONNX.
 *
 * @param path Where it is: a `.cfg`, `.weights` or `.onnx` file.
 * @throws {ModelError} If it cannot be read.
 */
export async function pruneSubjectAt(path: string): Promise<PruneSubject> {
  return /\.onnx$/i.test(path) ? await onnxSubject(path) : await darknetSubject(path);
}

async function darknetSubject(path: string): Promise<PruneSubject> {
  const files = await readDarknetAt(path);
  const { name, network, labels, sha256 } = files;
  const input = darknetInput(network);
  const hasNames = await isFile(path.replace(/\.(cfg|weights)$/i, ".names"));
  return {
    name,
    sha256,
    endings: ["onnx", "cfg", "weights", ...hasNames ? ["names"] : []],
    prune(options) {
      const { network: left, layers, before, after } = prune(network, options);
      const networks = { before: onnxFromDarknet(network), after: onnxFromDarknet(left) };
      const { cfg, weights } = exportDarknet(left);
      return {
        networks,
        sizes: {
          before: { ...counted(before), onnxBytes: networks.before.length },
          after: { ...counted(after), onnxBytes: networks.after.length },
        },
        input,
        // What does not tell of boxes has no classes.
        detector: labels.length > 0 ? darknetDetector(files) : undefined,
        layers: layers.map(({ index, kept, total }) => ({ layer: index, kept, total })),
        contents: [networks.after, cfg, weights, `${labels.join("\n")}\n`],
      };
    },
  };
}

async function onnxSubject(path: string): Promise<PruneSubject> {
  const { bytes, sha256 } = await readModelFile(path);
  const facts = inspectOnnx(bytes);
  const detector = await detectorAt(path);
  return {
    name: (path.split(/[\\/]/).at(-1) ?? path).replace(/\.onnx$/i, "") || "network",
    sha256,
    endings: ["onnx"],
    prune({ compensate, ...options }) {
      if (compensate) throw new UsageError("--compensate: it takes a Darknet network");
      const { network, layers } = pruneOnnx(bytes, options);
      return {
        networks: { before: bytes, after: network },
        sizes: {
          before: { ...counted(facts), onnxBytes: bytes.length },
          after: { ...counted(inspectOnnx(network)), onnxBytes: network.length },
        },
        input: detector?.input ?? inputOf(facts),
        detector,
        layers: layers.map(({ name, kept, total }) => ({ layer: name, kept, total })),
        contents: [network],
      };
    },
  };
}

/** What the outputs of a network mean, if steadybox knows. */
async function detectorAt(path: string): Promise<Detector | undefined> {
  try {
    return (await loadModel(path)).detector;
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** The input of a network that takes one picture in colour of a fixed size. */
function inputOf({ inputs: [first, ...others] }: OnnxFacts): InputSpec | undefined {
  const [, channels, height, width] = first?.dims ?? [];
  return others.length === 0 && channels === 3 && height && width
    ? yoloInput({ width, height })
    : undefined;
}

function counted(
  { parameters, multiplyAccumulates }: Pick<OnnxFacts, "parameters" | "multiplyAccumulates">,
): Omit<NetworkSize, "onnxBytes"> {
  return { parameters, multiplyAccumulates };
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}
