import { piecewiseNoise } from "../pipeline/filters/process_noise.ts";
import type { KalmanOptions } from "../pipeline/filters/kalman.ts";

/** A track with three missing values, and what filterpy makes of it. */
export interface FilterpyTrack {
  readonly dt: number;
  readonly z: readonly (number | null)[];
  readonly filtered: readonly number[];
  readonly filtered_P: readonly (readonly (readonly number[])[])[];
  readonly rts: readonly number[];
  readonly rts_velocity: readonly number[];
  readonly fixed_lag: Readonly<Record<string, readonly number[]>>;
}

/** The model of the track: noise of 1.5, accelerations of 200 a second squared. */
export const FILTERPY_OPTIONS: KalmanOptions = {
  processNoise: piecewiseNoise(200),
  measurementSd: 1.5,
  initialVelocitySd: 100,
};

/** Reads the track; its values are missing where they are `undefined`. */
export async function filterpyTrack(): Promise<
  FilterpyTrack & { values: (number | undefined)[]; timestampsUs: number[] }
> {
  const url = new URL("fixtures/kalman/filterpy_cv1d_rts.json", import.meta.url);
  const track: FilterpyTrack = JSON.parse(await Deno.readTextFile(url));
  return {
    ...track,
    values: track.z.map((value) => value ?? undefined),
    // Not rounded to whole microseconds: that alone would make differences of 1e-8.
    timestampsUs: track.z.map((_, i) => i * track.dt * 1e6),
  };
}
