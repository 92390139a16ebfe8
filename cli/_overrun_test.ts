import { assertEquals } from "@std/assert";
import { overrunText } from "./_overrun.ts";

Deno.test("overrunText() tells how long the network takes, and a bound that it can hold", () => {
  assertEquals(
    overrunText({ ageMs: 1432, intervalMs: 1401 }, 500, "cpu"),
    "The network takes 1.4 s a frame, longer than --max-latency 500 allows: the newest is shown " +
      "all the same. What helps is a smaller model, --max-latency 2000, or a GPU",
  );
});

Deno.test("overrunText() takes an outage for no work, and proposes no GPU to who has one", () => {
  assertEquals(
    overrunText({ ageMs: 800, intervalMs: 60_000 }, 500, "webgpu"),
    "The network takes 0.8 s a frame, longer than --max-latency 500 allows: the newest is shown " +
      "all the same. What helps is a smaller model, --max-latency 1000",
  );
});

Deno.test("overrunText() does not blame a network that keeps the pace", () => {
  assertEquals(
    overrunText({ ageMs: 700, intervalMs: 33 }, 500, "cpu").split(",")[0],
    "Results come 0.7 s after their frames",
  );
});
