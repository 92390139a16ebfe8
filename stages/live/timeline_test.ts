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

/** How a sender's pictures come, one a step: 40 ms apart by its own clock. */
interface Coming {
  /** How much later than the one before it each of them comes, in milliseconds. */
  readonly stepMs: (index: number) => number;
  /** The share of that for which it is waited for: almost all, unless something else is said. */
  readonly awaited?: number;
  /** The share of that for which it is decoded: little, unless something else is said. */
  readonly decoded?: number;
}

/** By how much each of a sender's pictures counts as late, in milliseconds. */
function delaysOf(count: number, { stepMs, awaited = 0.9, decoded = 0.05 }: Coming): number[] {
  const timeline = new Timeline();
  let arrivedAtMs = 0;
  return Array.from({ length: count }, (_, i) => {
    const step = stepMs(i);
    arrivedAtMs += step;
    const encodedBytes = i % 25 === 24 ? 8000 : 1000; // Each 25th is a key frame.
    const effort = { awaitedMs: awaited * step, decodedMs: decoded * step, encodedBytes };
    const place = timeline.place(40 * i * TICKS_A_MS, arrivedAtMs, effort);
    assert(typeof place !== "string");
    return place.delayMs;
  });
}

/** Some milliseconds more or less, the same each time. */
function unsteady(index: number): number {
  return (index * 7919) % 31 - 15;
}

Deno.test.each([
  { name: "a tenth slower than its time stamps", stepMs: (i: number) => 44 + unsteady(i) },
  { name: "a quarter slower", stepMs: (i: number) => 50 + unsteady(i) },
  { name: "half as fast", stepMs: (i: number) => 80 + unsteady(i) },
  { name: "now slow, now slower", stepMs: (i: number) => (i % 500 < 250 ? 48 : 52) + unsteady(i) },
  { name: "slow behind a backlog", stepMs: (i: number) => (i < 50 ? 1 : 50 + unsteady(i)) },
])("Timeline takes no picture of a sender for late that is $name", ({ name, stepMs }) => {
  // That is known once the first key frame has come, of each connection.
  const delays = delaysOf(15_000, { stepMs }).slice(name.includes("backlog") ? 80 : 30);
  const mostMs = Math.max(...delays);
  assert(mostMs < 500, `${mostMs} ms, at picture ${delays.indexOf(mostMs)}`);
});

Deno.test("Timeline takes a slow sender's backlog for late when it thaws", () => {
  const frozen = delaysOf(400, { stepMs: (i) => i === 210 ? 4000 : i > 210 && i < 290 ? 2 : 50 });
  assert(frozen.slice(30, 210).every((delayMs) => delayMs < 100));
  assert(frozen.slice(210, 280).every((delayMs) => delayMs > 500), "old pictures are not late");
  assert(frozen.slice(300).every((delayMs) => delayMs < 500), "it does not recover");
});

Deno.test.each([
  // Key frames of eight times the size, over a network with half the room.
  { name: "the network is too slow", stepMs: (i: number) => i % 25 === 24 ? 500 : 62.5 },
  { name: "it was quick enough before", stepMs: (i: number) => i < 500 ? 40 : 60, from: 500 },
  { name: "decoding is too slow", stepMs: () => 50, decoded: 0.8 },
  { name: "decoded pictures are not fetched", stepMs: () => 50, awaited: 0.3 },
])(
  "Timeline takes pictures for late that come later and later if $name",
  ({ from = 0, ...how }) => {
    const delays = delaysOf(from + 200, how).slice(from);
    const first = delays.findIndex((delayMs) => delayMs > 500);
    assert(first >= 0 && first < 100, `picture ${first} is late first`);
    assert(delays.slice(first + 50).every((delayMs) => delayMs > 500), "later ones are not late");
  },
);
