import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { BackOff } from "./back_off.ts";

/** The waits of one outage, each begun when the one before is over, with when it began. */
function waitsOf(
  backOff: BackOff,
  count: number,
): { readonly atMs: number; readonly ms: number }[] {
  let nowMs = 5000;
  return Array.from({ length: count }, () => {
    const wait = { atMs: nowMs, ms: backOff.nextMs(nowMs) };
    nowMs += wait.ms;
    return wait;
  });
}

Deno.test("BackOff waits 0.25 s first, never more than 1 s in the first minute, nor 10 s after", () => {
  const waits = waitsOf(new BackOff(seededRandom(7).uniform), 300);
  assertEquals(waits[0]!.ms, 250);
  for (const { atMs, ms } of waits) {
    const limitMs = atMs < 65_000 ? 1000 : 10_000;
    assert(ms >= 250 && ms <= limitMs, `${ms} ms after ${atMs} ms`);
  }
  assert(waits.at(-1)!.ms > 5000, "it never waits long");
});

Deno.test("BackOff spreads feeds that were lost together", () => {
  const feeds = Array.from(
    { length: 20 },
    (_, seed) => waitsOf(new BackOff(seededRandom(seed).uniform), 6),
  );
  const sixth = feeds.map((waits) => waits[5]!.atMs);
  assert(Math.max(...sixth) - Math.min(...sixth) > 500, "they come back as one");
});

Deno.test("BackOff.reset() begins a new outage", () => {
  const backOff = new BackOff(() => 0.5);
  waitsOf(backOff, 200);
  backOff.reset();
  assertEquals(backOff.nextMs(1e9), 250);
  assert(backOff.nextMs(1e9) <= 500);
});
