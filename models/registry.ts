import type { Detector } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import { ARCHITECTURES, type Builtin, BUILTINS } from "./_builtins.ts";
import { cached } from "./_cache.ts";
import { closestTo } from "./_closest.ts";
import { darknetModelAt } from "./darknet_model.ts";
import { downloaded, type DownloadOptions } from "./download/download.ts";
import { isModelUrl, modelUrl } from "./download/model_url.ts";
import { type ModelFile, readModelFile } from "./model_file.ts";
import { recognised } from "./_recognise.ts";
import { type ModelCard, modelCardSchema, type ModelOrigin } from "./card.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { importTflite, TFLITE_IMPORTER_VERSION } from "./importers/tflite.ts";
import { importTinySsd } from "./importers/tiny_ssd.ts";
import type { Model } from "./model.ts";
import { tinySsd } from "./tiny_ssd.ts";
import { readUserCard } from "./user_card.ts";

/**
 * The models that come along, without reading any file.
 *
 * @returns Their cards.
 *
 * @example Their names
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const names = listModels().map(({ name }) => name);
 * assertEquals(names.slice(0, 2), ["blazeface-short", "blazeface-full"]);
 * assertEquals(names.slice(3), ["ssd-mobilenet-v2", "tiny-ssd-sky"]);
 * ```
 */
export function listModels(): readonly ModelCard[] {
  return BUILTINS.map(({ card }) => card);
}

/** Options of {@linkcode loadModel}. */
export interface LoadModelOptions extends Pick<DownloadOptions, "onProgress" | "signal"> {
  /**
   * The SHA-256 that the model's file must have, in hexadecimal digits: of a Darknet network that of
   * the `.weights` file. A file that is downloaded must have one, here or in its card.
   */
  readonly sha256?: string;
}

/**
 * Makes a model ready to be run: one that comes along, by its name, or a user's own `.onnx`,
 * `.tflite` or `.safetensors` file, by its path or URL, or by a card of it.
 *
 * A file that comes along is compared with its SHA-256. A user's own `.onnx` or `.tflite` must be a
 * BlazeFace, told by its shapes: one picture of 128, 192 or 256 pixels in, `[1, 896, 16]` and
 * `[1, 896, 1]` (or 2304 anchors for 192 pixels) out. A `.safetensors` file must hold the weights of
 * a Tiny SSD, of any number of classes, under the names told in models/tiny_ssd_network.ts.
 * A `.cfg` or `.weights` file is Darknet's, with the other of the two beside it: a network with the
 * heads of YOLOv3, its classes named by the lines of a `.names` file beside them, or else COCO's.
 *
 * A URL must be of `https`, and the file's SHA-256 be known: {@linkcode LoadModelOptions.sha256}. It
 * is downloaded once, to the cache. A card is a user's own `.json` file, which names the file or URL
 * and what is to be known of it: {@linkcode UserCard}.
 *
 * It needs the permission to read the file. An imported network is kept in a cache where that is
 * permitted: `$STEADYBOX_CACHE`, else `$XDG_CACHE_HOME/steadybox`, else `~/.cache/steadybox`, with
 * the permissions to read those variables and to read and write there. Without them it is imported
 * each time, in milliseconds; they are never asked for. A download cannot do without them, nor
 * without the permission to ask the server.
 *
 * @param nameOrPlace The name, the path with its ending, or the URL.
 * @param options What is known of it.
 * @returns The model.
 * @throws {ModelError} If there is no such model, or its file cannot be used.
 *
 * @example A face detector
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { card, detector, network } = await loadModel("blazeface-full");
 * assertEquals(card.input.width, 192);
 * assertEquals(detector.labels, ["face"]);
 * assertEquals(network.length > card.parameters * 4, true); // 32 bits each.
 * ```
 */
export async function loadModel(
  nameOrPlace: string,
  options: LoadModelOptions = {},
): Promise<Model> {
  if (/\.json$/i.test(nameOrPlace) && !isModelUrl(nameOrPlace)) {
    return await modelByCard(nameOrPlace, options);
  }
  const model = await modelAt(nameOrPlace, options);
  checkHash(nameOrPlace, model.card.sha256, options);
  return model;
}

async function modelAt(nameOrPlace: string, options: LoadModelOptions): Promise<Model> {
  const builtin = BUILTINS.find(({ card }) => card.name === nameOrPlace);
  if (builtin) return await builtinModel(builtin);
  if (isModelUrl(nameOrPlace)) {
    const { shown, fileName } = modelUrl(nameOrPlace);
    const file = await downloaded(nameOrPlace, options);
    return await modelFrom(file, { file: fileName, url: shown });
  }
  if (/\.(onnx|tflite|safetensors)$/i.test(nameOrPlace)) {
    const file = await readModelFile(nameOrPlace);
    checkHash(nameOrPlace, file.sha256, options); // Before anything of it is believed.
    return await modelFrom(file, { file: nameOrPlace });
  }
  if (/\.(cfg|weights)$/i.test(nameOrPlace)) return await darknetModelAt(nameOrPlace);
  throw await unknown(nameOrPlace);
}

function checkHash(name: string, sha256: string, { sha256: wanted }: LoadModelOptions): void {
  if (wanted === undefined || wanted.toLowerCase() === sha256) return;
  const shown = isModelUrl(name) ? modelUrl(name).shown : name;
  throw new ModelError(
    `Cannot use the model "${shown}": it has the SHA-256 ${sha256}, not ${wanted.toLowerCase()}`,
  );
}

/** The model that a user's card tells of. */
async function modelByCard(path: string, options: LoadModelOptions): Promise<Model> {
  const { name, licence, source, labels, place, sha256 } = await readUserCard(path);
  const { card, detector, network } = await modelAt(place, {
    ...options,
    ...sha256 !== undefined && { sha256 },
  });
  checkHash(place, card.sha256, { ...sha256 !== undefined && { sha256 } });
  checkHash(place, card.sha256, options);
  const named = labels ? relabelled(detector, labels, path) : detector;
  return {
    network,
    detector: { ...named, name },
    card: {
      ...card,
      name,
      labels: named.labels,
      ...licence !== undefined && { licence },
      origin: { ...card.origin, ...source !== undefined && { source } },
    },
  };
}

/** A detector whose classes have other names. */
function relabelled(detector: Detector, labels: readonly string[], path: string): Detector {
  if (labels.length !== detector.labels.length) {
    throw new ModelError(
      `Cannot use the card "${path}": it names ${labels.length} classes, and the network has ` +
        detector.labels.length,
    );
  }
  return {
    ...detector,
    labels,
    decode: (outputs, minConfidence) =>
      detector.decode(outputs, minConfidence)
        .map((found) => ({ ...found, label: labels[found.classId] ?? found.label })),
  };
}

async function builtinModel(builtin: Builtin): Promise<Model> {
  const { card, detector } = builtin;
  const { bytes, sha256 } = await readModelFile(urlOf(builtin), await builtin.part?.());
  if (sha256 !== card.sha256) {
    throw new ModelError(
      `Cannot use the model "${card.name}": ${card.origin.file} has the SHA-256 ${sha256}, ` +
        `not ${card.sha256}`,
    );
  }
  const network = card.origin.file.endsWith(".safetensors")
    ? importTinySsd(bytes).network
    : await imported(bytes, sha256);
  return { card, detector, network };
}

function urlOf({ card, locate }: Builtin): URL {
  try {
    return new URL(locate());
  } catch (cause) {
    throw new ModelError(
      `Cannot find the model "${card.name}": ${card.origin.package} is not installed`,
      { cause },
    );
  }
}

/** The model in a user's own file. */
async function modelFrom(file: ModelFile, origin: ModelOrigin): Promise<Model> {
  const base = origin.file.split(/[\\/]/).at(-1) ?? origin.file;
  const { task, detector, network } = await understood(file, base).catch((error) => {
    throw naming(origin.url ?? origin.file, error);
  });
  const { parameters, multiplyAccumulates } = inspectOnnx(network);
  const card = modelCardSchema.parse({
    name: detector.name,
    task,
    labels: detector.labels,
    input: detector.input,
    parameters,
    ...(multiplyAccumulates !== undefined && { multiplyAccumulates }),
    sizeBytes: file.bytes.byteLength,
    sha256: file.sha256,
    origin,
    defaults: detector.defaults,
  });
  return { card, detector, network };
}

/** What a user's own file is, told by its ending and by what it holds. */
async function understood(
  { bytes, sha256 }: ModelFile,
  base: string,
): Promise<Omit<Model, "card"> & Pick<ModelCard, "task">> {
  const name = base.replace(/\.\w+$/, "") || base;
  if (/\.safetensors$/i.test(base)) {
    const { network, labels } = importTinySsd(bytes);
    return { task: "object detection", detector: tinySsd({ name, labels }), network };
  }
  const network = /\.tflite$/i.test(base) ? await imported(bytes, sha256) : bytes;
  return { task: "face detection", detector: recognised(name, inspectOnnx(network)), network };
}

function imported(bytes: Uint8Array, sha256: string): Promise<Uint8Array<ArrayBuffer>> {
  return cached(`${sha256}-tflite-${TFLITE_IMPORTER_VERSION}`, () => importTflite(bytes));
}

/** An error about what a file holds, in which the file has the name that the user gave. */
function naming(path: string, error: unknown): unknown {
  if (!(error instanceof ModelError)) return error;
  const reason = error.message.replace(/^Cannot use the model "[^"]*": /, "")
    .replace(/^Cannot/, "cannot");
  return new ModelError(`Cannot use the model "${path}": ${reason}`, { cause: error });
}

/** Whether there is a file, as far as that may be known. */
async function isFile(path: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return false;
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

async function unknown(name: string): Promise<ModelError> {
  const advice = ARCHITECTURES.get(name);
  if (advice) {
    return new ModelError(`Cannot run the model "${name}", which has no weights: ${advice}`);
  }
  if (await isFile(name)) {
    return new ModelError(
      `Cannot use "${name}" as a model: your own are .onnx, .tflite, .safetensors and Darknet ` +
        `.cfg files, and .json cards of such`,
    );
  }
  const names = BUILTINS.map(({ card }) => card.name);
  const closest = closestTo(name, names);
  const hint = closest ? `did you mean "${closest}"? ` : "";
  return new ModelError(
    `Cannot find the model "${name}": ${hint}There are ${names.join(", ")}, and your own ` +
      `.onnx, .tflite, .safetensors and Darknet .cfg files, and .json cards of such`,
  );
}
