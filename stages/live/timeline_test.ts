import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { LIVE_CLOCK_HZ, type Placed, Timeline } from "./timeline.ts";

const TICKS_A_MS = LIVE_CLOCK_HZ / 1000;

/** Places a picture, which has to have a place. */
function placed(timeline: Timeline, ticks: number, arrivedAtMs: number): Placed {
  const place = timeline.place(ticks, arrivedAtMs);
  assert(typeof place !== "string", `${place} at ${arrivedAtMs} ms`);
  return place;
}

Deno.test("Timeline keeps the sender's times to the tick, from 0", () => {
  const timeline = new Timeline();
  const ticks = [1_000_003, 1_003_006, 1_006_010, 1_018_022];
  const pts = ticks.map((time, i) => placed(timeline, time, 700 + 40 * i).pts);
  assertEquals(pts, [0, 3003, 6007, 18019]);
});

Deno.test("Timeline goes on behind a gap as far as our clock went", () => {
  const timeline = new Timeline();
  placed(timeline, 900_000, 1000);
  placed(timeline, 903_600, 1040);
  timeline.reconnect();
  const { pts, delayMs } = placed(timeline, 77, 31_000);
  assertEquals([pts, delayMs], [30_000 * TICKS_A_MS, 0]);
});

Deno.test("Timeline rises behind a gap even if the sender's clock was ahead of ours", () => {
  const timeline = new Timeline();
  placed(timeline, 0, 1000);
  assertEquals(placed(timeline, 5000 * TICKS_A_MS, 1001).pts, 5000 * TICKS_A_MS);
  timeline.reconnect();
  assertEquals(placed(timeline, 0, 2000).pts, 5000 * TICKS_A_MS + 1);
});

Deno.test("Timeline tells the delay of a backlog, and that it was made up for", () => {
  const timeline = new Timeline();
  // Pictures 40 ms apart; from the tenth on they are held until 2000 ms, then come at once.
  const delays = Array.from({ length: 60 }, (_, i) => {
    const sentAtMs = 40 * i;
    const arrivedAtMs = sentAtMs < 400 ? sentAtMs : Math.max(sentAtMs, 2000);
    return placed(timeline, sentAtMs * TICKS_A_MS, arrivedAtMs + 15).delayMs;
  });
  for (const [i, delayMs] of delays.entries()) {
    const expectedMs = i < 10 ? 0 : Math.max(0, 2000 - 40 * i);
    assertAlmostEquals(delayMs, expectedMs, 3, `picture ${i}`);
  }
});

Deno.test("Timeline follows clocks that drift, for hours", () => {
  const timeline = new Timeline();
  for (const drift of [1 + 2e-4, 1 - 2e-4]) {
    timeline.reconnect();
    for (let second = 0; second < 4 * 3600; second++) {
      const { delayMs } = placed(timeline, second * LIVE_CLOCK_HZ, second * 1000 * drift);
      assert(delayMs < 1, `${delayMs} ms after ${second} s`);
    }
    timeline.reconnect();
  }
});

Deno.test("Timeline tells disorder from a clock that jumped", () => {
  const timeline = new Timeline();
  placed(timeline, 100 * LIVE_CLOCK_HZ, 0);
  assertEquals(timeline.place(100 * LIVE_CLOCK_HZ, 10), "disordered");
  assertEquals(timeline.place(99 * LIVE_CLOCK_HZ, 20), "disordered");
  assertEquals(timeline.place(80 * LIVE_CLOCK_HZ, 30), "jumped");
  assertEquals(timeline.place(200 * LIVE_CLOCK_HZ, 40), "jumped");
  assertEquals(typeof timeline.place(101 * LIVE_CLOCK_HZ, 1000), "object");
});
