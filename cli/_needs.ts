import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isModelUrl } from "../models/download/model_url.ts";
import type { Request } from "./_arguments.ts";
import type { JitterOptions } from "./_jitter_options.ts";
import { load } from "./_load.ts";
import type { EvaluateOptions } from "./models_evaluate.ts";
import { filesOf, type Outputs } from "./_outputs.ts";
import type { ProbeOptions } from "./probe.ts";
import type { RunOptions } from "./_run_options.ts";
import { isUrl } from "./_sources.ts";
import { storagePlace } from "./_stored_input.ts";
import { hostsOfView } from "./_view.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What a command cannot do without; paths as the user names them. */
export interface Needs {
  /** Files and directories that are read. */
  readonly read: readonly string[];
  /** Directories that are written in. */
  readonly write: readonly string[];
  /** Programs that are started. */
  readonly run: readonly string[];
  /** Variables of the environment that hold a source. */
  readonly env?: readonly string[];
  /** Hosts with their ports that are listened on or asked, but for models. */
  readonly net?: readonly string[];
  /** Whether the native runtime may be of use. */
  readonly isNative: boolean;
}

/** Where steadybox's own models lie. */
const OWN_MODELS: readonly string[] = [`${ROOT}node_modules`, `${ROOT}models`];

/** What a command needs that only shows a model. */
export const SHOWING: Needs = { read: OWN_MODELS, write: [], run: [], isNative: false };

/** What is read for a SOURCE; where others stand beside it, their directories too. */
function placesOf(sources: readonly string[]): string[] {
  return sources.filter((source) => source !== "-" && !isUrl(source))
    .map((source) =>
      sources.length > 1 || /[*?[{]/.test(basename(source)) ? dirname(source) : source
    );
}

function placeOfModel(model: string): string[] {
  if (/\.(cfg|weights)$/i.test(model)) return [dirname(model)]; // Several files are one model.
  if (isModelUrl(model)) return [];
  if (/\.json$/i.test(model)) return [dirname(model)]; // What a card names mostly lies beside it.
  return /\.(onnx|tflite|safetensors)$/i.test(model) ? [model] : [];
}

function placesOfOutputs(sources: readonly string[], outputs: Outputs): string[] {
  const directories = filesOf(outputs).map(([, path]) => dirname(path));
  return sources.includes("-") ? [...directories, storagePlace(outputs)] : directories;
}

function placeOfLabels(labels: string | undefined): string[] {
  return labels === undefined || labels === "coco" ? [] : [labels];
}

function mayBeNative(device: RunOptions["device"]): boolean {
  return device === "auto" || device === "cpu";
}

/** What a command needs; nothing where it says so itself. */
export function needsOf(request: Request): Needs | undefined {
  switch (request.command) {
    case "run":
      return needsOfRun(request);
    case "jitter":
      return needsOfJitter(request);
    case "models evaluate":
      return needsOfEvaluate(request);
    case "probe":
      return needsOfProbe(request);
    default:
      return undefined;
  }
}

function needsOfRun(options: RunOptions): Needs {
  const { sources, sourceEnv, mqttEnv, model, labels, device } = options;
  const outputs = placesOfOutputs(sources, options);
  return {
    read: [
      ...OWN_MODELS,
      ...placeOfModel(model),
      ...placeOfLabels(labels),
      ...placesOf(sources),
      ...outputs,
    ],
    write: outputs,
    run: ["ffmpeg", "ffprobe"],
    env: [sourceEnv, mqttEnv].filter((name) => name !== undefined),
    net: hostsOfView(options),
    isNative: mayBeNative(device),
  };
}

function needsOfEvaluate({ images, truth, model, labels, device }: EvaluateOptions): Needs {
  return {
    read: [
      ...OWN_MODELS,
      ...placeOfModel(model),
      ...placeOfLabels(labels),
      ...images.flatMap((image) => placesOf([image])),
      ...truth,
    ],
    write: [],
    run: ["ffmpeg", "ffprobe"],
    isNative: mayBeNative(device),
  };
}

function needsOfProbe({ source }: ProbeOptions): Needs {
  const stored = placesOfOutputs([source], {});
  return {
    read: [...placesOf([source]), ...stored],
    write: stored,
    run: ["ffprobe"],
    isNative: false,
  };
}

/** What the feeds of a list need, together. */
export async function needsOfFeeds(file: string, options: RunOptions): Promise<Needs> {
  const { FeedList } = await load<typeof import("./feeds/feed_list.ts")>("./feeds/feed_list.ts");
  await Deno.permissions.request({ name: "read", path: file });
  const feeds = await new FeedList(file, options).read();
  const needs = feeds.flatMap((feed) => needsOf(feed.options) ?? []);
  return {
    read: [file, ...needs.flatMap(({ read }) => read)],
    write: needs.flatMap(({ write }) => write),
    run: ["ffmpeg", "ffprobe"],
    env: [...new Set(needs.flatMap(({ env = [] }) => env))],
    net: [...new Set(needs.flatMap(({ net = [] }) => net))],
    isNative: needs.some(({ isNative }) => isNative),
  };
}

/** What a benchmark needs: its directory is made beside what lies around it. */
function needsOfJitter(
  { sources, tracks, truth, model = "", device, report }: JitterOptions,
): Needs {
  const place = dirname(resolve(report));
  const files = [...sources, ...tracks, ...truth].filter((source) => !isUrl(source));
  return {
    read: [...OWN_MODELS, ...placeOfModel(model), ...files, place],
    write: [place],
    run: ["ffmpeg", "ffprobe"],
    isNative: tracks.length === 0 && mayBeNative(device),
  };
}
