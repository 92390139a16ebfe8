import { assert, assertEquals, assertThrows } from "@std/assert";
import { perturbationsFor } from "./perturbations.ts";

const SQUARE = { width: 512, height: 512 };

/** The phases of shifts on an axis, modulo a stride, each as often as it is met. */
function phasesOf(maxStride: number, stride: number): Map<number, number> {
  const { all } = perturbationsFor(SQUARE, maxStride);
  const columns = new Set(all.filter(({ kind }) => kind === "shift").map(({ dx }) => dx));
  const counts = new Map<number, number>();
  for (const dx of columns) {
    const phase = (dx + maxStride) % stride;
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  return counts;
}

Deno.test("perturbationsFor() has 8x8 whole shifts within half a period, all but none at all", () => {
  for (const maxStride of [8, 16, 32, 64]) {
    const { all, reachPx, periodPx } = perturbationsFor(SQUARE, maxStride);
    const shifts = all.filter(({ kind }) => kind === "shift");
    assertEquals(periodPx, maxStride);
    assertEquals(new Set(shifts.map(({ dx, dy }) => `${dx},${dy}`)).size, 63);
    assert(shifts.every(({ dx, dy }) => Number.isInteger(dx) && Number.isInteger(dy)));
    assert(shifts.every(({ dx, dy }) => dx !== 0 || dy !== 0));
    assert(shifts.every(({ dx }) => dx >= -maxStride / 2 && dx < maxStride / 2));
    assertEquals(
      Math.max(...shifts.flatMap(({ dx, dy }) => [Math.abs(dx), Math.abs(dy)])),
      reachPx,
    );
  }
});

Deno.test("perturbationsFor() meets all phases of finer layers equally often", () => {
  for (const maxStride of [8, 16, 32, 64]) {
    for (const stride of [2, 4, 8]) {
      const counts = phasesOf(maxStride, stride);
      assertEquals([...counts.values()], Array.from({ length: stride }, () => 8 / stride));
    }
    // Of a coarser layer no two shifts have the same phase, and none is far from all of them.
    const phases = [...phasesOf(maxStride, maxStride).keys()].sort((a, b) => a - b);
    const gaps = phases.map((phase, i) => (phases[i + 1] ?? phases[0]! + maxStride) - phase);
    assertEquals(phases.length, 8);
    assert(Math.max(...gaps) <= maxStride / 8 + 1, `${phases}`);
  }
});

Deno.test("perturbationsFor() has sub-pixel shifts, noise, gain and re-encoding beside the shifts", () => {
  const { all } = perturbationsFor(SQUARE, 16);
  const counts = Object.entries(Object.groupBy(all, ({ kind }) => kind));
  assertEquals(counts.map(([kind, some]) => [kind, some!.length]), [
    ["shift", 63],
    ["sub-pixel shift", 15],
    ["noise", 4],
    ["gain", 2],
    ["re-encoding", 1],
  ]);
  assertEquals(all.filter(({ gain }) => gain !== 1).map(({ gain }) => gain), [0.99, 1.01]);
});

Deno.test("perturbationsFor() cuts the period of networks that see the picture as one cell", () => {
  assertEquals(perturbationsFor({ width: 300, height: 300 }, 512).periodPx, 64);
  assertEquals(perturbationsFor({ width: 416, height: 224 }, 64).periodPx, 32);
});

Deno.test("perturbationsFor() serves short periods", () => {
  const { all, reachPx } = perturbationsFor(SQUARE, 4);
  assertEquals(all.filter(({ kind }) => kind === "shift").length, 15);
  assertEquals(reachPx, 2);
  assertEquals(perturbationsFor(SQUARE, 1).periodPx, 2);
});

Deno.test("perturbationsFor() refuses what cannot be shifted", () => {
  for (const maxStride of [0, 1.5, NaN, -8]) {
    assertThrows(() => perturbationsFor(SQUARE, maxStride), RangeError, `${maxStride}`);
  }
  assertThrows(() => perturbationsFor({ width: 4, height: 40 }, 8), RangeError, "4x40");
});
