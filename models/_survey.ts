import type { Device } from "../pipeline/inference_session.ts";
import { findAdapter } from "./_adapter.ts";
import { threadCount } from "./_thread_count.ts";

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

/** The folder of a package, if it lies on this machine. */
function folderOf(module: string, name: string): string | undefined {
  const url = new URL(module);
  const end = url.pathname.lastIndexOf(`/${name}/`);
  if (url.protocol !== "file:" || end < 0) return undefined;
  url.pathname = url.pathname.slice(0, end + name.length + 1);
  return decodeURIComponent(url.pathname);
}

const NODE_FOLDER = folderOf(import.meta.resolve("onnxruntime-node"), "onnxruntime-node");
const WEB_FOLDER = folderOf(import.meta.resolve("onnxruntime-web"), "onnxruntime-web");

/** What keeps a permission from being used, or nothing. Asking for it would stop a program. */
async function lack(name: "read" | "ffi", path: string | undefined): Promise<string> {
  const { state } = await Deno.permissions.query(path === undefined ? { name } : { name, path });
  if (state === "granted") return "";
  return `it takes the permission --allow-${name}${path === undefined ? "" : `=${path}`}`;
}

function survey(device: Device, description: string, reason: string): Survey {
  return { device, isAvailable: !reason, isForAuto: !reason, description, reason };
}

async function surveyGpu(): Promise<Survey> {
  const reason = await lack("read", WEB_FOLDER);
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
 * @returns What was found.
 */
export async function surveyOf(device: Device): Promise<Survey> {
  const threads = threadCount();
  const processor = `this processor, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  switch (device) {
    case "webgpu":
      return await surveyGpu();
    case "cpu":
      return survey("cpu", `${processor}, native`, await lack("ffi", NODE_FOLDER));
    case "wasm":
      return survey("wasm", `${processor}, WebAssembly`, await lack("read", WEB_FOLDER));
  }
}
