import { assertEquals } from "@std/assert";
import { threadCount } from "./thread_count.ts";

const CORES = [1, 2, 3, 4, 8, 64];

function countsFor(wishes: Omit<Parameters<typeof threadCount>[0], "cores">): number[] {
  return CORES.map((cores) => threadCount({ ...wishes, cores }));
}

Deno.test("threadCount() gives a network all cores where the load is light, up to 4", () => {
  assertEquals(countsFor({ device: "cpu", load: "light" }), [1, 2, 3, 4, 4, 4]);
});

Deno.test("threadCount() leaves half of the cores to a heavy load", () => {
  assertEquals(countsFor({ device: "cpu", load: "heavy" }), [1, 1, 1, 2, 4, 4]);
});

Deno.test("threadCount() leaves half of the cores beside WebAssembly, whose threads never rest", () => {
  assertEquals(countsFor({ device: "wasm", load: "light" }), [1, 1, 1, 2, 4, 4]);
});
