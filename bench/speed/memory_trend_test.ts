import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { flatness, memoryTrendOf } from "./memory_trend.ts";

function samples(heldMb: (i: number) => number) {
  return Array.from({ length: 1000 }, (_, i) => ({ frame: 20 * i, heldMb: heldMb(i) }));
}

Deno.test("memoryTrendOf() sees growth beneath what comes and goes", () => {
  const trend = memoryTrendOf("all", 20_000, samples((i) => 200 + 0.1 * i + i % 37));
  assertAlmostEquals(trend.slope.value, 5, 0.2);
  assert(trend.slope.low > 0 && trend.slope.low < 5 && trend.slope.high > 5);
  assertEquals(flatness(trend).map(({ isMet }) => isMet), [false]);
});

Deno.test("memoryTrendOf() takes what comes and goes for flat", () => {
  const trend = memoryTrendOf("all", 20_000, samples((i) => 200 + 20 * Math.sin(i / 11)));
  assert(trend.slope.low < 0 && trend.slope.high > 0);
  assertEquals(flatness(trend).map(({ isMet }) => isMet), [true]);
  assertEquals(flatness({ ...trend, frames: 299 }), []);
});

Deno.test("memoryTrendOf() finds a slope in noise about as seldom as its interval says", () => {
  const random = seededRandom(11);
  let found = 0;
  for (let round = 0; round < 400; round++) {
    const { low, high } = memoryTrendOf("all", 20_000, samples(() => 200 + random.normal())).slope;
    if (low > 0 || high < 0) found++;
  }
  assert(found >= 4 && found <= 24, `${found} of 400, where 20 were due at most`);
});

Deno.test("memoryTrendOf() does not see a trend in a handful of samples", () => {
  assertThrows(() => memoryTrendOf("all", 100, samples(() => 1).slice(0, 19)), RangeError, "19");
});
