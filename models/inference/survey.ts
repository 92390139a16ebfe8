import { fileURLToPath } from "node:url";
import type { Device } from "../../pipeline/inference_session.ts";
import { couldHaveGpu, findAdapter } from "./adapter.ts";
import { type Load, threadCount } from "./thread_count.ts";
import { WORKER_FOLDERS } from "./worker_url.ts";

/** Whether a device can be had, as far as can be told without opening it. */
export interface Survey {
  /** The device. */
  readonly device: Device;
  /** Whether it can be had. */
  readonly isAvailable: boolean;
  /** Whether `auto` may take it: a software GPU can be had, but is slower than what follows. */
  readonly isForAuto: boolean;
  /** The device in words, such as the GPU's name. */
  readonly description: string;
  /** Why it cannot be had, or why `auto` does not take it; empty otherwise. */
  readonly reason: string;
}

/** The devices, in the order in which `auto` tries them. */
export const DEVICES: readonly Device[] = ["webgpu", "cpu", "wasm"];

/** The folder of a package, if it is known to lie on this machine. */
function folderOf(name: string): string | undefined {
  let module;
  try {
    module = import.meta.resolve(name);
  } catch {
    return undefined; // Only where there is an import map are names resolved at run time.
  }
  const end = module.lastIndexOf(`/${name}/`);
  if (!module.startsWith("file:") || end < 0) return undefined;
  return fileURLToPath(module.slice(0, end + name.length + 1));
}

const WORKER_PATHS = WORKER_FOLDERS.filter(({ protocol }) => protocol === "file:")
  .map((folder) => fileURLToPath(folder));
const WEB_PATH = folderOf("onnxruntime-web");
const NODE_PATH = folderOf("onnxruntime-node");

/** The flag for what is not permitted; a path that is not known stands for all. */
async function missing(
  name: "read" | "ffi",
  paths: readonly (string | undefined)[],
): Promise<string[]> {
  const denied: string[] = [];
  for (const path of paths) {
    // Doing it without having asked could stop the program with a question to the user.
    const { state } = await Deno.permissions.query(path === undefined ? { name } : { name, path });
    if (state === "granted") continue;
    if (path === undefined) return [`--allow-${name}`];
    denied.push(path);
  }
  return denied.length ? [`--allow-${name}=${denied.join(",")}`] : [];
}

/** What keeps a device from being used, or nothing. */
async function lackOf(device: Device): Promise<string> {
  const flags = device === "cpu"
    ? [...await missing("read", WORKER_PATHS), ...await missing("ffi", [NODE_PATH])]
    : await missing("read", [...WORKER_PATHS, WEB_PATH]);
  return flags.length ? `it takes the permission ${flags.join(" ")}` : "";
}

function survey(device: Device, description: string, reason: string): Survey {
  return { device, isAvailable: !reason, isForAuto: !reason, description, reason };
}

async function surveyGpu(): Promise<Survey> {
  const reason = await lackOf("webgpu");
  const found = await findAdapter();
  if (!found) return survey("webgpu", "none", "no GPU was found");
  const { description, isSoftware } = found;
  if (reason || !isSoftware) return survey("webgpu", description, reason);
  return {
    ...survey("webgpu", description, ""),
    isForAuto: false,
    reason: `${description} is a software driver, slower than the processor by itself`,
  };
}

/**
 * Looks whether a device can be had, and prompts for nothing.
 *
 * @param device The device.
 * @param load What else the processor does while the network runs.
 * @returns What was found.
 */
export async function surveyOf(device: Device, load: Load = "heavy"): Promise<Survey> {
  const threads = threadCount({ device, load });
  const processor = `this processor, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  switch (device) {
    case "webgpu":
      return await surveyGpu();
    case "cpu":
      return survey(device, `${processor}, native`, await lackOf(device));
    case "wasm":
      return survey(device, `${processor}, WebAssembly`, await lackOf(device));
  }
}

/**
 * Looks whether `auto` may take a device, as {@linkcode surveyOf} does, but does not wake the drivers
 * of GPUs where there can be none.
 *
 * @param device The device.
 * @param load What else the processor does while the network runs.
 * @returns What was found.
 */
export async function surveyForAuto(device: Device, load: Load): Promise<Survey> {
  if (device !== "webgpu" || couldHaveGpu()) return await surveyOf(device, load);
  return survey(device, "none", "no hardware GPU was found");
}
