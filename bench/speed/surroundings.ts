import { measured } from "./measured.ts";
import type { SpeedReport } from "./schema.ts";

/**
 * What machine this is.
 *
 * @returns Its processor, memory and system.
 */
export async function machineHere(): Promise<SpeedReport["machine"]> {
  // Programs may look where Deno guards.
  const { printed: cpuInfo } = await measured(["cat", "/proc/cpuinfo"]);
  const { printed: memoryInfo } = await measured(["cat", "/proc/meminfo"]);
  const { printed: system } = await measured(["uname", "-sr"]);
  return {
    processor: /^model name\s*:\s*(.+)$/m.exec(cpuInfo)?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGb: Math.round(Number(/^MemTotal:\s*(\d+)/m.exec(memoryInfo)?.[1] ?? 0) / 1e6),
    os: system.trim(),
  };
}

/**
 * The versions of what is compared.
 *
 * @returns A version for each name; peers that are not installed have none.
 */
export async function versionsHere(): Promise<Record<string, string>> {
  const found: Record<string, string> = { deno: Deno.version.deno };
  const commands = {
    ffmpeg: ["ffmpeg", "-version"],
    python: ["/usr/bin/python3", "--version"],
    opencv: ["/usr/bin/python3", "-c", "import cv2; print(cv2.__version__)"],
    commit: ["git", "rev-parse", "--short", "HEAD"],
  };
  for (const [name, command] of Object.entries(commands)) {
    const line = await measured(command).then(({ printed }) => printed, () => "");
    const version = /^(?:ffmpeg version |Python )?(\S+)/.exec(line)?.[1];
    if (version) found[name] = version;
  }
  return found;
}
