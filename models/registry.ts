import { ModelError } from "../pipeline/errors.ts";
import type { Size } from "../pipeline/fit.ts";
import { adapted, type Wishes } from "./_adapted.ts";
import { ARCHITECTURES, type Builtin, BUILTINS } from "./_builtins.ts";
import { cached } from "./cache.ts";
import { closestTo } from "./_closest.ts";
import { darknetModelAt } from "./darknet_model.ts";
import { downloaded, type DownloadOptions } from "./download/download.ts";
import { isModelUrl, modelUrl } from "./download/model_url.ts";
import { type ModelFile, readModelFile } from "./model_file.ts";
import { type ModelCard, modelCardSchema, type ModelOrigin } from "./card.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { importTflite, TFLITE_IMPORTER_VERSION } from "./importers/tflite.ts";
import { importTinySsd } from "./importers/tiny_ssd.ts";
import type { Model } from "./model.ts";
import { type OnnxModel, onnxModel } from "./onnx_model.ts";
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
   * The names of the model's classes, by class number, in place of its own; `coco` stands for those of
   * COCO.
   */
  readonly labels?: readonly string[] | "coco";
  /** The size of the pictures that the network is fed, in pixels, where it leaves that free. */
  readonly size?: Size;
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
 * A file that comes along is compared with its SHA-256. What the outputs of a user's own `.onnx` or
 * `.tflite` mean is told from their shapes and names: docs/models.md lists the layouts. A
 * `.safetensors` file must hold the weights of a Tiny SSD, of any number of classes, under the names
 * told in models/tiny_ssd_network.ts.
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

/** Options of {@linkcode loadModel}, and what a card tells. */
type Choice = LoadModelOptions & Wishes;

async function modelAt(nameOrPlace: string, options: Choice): Promise<Model> {
  const builtin = BUILTINS.find(({ card }) => card.name === nameOrPlace);
  if (builtin) return wished(await builtinModel(builtin), options);
  if (isModelUrl(nameOrPlace)) {
    const { shown, fileName } = modelUrl(nameOrPlace);
    const file = await downloaded(nameOrPlace, options);
    return await modelFrom(file, { file: fileName, url: shown }, options);
  }
  if (/\.(onnx|tflite|safetensors)$/i.test(nameOrPlace)) {
    const file = await readModelFile(nameOrPlace);
    checkHash(nameOrPlace, file.sha256, options); // Before anything of it is believed.
    return await modelFrom(file, { file: nameOrPlace }, options);
  }
  if (/\.(cfg|weights)$/i.test(nameOrPlace)) {
    const model = await darknetModelAt(nameOrPlace).catch((error) => {
      throw naming(nameOrPlace, error);
    });
    return wished(model, options);
  }
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
  const { name, licence, source, place, sha256, description } = await readUserCard(path);
  const { card, detector, ...rest } = await modelAt(place, {
    ...options,
    description,
    ...sha256 !== undefined && { sha256 },
  });
  checkHash(place, card.sha256, { ...sha256 !== undefined && { sha256 } });
  checkHash(place, card.sha256, options);
  return {
    ...rest,
    detector: { ...detector, name },
    card: {
      ...card,
      name,
      ...licence !== undefined && { licence },
      origin: { ...card.origin, ...source !== undefined && { source } },
    },
  };
}

/** A model that tells itself what its outputs mean, as the user wants it. */
function wished({ card, detector, network }: Model, wishes: Wishes): Model {
  const { labels, defaults, ...rest } = adapted(detector, wishes);
  return {
    card: { ...card, labels, defaults },
    detector: { labels, defaults, ...rest },
    network,
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
async function modelFrom(
  file: ModelFile,
  origin: ModelOrigin,
  wishes: Wishes,
): Promise<Model> {
  const base = origin.file.split(/[\\/]/).at(-1) ?? origin.file;
  const { task, detector, network, notes } = await understood(file, base, wishes).catch((error) => {
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
  return { card, detector, network, ...notes.length > 0 && { notes } };
}

/** What a user's own file is, told by its ending and by what it holds. */
async function understood(
  { bytes, sha256 }: ModelFile,
  base: string,
  wishes: Wishes,
): Promise<OnnxModel> {
  const name = base.replace(/\.\w+$/, "") || base;
  if (/\.safetensors$/i.test(base)) {
    const { network, labels } = importTinySsd(bytes);
    const detector = adapted(tinySsd({ name, labels }), wishes);
    return { task: "object detection", detector, network, notes: [] };
  }
  const network = /\.tflite$/i.test(base) ? await imported(bytes, sha256) : bytes;
  return onnxModel(network, { name, ...wishes });
}

function imported(bytes: Uint8Array, sha256: string): Promise<Uint8Array<ArrayBuffer>> {
  return cached(`${sha256}-tflite-${TFLITE_IMPORTER_VERSION}`, () => importTflite(bytes));
}

/** An error about what a file holds, in which the file has the name that the user gave. */
function naming(path: string, error: unknown): unknown {
  if (!(error instanceof ModelError)) return error;
  const [, size = "", told = error.message] =
    /^Cannot use the model "[^"]*"( at \d+x\d+)?: (.*)$/s.exec(error.message) ?? [];
  const reason = told.replace(/^Cannot/, "cannot");
  return new ModelError(`Cannot use the model "${path}"${size}: ${reason}`, { cause: error });
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
