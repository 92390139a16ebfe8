import { fileURLToPath } from "node:url";
import { measured } from "./measured.ts";
import { type GpuSpeed, gpuSpeedSchema, type Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { target } from "./targets.ts";

const PROGRAM = fileURLToPath(new URL("programs/gpu.ts", import.meta.url));

/** Where drivers tell who they are: Khronos' program if it is installed, else NVIDIA's own file. */
const DRIVER_SOURCES = [
  "vulkaninfo --summary 2>&1 | sed -n 's/^ *driver\\(Name\\|Info\\) *= *//p' | head -2 | paste -sd ' '",
  "sed -n 1p /proc/driver/nvidia/version",
];

async function driverHere(): Promise<string> {
  for (const source of DRIVER_SOURCES) {
    const { printed } = await measured(["sh", "-c", `{ ${source}; } >&2`])
      .catch(() => ({ printed: "" }));
    const [line = ""] = printed.trim().split("\n");
    if (line !== "" && !/cannot|can't|not found/i.test(line)) return line;
  }
  return "not told";
}

/**
 * Measures what a GPU takes for frames of 1080p that are in memory already.
 *
 * @param model The model's name.
 * @param seconds How long each number of frames in flight is measured.
 * @returns What it took.
 */
export async function gpuSpeed(model: string, seconds: number): Promise<GpuSpeed> {
  const { printed } = await measured([
    ...["deno", "run", "-A", "--no-check", PROGRAM, model, String(seconds)],
  ]);
  const told = JSON.parse(printed.trim().split("\n").at(-1)!);
  return gpuSpeedSchema.parse({ ...told, driver: await driverHere() });
}

/**
 * Holds what a GPU took against what is wanted of a real one.
 *
 * @param speed What it took.
 * @returns The figures; none for a software GPU.
 */
export function gpuTargets({ isSoftware, rows }: GpuSpeed): Target[] {
  const times = rows.filter(({ inFlight }) => inFlight >= 8).map(({ msPerFrame }) => msPerFrame);
  if (isSoftware || times.length === 0) return [];
  const best = Math.min(...times);
  return [
    target("GPU: letterbox, run and read-back, ms a frame", spreadOf([best]), {
      limit: 1,
      side: "at most",
    }),
    target("GPU: frames a second from planes in memory", spreadOf([1000 / best]), {
      limit: 1000,
      side: "at least",
    }),
  ];
}
