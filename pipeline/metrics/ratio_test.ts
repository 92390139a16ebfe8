import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf } from "../../tests/_made_series.ts";
import { pairedRatio } from "./ratio.ts";

Deno.test("pairedRatio() is the geometric mean, and the inverse the other way round", () => {
  const readings = [
    { value: 1, reference: 4, weight: 1 },
    { value: 8, reference: 8, weight: 3 },
  ];
  const inverse = readings.map(({ value, reference, weight }) => ({
    value: reference,
    reference: value,
    weight,
  }));
  assertAlmostEquals(pairedRatio(readings)!.ratio, 0.25 ** 0.25);
  assertAlmostEquals(pairedRatio(inverse)!.ratio, 4 ** 0.25);
});

Deno.test("pairedRatio() keeps a track's readings together, so hard tracks do not blur it", () => {
  const noise = noiseOf(40, 3);
  // Tracks differ by a factor of thirty; the method takes off a third, give or take a few per cent.
  const readings = Array.from({ length: 20 }, (_, i) => {
    const reference = Math.exp(1.7 * noise[i]!);
    return { value: reference * Math.exp(-0.4 + 0.05 * noise[20 + i]!), reference, weight: 100 };
  });
  const { ratio, interval, tracks, excluded } = pairedRatio(readings)!;
  assertAlmostEquals(ratio, Math.exp(-0.4), 0.03);
  assertEquals([tracks, excluded, interval!.scope], [20, 0, "tracks"]);
  const half = 1.96 * 0.05 / Math.sqrt(20);
  assertAlmostEquals(Math.log(interval!.high / interval!.low), 2 * half, half);
  assert(interval!.low < ratio && ratio < interval!.high);
});

Deno.test("pairedRatio() says what it left out, and gives no interval of a few tracks", () => {
  const readings = [0, 1, 2].map((value) => ({ value, reference: 2, weight: 1 }));
  const { interval, ...rest } = pairedRatio(readings)!;
  assertEquals(interval, undefined);
  assertEquals([rest.tracks, rest.excluded], [2, 1]);
  assertEquals(pairedRatio(readings.slice(0, 1)), undefined);
  assertEquals(pairedRatio([]), undefined);
});

Deno.test("pairedRatio() refuses readings below 0 and tracks without weight", () => {
  const reading = { value: 1, reference: 1, weight: 1 };
  assertThrows(() => pairedRatio([{ ...reading, value: -1 }]), RangeError, "current value is -1");
  assertThrows(() => pairedRatio([{ ...reading, reference: NaN }]), RangeError, "NaN");
  assertThrows(() => pairedRatio([{ ...reading, weight: 0 }]), RangeError, "weight");
});
