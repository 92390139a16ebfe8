/**
 * Series made for tests of metrics: noise of known strength, and what scipy says of some.
 *
 * @module
 */

import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Sample } from "../pipeline/metrics/sample.ts";

/** Values at a frame rate, with times in whole microseconds. */
export function seriesOf(values: readonly number[], fps = 25): Sample[] {
  return values.map((value, i) => ({ timestampUs: Math.round(i * 1e6 / fps), value }));
}

/** Normal noise whose neighbours correlate, with a deviation of 1 throughout; white by default. */
export function noiseOf(count: number, seed: number, correlation = 0): number[] {
  const random = seededRandom(seed);
  let value = random.normal();
  return Array.from({ length: count }, (_, i) => {
    if (i) value = correlation * value + Math.sqrt(1 - correlation ** 2) * random.normal();
    return value;
  });
}

/** Times between 8 and 100 ms apart, as a variable frame rate has them. */
export function unevenTimesUs(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  let timestampUs = 0;
  return Array.from({ length: count }, () => timestampUs += 8_000 + random.below(92_001));
}

/** What scipy's Savitzky-Golay filter, or a fit with numpy, leaves of a series. */
export interface ExpectedResidual {
  readonly window: number;
  readonly degree: number;
  readonly sigma: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Series of which scipy and numpy said what is expected. */
export interface ScipySeries {
  readonly regular: {
    readonly fps: number;
    readonly values: readonly number[];
    readonly references: readonly number[];
    readonly sigma3: number;
    readonly robust: number;
    readonly residuals: readonly ExpectedResidual[];
    readonly welch: readonly { readonly windowUs: number; readonly bands: readonly number[] }[];
  };
  readonly points: {
    readonly points: readonly (readonly (readonly [number, number])[])[];
    readonly truth: readonly (readonly (readonly [number, number])[])[];
    readonly flicker: number;
    readonly accelerationError: number;
  };
  readonly irregular: {
    readonly timestampsUs: readonly number[];
    readonly values: readonly number[];
    readonly thirdDifferences: readonly number[];
    readonly residuals: readonly ExpectedResidual[];
  };
}

/** Reads the series and what is expected of them. */
export function scipySeries(): ScipySeries {
  const file = new URL("./fixtures/stability/scipy_series.json", import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file)) as ScipySeries;
}
