/**
 * Runs `deno test` with the arguments given, passes its output on, and ends with a line that a
 * machine can read, such as `120 passed, 0 failed, 2 skipped`. A run without any test fails.
 *
 * @module
 */

/** How many tests ended how. */
export interface TestCounts {
  /** Those that passed. */
  readonly passed: number;
  /** Those that failed. */
  readonly failed: number;
  /** Those that were ignored, for instance as their clips are not there. */
  readonly skipped: number;
}

/** The start of the summary, behind what colours it, and the part on ignored tests, if there is one. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed[^|]*\| (\d+) failed(?: \| (\d+) ignored)?/gm;

/** How much of the output's end is kept to look for the summary, in characters. */
const TAIL_LENGTH = 4000;

/**
 * Reads the summary that `deno test` prints behind all else.
 *
 * @param output The output, or its end.
 * @returns The counts, or `undefined` where there is no summary: the tests never ran.
 *
 * @example A summary
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const summary = "ok | 120 passed (3 steps) | 0 failed | 2 ignored (4s)\n";
 * assertEquals(testCountsFrom(summary), { passed: 120, failed: 0, skipped: 2 });
 * ```
 */
export function testCountsFrom(output: string): TestCounts | undefined {
  // deno-lint-ignore no-control-regex -- Colours start with an escape character.
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, "");
  const summary = [...plain.matchAll(SUMMARY)].at(-1);
  if (!summary) return undefined;
  const [, passed = "0", failed = "0", skipped = "0"] = summary;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/** Passes a stream on to standard output and returns its end as text. */
async function passedOn(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  const out = Deno.stdout.writable.getWriter();
  let tail = "";
  for await (const chunk of bytes) {
    await out.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-TAIL_LENGTH);
  }
  out.releaseLock();
  return tail;
}

async function main(args: readonly string[]): Promise<number> {
  const child = new Deno.Command("deno", { args: ["test", ...args], stdout: "piped" }).spawn();
  const counts = testCountsFrom(await passedOn(child.stdout));
  const { code } = await child.status;
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const line = `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
  await ReadableStream.from([new TextEncoder().encode(line)])
    .pipeTo(Deno.stdout.writable, { preventClose: true });
  return code === 0 && passed + failed === 0 ? 1 : code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
