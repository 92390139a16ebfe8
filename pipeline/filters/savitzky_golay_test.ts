import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type EndMode,
  residualSigma,
  savitzkyGolay,
  savitzkyGolayWeights,
} from "./savitzky_golay.ts";

interface Scipy {
  readonly x: readonly number[];
  readonly cases: readonly {
    readonly window: number;
    readonly poly: number;
    readonly mode: EndMode;
    readonly deriv: number;
    readonly delta?: number;
    readonly y: readonly number[];
  }[];
  readonly coeffs: readonly {
    readonly window: number;
    readonly poly: number;
    readonly c: readonly number[];
    readonly pos_last: readonly number[];
    readonly resid_std_factor: number;
  }[];
}

const SCIPY: Scipy = JSON.parse(
  await Deno.readTextFile(
    new URL("../../tests/fixtures/savgol/scipy_savgol_spectrum.json", import.meta.url),
  ),
);

Deno.test("savitzkyGolay() equals scipy's in all modes and derivatives", () => {
  assertEquals(SCIPY.cases.length, 49);
  for (const { window, poly, mode, deriv, delta = 1, y } of SCIPY.cases) {
    const options = { window, order: poly, mode, derivative: deriv, intervalS: delta };
    const smoothed = savitzkyGolay(SCIPY.x, options);
    // Of the values' size: the derivatives are differences of values near 200.
    const tolerance = 1e-9 * Math.max(...y.map(Math.abs));
    y.forEach((expected, i) => assertAlmostEquals(smoothed[i]!, expected, tolerance));
  }
});

Deno.test("savitzkyGolayWeights() equals scipy's in the centre and at the last place", () => {
  for (const { window, poly, c, pos_last } of SCIPY.coeffs) {
    const fit = { window, order: poly };
    const place = (window - 1) / 2;
    // Scipy's are in the order of a convolution, the last value first.
    savitzkyGolayWeights(fit).reverse().forEach((w, i) => assertAlmostEquals(w, c[i]!, 1e-9));
    savitzkyGolayWeights(fit, { place }).reverse().forEach((weight, i) => {
      assertAlmostEquals(weight, pos_last[i]!, 1e-9);
    });
  }
});

Deno.test("savitzkyGolay() keeps polynomials of its order, and tells their derivatives", () => {
  const values = Array.from({ length: 20 }, (_, i) => 2 - i + 0.5 * i ** 2 - 0.01 * i ** 3);
  const fit = { window: 7, order: 3 };
  const same = savitzkyGolay(values, fit);
  const first = savitzkyGolay(values, { ...fit, derivative: 1, intervalS: 0.5 });
  const third = savitzkyGolay(values, { ...fit, derivative: 3, intervalS: 0.5 });
  values.forEach((value, i) => {
    assertAlmostEquals(same[i]!, value, 1e-11);
    assertAlmostEquals(first[i]!, (-1 + i - 0.03 * i ** 2) / 0.5, 1e-11);
    assertAlmostEquals(third[i]!, -0.06 / 0.5 ** 3, 1e-9);
  });
});

Deno.test("savitzkyGolay() with a window of 1 changes nothing, and takes as few values as its window", () => {
  assertEquals([...savitzkyGolay([3, 1, 4], { window: 1, order: 0 })], [3, 1, 4]);
  for (const mean of savitzkyGolay([3, 1, 5], { window: 3, order: 0 })) {
    assertAlmostEquals(mean, 3, 1e-12);
  }
});

Deno.test("residualSigma() is the residual of scipy's smoothing by scipy's factor", () => {
  for (const { window, poly, resid_std_factor } of SCIPY.coeffs) {
    const smoothed = SCIPY.cases.find((c) =>
      c.window === window && c.poly === poly && c.mode === "interp" && c.deriv === 0
    )!.y;
    const half = (window - 1) / 2;
    const squares = SCIPY.x.map((x, i) =>
      (x - smoothed[i]!) ** 2
    ).slice(half, -half);
    const rms = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    const sigma = residualSigma(SCIPY.x, { window, order: poly });
    assertAlmostEquals(sigma, rms / resid_std_factor, 1e-9 * sigma);
  }
});

Deno.test("residualSigma() is 0 for a parabola, and reads white noise back on any parabola", () => {
  let seed = 5;
  const noise = Array.from({ length: 5000 }, () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return (seed / 2 ** 32 - 0.5) * Math.sqrt(12); // Of variance 1.
  });
  const parabola = noise.map((_, i) => 7 + 0.3 * i - 0.001 * i ** 2);
  const fit = { window: 7, order: 2 };
  assertAlmostEquals(residualSigma(parabola, fit), 0, 1e-9);
  const values = parabola.map((value, i) => value + 3 * noise[i]!);
  // Four standard deviations of the estimate, were the residuals independent, and half as much again.
  assertAlmostEquals(residualSigma(values, fit), 3, 3 * 6 / Math.sqrt(2 * 5000));
});

Deno.test("savitzkyGolay() refuses what it cannot fit", () => {
  const values = [1, 2, 3, 4, 5];
  for (const window of [2, 7]) {
    assertThrows(
      () => savitzkyGolay(values, { window, order: 1 }),
      RangeError,
      `Cannot smooth 5 values as window must be odd and no longer: current value is ${window}`,
    );
  }
  for (const window of [0, 2.5, NaN]) {
    assertThrows(() => savitzkyGolay(values, { window, order: 0 }), RangeError, "window must be");
  }
  assertThrows(() => savitzkyGolay(values, { window: 3, order: 3 }), RangeError, "below 3");
  assertThrows(() => savitzkyGolay(values, { window: 3, order: -1 }), RangeError, "order must be");
  const fit = { window: 3, order: 1 };
  assertThrows(() => savitzkyGolay(values, { ...fit, derivative: 0.5 }), RangeError, "derivative");
  assertThrows(() => savitzkyGolay(values, { ...fit, intervalS: 0 }), RangeError, "intervalS");
  assertThrows(() => residualSigma(values, { window: 3, order: 2 }), RangeError, "residual");
});
