import type { Measured } from "./measured.ts";

/**
 * What a program told of itself: the last line that is JSON, as graphics drivers may complain behind it.
 *
 * @param measured The program's run.
 * @returns The value of that line.
 * @throws {Error} If no line is JSON.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toldBy({ printed: '{"ms":3}\nFailed to detach\n' }), { ms: 3 });
 * ```
 */
export function toldBy({ printed }: Pick<Measured, "printed">): unknown {
  const line = printed.split("\n").findLast((line) => /^(\{.*\}|null)$/.test(line));
  if (line === undefined) throw new Error(`Cannot find figures in "${printed.slice(-2000)}"`);
  return JSON.parse(line);
}
