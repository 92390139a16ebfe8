import { assertEquals } from "@std/assert";
import { gpuTargets } from "./gpu.ts";
import type { GpuSpeed } from "./schema.ts";

const SPEED: GpuSpeed = {
  adapter: "a GPU",
  vendor: "a maker",
  driver: "a driver",
  isSoftware: false,
  rows: [
    { inFlight: 1, frames: 100, msPerFrame: 0.1, latencyP50Ms: 12, latencyP95Ms: 13 },
    { inFlight: 8, frames: 100, msPerFrame: 2, latencyP50Ms: 12, latencyP95Ms: 13 },
    { inFlight: 16, frames: 100, msPerFrame: 0.8, latencyP50Ms: 12, latencyP95Ms: 13 },
  ],
  readsPerFrame: 0.25,
  memory: {
    name: "GPU",
    frames: 300,
    firstMb: 310,
    lastMb: 309,
    peakMb: 312,
    slope: { value: -1, low: -5, high: 3 },
  },
};

Deno.test("gpuTargets() takes the best with 8 frames or more in flight", () => {
  assertEquals(gpuTargets(SPEED).map(({ value, isMet }) => [value, isMet]), [
    [0.25, true],
    [-1, true],
    [0.8, true],
    [1250, true],
  ]);
});

Deno.test("gpuTargets() wants no speed of a software GPU, but memory that does not grow", () => {
  const slope = { value: 9, low: 1, high: 17 };
  const speed = { ...SPEED, isSoftware: true, memory: { ...SPEED.memory, slope } };
  assertEquals(gpuTargets(speed).map(({ isMet }) => isMet), [true, false]);
});
