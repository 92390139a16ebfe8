import { assertEquals } from "@std/assert";
import { microsecondsFrom, nanosecondsFrom } from "./time_base.ts";

Deno.test("microsecondsFrom() rounds to the nearest, halves upwards, on both sides of 0", () => {
  const halves = { num: 1, den: 2_000_000 };
  assertEquals([-3, -2, -1, 0, 1, 2, 3].map((pts) => microsecondsFrom(pts, halves)), [
    -1,
    -1,
    0,
    0,
    1,
    1,
    2,
  ]);
  const thirds = { num: 1, den: 3_000_000 };
  assertEquals([-4, -2, -1, 1, 2, 4].map((pts) => microsecondsFrom(pts, thirds)), [
    -1,
    -1,
    0,
    0,
    1,
    1,
  ]);
});

Deno.test("microsecondsFrom() drifts at no rate over ten hours", () => {
  const ntsc = { num: 1001, den: 30_000 };
  const ticks = 10 * 60 * 60 * 30;
  assertEquals(microsecondsFrom(ticks, ntsc), 36_036_000_000);
  assertEquals(microsecondsFrom(1, ntsc), 33_367);
  assertEquals(microsecondsFrom(ticks + 1, ntsc), 36_036_033_367);
  assertEquals(microsecondsFrom(90_000 * 36_000 + 45, { num: 1, den: 90_000 }), 36_000_000_500);
});

Deno.test("nanosecondsFrom() is exact where a number would not be", () => {
  // A time of 2026 in nanoseconds needs 61 bits.
  const sinceEpoch = 1_775_000_000_123_457;
  assertEquals(nanosecondsFrom(sinceEpoch, { num: 1, den: 1_000_000 }), 1_775_000_000_123_457_000n);
  assertEquals(nanosecondsFrom(1, { num: 1, den: 90_000 }), 11_111n);
  assertEquals(nanosecondsFrom(-1, { num: 1, den: 90_000 }), -11_111n);
  assertEquals(nanosecondsFrom(5, { num: 1, den: 90_000 }), 55_556n);
});
