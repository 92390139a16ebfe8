import { measured } from "./measured.ts";
import type { SpeedReport } from "./schema.ts";

/** Above this load, others are at work on the machine, so that times are not to be trusted. */
const QUIET_LOAD = 0.5;

/**
 * What machine this is, and what it is doing.
 *
 * @returns Its processor, memory, system and load.
 */
export async function machineHere(): Promise<SpeedReport["machine"]> {
  // Programs may look where Deno guards.
  const { printed: cpuInfo } = await measured(["cat", "/proc/cpuinfo"]);
  const { printed: memoryInfo } = await measured(["cat", "/proc/meminfo"]);
  const { printed: load } = await measured(["cat", "/proc/loadavg"]);
  const { printed: system } = await measured(["uname", "-sr"]);
  return {
    processor: /^model name\s*:\s*(.+)$/m.exec(cpuInfo)?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGb: Math.round(Number(/^MemTotal:\s*(\d+)/m.exec(memoryInfo)?.[1] ?? 0) / 1e6),
    os: system.trim(),
    load: Number.parseFloat(load),
  };
}

/**
 * Tells whether others are at work on the machine.
 *
 * @param machine The machine.
 * @returns A warning; nothing where it is quiet.
 */
export function loadWarning({ load }: SpeedReport["machine"]): string | undefined {
  if (!(load > QUIET_LOAD)) return undefined;
  return `Others are at work on this machine (a load of ${load}): do not trust the times`;
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
