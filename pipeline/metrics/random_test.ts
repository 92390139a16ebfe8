import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "./random.ts";

Deno.test("seededRandom() is xoshiro128**", () => {
  // The reference sequence of the authors' code from this state, as the crate rand_xoshiro tests it.
  const words = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
  const random = seededRandom([1, 2, 3, 4]);
  assertEquals(words.map(() => random.below(2 ** 32)), words);
});

Deno.test("seededRandom() gives the same for a seed, and other numbers for another", () => {
  const drawn = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.uniform());
  };
  assertEquals(drawn(0), drawn(0));
  assertEquals(new Set([0, 1, 2, 2 ** 32 - 1].flatMap(drawn)).size, 80);
});

Deno.test("seededRandom() draws evenly, and normally", () => {
  const random = seededRandom(11);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
  // Chi-square with 6 degrees of freedom: above 22.5 once in a thousand.
  assert(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0) < 22.5);
  const normal = Array.from({ length: 40_000 }, () => random.normal());
  const moment = (power: number) => normal.reduce((sum, x) => sum + x ** power, 0) / normal.length;
  assertAlmostEquals(moment(1), 0, 0.015);
  assertAlmostEquals(moment(2), 1, 0.03);
  assertAlmostEquals(moment(4), 3, 0.2);
});

Deno.test("seededRandom() draws evenly below limits of any size", () => {
  const random = seededRandom(3);
  const limit = 3 * 2 ** 30;
  let low = 0;
  for (let i = 0; i < 3000; i++) low += random.below(limit) < 2 ** 30 ? 1 : 0;
  // A third; were the rest of 2^32 folded back, it would be a half. The deviation is 26.
  assertAlmostEquals(low, 1000, 100);
});

Deno.test("seededRandom() refuses seeds and limits that are none", () => {
  assertThrows(() => seededRandom(-1), RangeError, "current value is -1");
  assertThrows(() => seededRandom(0.5), RangeError, "current value is 0.5");
  assertThrows(() => seededRandom([0, 0, 0, 0]), RangeError, "all zeros");
  assertThrows(() => seededRandom(1).below(0), RangeError, "current value is 0");
});
