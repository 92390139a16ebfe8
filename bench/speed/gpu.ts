import { fileURLToPath } from "node:url";
import { measured } from "./measured.ts";
import { flatness, memoryTrendOf } from "./memory_trend.ts";
import type { GpuMemory, GpuTimes } from "./programs/gpu.ts";
import { type GpuSpeed, gpuSpeedSchema, type Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { target } from "./targets.ts";
import { toldBy } from "./told.ts";

const PROGRAM = fileURLToPath(new URL("programs/gpu.ts", import.meta.url));

/**
 * For GPUs in software, when their memory is told: Mesa's driver for Vulkan leaks with each
 * convolution, that for OpenGL does not; and glibc keeps the gaps between the copies of pictures that
 * such drivers make.
 */
const SOFTWARE_SETTING = ["DENO_WEBGPU_BACKEND=gl", "MALLOC_MMAP_THRESHOLD_=1000000"];

/** What a GPU in software runs when its memory is told, as it takes half a second for others. */
const SMALL_MODEL = "blazeface-short";

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
 * Measures what a GPU takes for frames of 1080p that are in memory already: its time, how often it is
 * read, and the memory of the process.
 *
 * @param model The model's name.
 * @param options How long each number of frames in flight is measured, in seconds, and over how many
 * frames the memory is seen, the first third left out.
 * @returns What it took; nothing where there is no GPU.
 */
export async function gpuSpeed(
  model: string,
  { seconds, frames }: { readonly seconds: number; readonly frames: number },
): Promise<GpuSpeed | undefined> {
  const program = ["deno", "run", "-A", "--no-check", PROGRAM];
  const told = toldBy(
    await measured([...program, "speed", model, String(seconds)]),
  ) as GpuTimes | null;
  if (!told) return undefined;
  const [setting, watched] = told.isSoftware ? [SOFTWARE_SETTING, SMALL_MODEL] : [[], model];
  const { readsPerFrame, heldBytes } = toldBy(
    await measured(["env", ...setting, ...program, "memory", watched, String(frames)]),
  ) as GpuMemory;
  const samples = heldBytes.map((bytes, frame) => ({ frame, heldMb: bytes / 1e6 }));
  const memory = memoryTrendOf(`GPU, ${watched}`, frames, samples.slice(Math.floor(frames / 3)));
  return gpuSpeedSchema.parse({ ...told, driver: await driverHere(), readsPerFrame, memory });
}

/**
 * Holds what a GPU took against what is wanted: of one in software, one read a frame and flat memory;
 * of a real one speed, too.
 *
 * @param speed What it took.
 * @returns The figures.
 */
export function gpuTargets({ isSoftware, rows, readsPerFrame, memory }: GpuSpeed): Target[] {
  const always = [
    target("GPU, 8 in flight, reads a frame", spreadOf([readsPerFrame]), {
      limit: 1,
      side: "at most",
    }),
    ...flatness(memory),
  ];
  const times = rows.filter(({ inFlight }) => inFlight >= 8).map(({ msPerFrame }) => msPerFrame);
  if (isSoftware || times.length === 0) return always;
  const best = Math.min(...times);
  return [
    ...always,
    target("GPU, letterbox, run and read-back, ms a frame", spreadOf([best]), {
      limit: 1,
      side: "at most",
    }),
    target("GPU, frames a second from planes in memory", spreadOf([1000 / best]), {
      limit: 1000,
      side: "at least",
    }),
  ];
}
