import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseOf, scipySeries, seriesOf, unevenTimesUs } from "../../tests/_made_series.ts";
import { bandResiduals } from "./band_residual.ts";

const BANDS = [{ fromHz: 1, toHz: 6 }, { fromHz: 6 }, { fromHz: 3, toHz: 6 }];

function zerosLike<T extends { readonly timestampUs: number }>(samples: readonly T[]) {
  return samples.map(({ timestampUs }) => ({ timestampUs, value: 0 }));
}

Deno.test("bandResiduals() equals scipy's welch, summed over bands", () => {
  const { fps, values, references, welch } = scipySeries().regular;
  for (const { windowUs, bands: expected } of welch) {
    const found = bandResiduals(seriesOf(values, fps), seriesOf(references, fps), {
      bands: BANDS,
      windowUs,
    });
    found.forEach((band, i) => assertAlmostEquals(band!.deviation, expected[i]!, 1e-9));
  }
});

Deno.test("bandResiduals() finds a swing in its band, and not in the other", () => {
  const swing = Array.from({ length: 500 }, (_, i) => 4 * Math.sin(2 * Math.PI * 3 * i / 50));
  const truth = Array.from({ length: 500 }, (_, i) => 100 + 3 * i);
  const samples = seriesOf(swing.map((value, i) => truth[i]! + value), 50);
  const [slow, fast] = bandResiduals(samples, seriesOf(truth, 50));
  assertAlmostEquals(slow!.deviation, 4 / Math.SQRT2, 0.01);
  assertAlmostEquals(fast!.deviation, 0, 0.01);
});

Deno.test("bandResiduals() reads white noise alike at even and uneven times", () => {
  const noise = noiseOf(6000, 3).map((value) => 2 * value);
  const even = seriesOf(noise);
  const uneven = unevenTimesUs(6000, 5).map((timestampUs, i) => ({
    timestampUs,
    value: noise[i]!,
  }));
  for (const samples of [even, uneven]) {
    for (const band of bandResiduals(samples, zerosLike(samples))) {
      assertAlmostEquals(band!.whiteDeviation, 2, 0.08);
      assert(band!.deviation < band!.whiteDeviation);
    }
  }
  // From 6 Hz up to half of 25 fps lies a known share of the power.
  const [, fast] = bandResiduals(even, zerosLike(even));
  assertAlmostEquals(fast!.deviation, 2 * Math.sqrt((12.5 - 5.875) / 12.5), 0.08);
});

Deno.test("bandResiduals() is 0 for a series that is its reference, or a line away", () => {
  const samples = seriesOf(noiseOf(200, 3));
  const away = samples.map(({ timestampUs, value }, i) => ({
    timestampUs,
    value: value + 5 + 2 * i,
  }));
  for (const other of [samples, away]) {
    for (const band of bandResiduals(other, samples)) assertAlmostEquals(band!.deviation, 0, 1e-9);
  }
});

Deno.test("bandResiduals() does not mix a short stretch with full windows", () => {
  const long = seriesOf(noiseOf(300, 3));
  const loud = noiseOf(30, 4).map((value, i) => ({
    timestampUs: 60e6 + i * 40_000,
    value: 50 * value,
  }));
  const both = [...long, ...loud];
  assertEquals(bandResiduals(both, zerosLike(both)), bandResiduals(long, zerosLike(long)));
  // Alone, the short one is its own window.
  assert(bandResiduals(loud, zerosLike(loud))[1]!.whiteDeviation > 20);
});

Deno.test("bandResiduals() takes stretches of two frame rates together", () => {
  const slow = seriesOf(noiseOf(3000, 5));
  const fast = seriesOf(noiseOf(6000, 6), 60);
  const both = [
    ...slow,
    ...fast.map((sample) => ({ ...sample, timestampUs: sample.timestampUs + 2e8 })),
  ];
  const ofParts = [slow, fast].map((part) =>
    bandResiduals(part, zerosLike(part))[0]!.deviation ** 2
  );
  const [mixed] = bandResiduals(both, zerosLike(both));
  assert(
    mixed!.deviation ** 2 > Math.min(...ofParts) && mixed!.deviation ** 2 < Math.max(...ofParts),
  );
});

Deno.test("bandResiduals() tells nothing of what cannot be resolved", () => {
  const samples = seriesOf(noiseOf(100, 3), 10);
  const [slow, fast] = bandResiduals(samples, zerosLike(samples));
  assert(slow);
  assertEquals(fast, undefined); // Ten frames a second end at 5 Hz.
  assertEquals(bandResiduals(samples.slice(0, 3), zerosLike(samples)), [undefined, undefined]);
  assertEquals(bandResiduals(samples, []), [undefined, undefined]);
});

Deno.test("bandResiduals() refuses windows and bands without a width", () => {
  assertThrows(() => bandResiduals([], [], { windowUs: 0 }), RangeError, "windowUs");
  const bands = [{ fromHz: 3, toHz: 3 }];
  assertThrows(() => bandResiduals([], [], { bands }), RangeError, "current value is 3 to 3");
});
