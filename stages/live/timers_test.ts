import { assertEquals } from "@std/assert";
import { LONGEST_TIMER_MS, timeLimit } from "./timers.ts";

/** Waits for a timer, before which all fire that were set for less. */
function timerOf(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

Deno.test({
  name: "timeLimit() is not reached at once where it is more than a timer can hold",
  sanitizeOps: false, // Its timer goes on, and holds nobody.
  async fn() {
    const limits = [LONGEST_TIMER_MS, LONGEST_TIMER_MS + 1, 30 * 86_400_000, 1e12].map(timeLimit);
    const short = timeLimit(1);
    await timerOf(10);
    assertEquals(limits.map(({ aborted }) => aborted), [false, false, false, false]);
    assertEquals(short.aborted, true);
  },
});
