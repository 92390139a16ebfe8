import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fourierTransform } from "./_fourier.ts";
import { periodogram, type SpectrumOptions, welch } from "./spectrum.ts";

interface Scipy {
  readonly fps: number;
  readonly x: readonly number[];
  readonly spectrum: readonly {
    readonly kind: "periodogram" | "welch";
    readonly window: "hann" | "boxcar";
    readonly detrend: "constant" | "linear";
    readonly nperseg: number;
    readonly noverlap: number;
    readonly f: readonly number[];
    readonly P: readonly number[];
  }[];
}

/** Numbers from -0.5 to 0.5 without a pattern. */
function noise(length: number): number[] {
  let seed = 9;
  return Array.from({ length }, () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return seed / 2 ** 32 - 0.5;
  });
}

Deno.test("periodogram() and welch() equal scipy's", async () => {
  const { fps, x, spectrum }: Scipy = JSON.parse(
    await Deno.readTextFile(
      new URL("../../tests/fixtures/savgol/scipy_savgol_spectrum.json", import.meta.url),
    ),
  );
  assertEquals(spectrum.map(({ kind }) => kind), ["periodogram", "periodogram", "welch"]);
  for (const { kind, window, detrend, nperseg, noverlap, f, P } of spectrum) {
    const options: SpectrumOptions = { fps, window, detrend };
    const { frequenciesHz, densities } = kind === "periodogram"
      ? periodogram(x, options)
      : welch(x, { ...options, segmentLength: nperseg, overlap: noverlap });
    assertEquals(densities.length, P.length);
    P.forEach((expected, k) => {
      assertAlmostEquals(frequenciesHz[k]!, f[k]!, 1e-12);
      // Where all is taken away, what scipy's rounding leaves is left.
      assertAlmostEquals(densities[k]!, expected, 1e-9 * expected + 1e-20);
    });
  }
});

Deno.test.each([1, 2, 3, 8, 30, 97, 121, 360])(
  "fourierTransform() of %s values is the sum that defines it",
  (length) => {
    const [real, imaginary] = [noise(length), noise(2 * length).slice(length)];
    const result = fourierTransform({
      real: Float64Array.from(real),
      imaginary: Float64Array.from(imaginary),
    });
    for (let k = 0; k < length; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < length; n++) {
        const [cos, sin] = [Math.cos, Math.sin].map((f) => f(-2 * Math.PI * k * n / length));
        re += real[n]! * cos! - imaginary[n]! * sin!;
        im += imaginary[n]! * cos! + real[n]! * sin!;
      }
      assertAlmostEquals(result.real[k]!, re, 1e-10);
      assertAlmostEquals(result.imaginary[k]!, im, 1e-10);
    }
  },
);

Deno.test.each([60, 61])("periodogram() of %s values sums to their mean square", (length) => {
  const values = noise(length);
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
  const { densities } = periodogram(values, { fps: 30, window: "boxcar", detrend: "constant" });
  const sum = densities.reduce((sum, density) => sum + density, 0) * 30 / length;
  assertAlmostEquals(sum, variance, 1e-12);
});

Deno.test("periodogram() sees nothing of a line, and a wave at its frequency", () => {
  const line = Array.from({ length: 90 }, (_, i) => 500 - 3 * i);
  assert(periodogram(line, { fps: 30 }).densities.every((density) => density < 1e-18));
  const wave = line.map((value, i) => value + Math.sin(2 * Math.PI * 8 * i / 30));
  const { frequenciesHz, densities } = periodogram(wave, { fps: 30 });
  assertAlmostEquals(frequenciesHz[densities.indexOf(Math.max(...densities))]!, 8, 1e-12);
});

Deno.test("welch() of white noise is flat: its variance over half the frame rate", () => {
  const { densities } = welch(noise(30_000), { fps: 30, segmentLength: 60 });
  const middle = densities.slice(3, -1);
  const mean = middle.reduce((sum, density) => sum + density, 0) / middle.length;
  assertAlmostEquals(mean, 1 / 12 / 15, 0.02 / 12 / 15);
});

Deno.test("welch() and periodogram() take one value, of which nothing is left", () => {
  const { frequenciesHz, densities } = periodogram([7], { fps: 30 });
  assertEquals([[...frequenciesHz], [...densities]], [[0], [0]]);
});

Deno.test("welch() refuses what it cannot cut", () => {
  const values = noise(20);
  assertThrows(() => periodogram([], { fps: 30 }), RangeError, "segmentLength must be");
  assertThrows(() => periodogram(values, { fps: 0 }), RangeError, "fps must be above 0");
  assertThrows(
    () => welch(values, { fps: 30, segmentLength: 21 }),
    RangeError,
    "Cannot compute a spectrum of 20 values in segments of 21 that share 10",
  );
  assertThrows(
    () => welch(values, { fps: 30, segmentLength: 8, overlap: 8 }),
    RangeError,
    "in segments of 8 that share 8",
  );
});
