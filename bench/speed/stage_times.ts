import type { StageTimes } from "./schema.ts";
import { spreadOf } from "./spread.ts";

/** A line of the table of stages at the end of a run's summary. */
const LINE = /^\s+(\w+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)$/;

/**
 * How long stages keep frames, out of what `steadybox run` prints when it is done.
 *
 * @param runs What each run printed.
 * @returns The medians of all runs; of several feeds in a run the longest times; nothing where no run
 * told any.
 *
 * @example Two runs
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const summary = (ms: number) => `
 *   Stage  p50 ms  p95 ms  p99 ms
 *   infer    ${ms}     20     30
 * `;
 * assertEquals(stageTimesIn([summary(10), summary(12)]), [
 *   { name: "infer", p50: 11, p95: 20, p99: 30 },
 * ]);
 * ```
 */
export function stageTimesIn(runs: readonly string[]): StageTimes[] | undefined {
  const tables = runs.map(tableIn);
  const [first = new Map<string, number[]>()] = tables;
  if (first.size === 0) return undefined;
  return [...first.keys()].map((name) => {
    const median = (column: number) =>
      spreadOf(tables.map((table) => table.get(name)?.[column] ?? NaN)).median;
    return { name, p50: median(0), p95: median(1), p99: median(2) };
  });
}

/** For each stage, the three times. */
function tableIn(printed: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  let isTable = false;
  for (const line of printed.split("\n")) {
    if (/^\s+Stage\s+p50 ms\s+p95 ms\s+p99 ms$/.test(line)) isTable = true;
    else if (line.trim() === "") isTable = false;
    const [, name, ...times] = isTable ? LINE.exec(line) ?? [] : [];
    if (name === undefined) continue;
    const others = found.get(name) ?? [];
    found.set(name, times.map((time, column) => Math.max(Number(time), others[column] ?? 0)));
  }
  return found;
}
