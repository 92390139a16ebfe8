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
};

Deno.test("gpuTargets() takes the best with 8 frames or more in flight", () => {
  assertEquals(gpuTargets(SPEED).map(({ value, isMet }) => [value, isMet]), [
    [0.8, true],
    [1250, true],
  ]);
});

Deno.test("gpuTargets() wants nothing of a software GPU", () => {
  assertEquals(gpuTargets({ ...SPEED, isSoftware: true }), []);
});
