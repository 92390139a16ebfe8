import { lowPass } from "../../pipeline/filters/low_pass.ts";
import { meanOf } from "../jitter/measures/segment_reading.ts";
import type { StudyTrack } from "./study_track.ts";

/** Where the bands begin and end, in Hz. */
export const BAND_EDGES_HZ: readonly number[] = [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/**
 * How much two networks agree on how an object moves, by frequency: the correlation of what they saw in
 * each band, the mean over coordinates. What only one of them sees is not motion.
 *
 * @param a What one network saw.
 * @param b What the other saw of the same object.
 * @returns A correlation for each band.
 */
export function agreement(a: StudyTrack, b: StudyTrack): number[] {
  const times = new Set(b.frames.map(({ timestampUs }) => timestampUs));
  const shared = new Set(
    a.frames.map(({ timestampUs }) => timestampUs).filter((time) => times.has(time)),
  );
  const valuesOf = ({ raw }: StudyTrack) =>
    raw.map((series) =>
      series.filter(({ timestampUs }) => shared.has(timestampUs)).map(({ value }) => value)
    );
  const [ours, theirs] = [valuesOf(a), valuesOf(b)];
  return BAND_EDGES_HZ.slice(1).map((toHz, i) => {
    const fromHz = BAND_EDGES_HZ[i]!;
    const inBand = (values: readonly number[]) => {
      const slow = lowPass(values, { cutoffHz: fromHz, fps: a.fps });
      return lowPass(values, { cutoffHz: toHz, fps: a.fps }).map((value, k) => value - slow[k]!);
    };
    return meanOf(ours.map((values, c) => correlation(inBand(values), inBand(theirs[c]!))));
  });
}

/** The correlation of two series around 0. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [both, squareA, squareB] = [0, 0, 0];
  a.forEach((value, i) => {
    both += value * b[i]!;
    squareA += value ** 2;
    squareB += b[i]! ** 2;
  });
  return both / Math.sqrt(squareA * squareB);
}
