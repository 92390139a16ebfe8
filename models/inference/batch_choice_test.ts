import { assertEquals } from "@std/assert";
import { BatchChoice } from "./batch_choice.ts";

/** Lets a machine whose runs take a known time work off what waits; returns the sizes of all runs. */
function sizesFor(
  durationMs: (size: number) => number,
  { waiting, runs, choice = new BatchChoice() }: {
    readonly waiting: number;
    readonly runs: number;
    readonly choice?: BatchChoice;
  },
): number[] {
  return Array.from({ length: runs }, () => {
    const size = choice.sizeFor(waiting);
    choice.record(size, durationMs(size));
    return size;
  });
}

Deno.test("BatchChoice tries each size, and keeps to the largest where a run costs the same", () => {
  const sizes = sizesFor(() => 10, { waiting: 8, runs: 100 });
  assertEquals(new Set(sizes.slice(0, 8)), new Set([1, 2, 4, 8]));
  assertEquals(new Set(sizes.slice(8)), new Set([8]));
});

Deno.test("BatchChoice keeps to single inputs where batches gain nothing", () => {
  const sizes = sizesFor((size) => 10 * size, { waiting: 8, runs: 100 });
  assertEquals(new Set(sizes.slice(8)), new Set([1]));
});

Deno.test("BatchChoice keeps to what is best in between", () => {
  const costs: Record<number, number> = { 1: 10, 2: 12, 4: 40, 8: 100 };
  const sizes = sizesFor((size) => costs[size]!, { waiting: 8, runs: 100 });
  assertEquals(new Set(sizes.slice(8)), new Set([2]));
});

Deno.test("BatchChoice makes no batches of which the first input would wait for long", () => {
  const sizes = sizesFor((size) => 40 + size, { waiting: 8, runs: 500 });
  assertEquals(new Set(sizes), new Set([1, 2]));
});

Deno.test("BatchChoice never takes more than wait", () => {
  assertEquals(Math.max(...sizesFor(() => 10, { waiting: 3, runs: 300 })), 2);
  assertEquals(Math.max(...sizesFor(() => 10, { waiting: 1, runs: 300 })), 1);
});

Deno.test("BatchChoice is not put off by the first run of a size", () => {
  let isFirst = true;
  const sizes = sizesFor((size) => {
    const durationMs = size === 8 && isFirst ? 10_000 : 10;
    if (size === 8) isFirst = false;
    return durationMs;
  }, { waiting: 8, runs: 100 });
  assertEquals(new Set(sizes.slice(8)), new Set([8]));
});

Deno.test("BatchChoice notices when a machine has changed", () => {
  const choice = new BatchChoice();
  sizesFor((size) => 10 * size, { waiting: 2, runs: 100, choice });
  const later = sizesFor(() => 10, { waiting: 2, runs: 20_000, choice });
  assertEquals(later.at(-1), 2);
});

Deno.test("BatchChoice has all go alone once batches are forbidden", () => {
  const choice = new BatchChoice();
  choice.forbid();
  assertEquals(new Set(sizesFor(() => 10, { waiting: 8, runs: 20, choice })), new Set([1]));
});
