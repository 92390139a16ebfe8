import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seriesOf } from "../../tests/_made_series.ts";
import { fastestTimes, rmseAgainst } from "./fast_motion.ts";

// At rest, then a run of four steps, then at rest: 22 frames have two neighbours.
const X = seriesOf([...Array<number>(10).fill(0), 1, 3, 5, 6, ...Array<number>(10).fill(6)]);
const Y = seriesOf(Array<number>(24).fill(5));

Deno.test("fastestTimes() finds the run, at true times", () => {
  const times = [...fastestTimes([X, Y])].map((timestampUs) => timestampUs / 40_000);
  // Speeds over two frames: 1 at frame 9, 3 at 10, 4 at 11, 3 at 12, 1 at 13; nothing else moves.
  assertEquals(times.sort((a, b) => a - b), [9, 10, 11, 12, 13]);
  const fastest = [...fastestTimes([X, Y], { share: 3 / 22 })].map((time) => time / 40_000);
  assertEquals(fastest.sort((a, b) => a - b), [10, 11, 12]);
});

Deno.test("fastestTimes() finds nothing where nothing moves", () => {
  assertEquals(fastestTimes([Y, Y]).size, 0);
  assertEquals(fastestTimes([]).size, 0);
  assertThrows(() => fastestTimes([X], { share: 0 }), RangeError, "share");
});

Deno.test("rmseAgainst() compares what both have, at the times that count", () => {
  const off = X.map(({ timestampUs, value }, i) => ({
    timestampUs,
    value: value + (i < 12 ? 3 : 4),
  }));
  assertAlmostEquals(rmseAgainst(off, X)!, Math.sqrt(12.5));
  assertAlmostEquals(rmseAgainst(off.slice(12), X)!, 4);
  assertAlmostEquals(rmseAgainst(off, X, new Set([0, 40_000]))!, 3);
  assertEquals(rmseAgainst(off, X, new Set()), undefined);
  assertEquals(rmseAgainst([], X), undefined);
});
