import { assertEquals } from "@std/assert";
import { Patience } from "./patience.ts";

Deno.test("Patience gives a worker five minutes until its first answer, then half a minute", () => {
  const patience = new Patience();
  assertEquals([patience.limitMs, patience.stepMs], [300_000, 1000]);
  patience.record(1000, false); // The network is open; the first run may still compile.
  assertEquals(patience.limitMs, 300_000);
  patience.record(1000, true);
  assertEquals(patience.limitMs, 30_000);
});

Deno.test("Patience gives a slow worker 20 times as long as it ever took, opening included", () => {
  const patience = new Patience();
  patience.record(20_000, false);
  assertEquals(patience.limitMs, 400_000);
  patience.record(5000, true);
  assertEquals(patience.limitMs, 400_000);
  patience.record(30_000, true);
  assertEquals(patience.limitMs, 600_000);
});
