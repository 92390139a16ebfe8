import { flickerOf, idSwitchesPer100 } from "../../../pipeline/metrics/flicker.ts";
import type { ClipRun } from "../methods/method_run.ts";
import type { FlickerResult } from "../report/report_types.ts";
import { weightedMean } from "./track_reading.ts";

/**
 * How much a method's tracks blink (F of the protocol), over all frames of all clips. Changes of number
 * are counted against the baseline's raw boxes and numbers.
 *
 * @param runs The method on each clip.
 * @param minConfidence The confidence whose crossing counts.
 * @returns The rates.
 */
export function flickerResult(
  runs: readonly ClipRun[],
  minConfidence: number,
): FlickerResult {
  const counted = runs.map(({ outputs, measured: { clip } }) => {
    const baseline = clip.observations[0].frames.map(({ timestampUs, tracks }) => ({
      timestampUs,
      tracks: tracks.map(({ trackId, rawBox, box }) => ({ trackId, box: rawBox ?? box })),
    }));
    return {
      ...flickerOf(outputs, { minConfidence }),
      boxes: baseline.reduce((sum, { tracks }) => sum + tracks.length, 0),
      idSwitchesPer100: idSwitchesPer100(outputs, baseline),
    };
  });
  const rate = (
    key:
      | "existenceTogglesPer100"
      | "gapsPer100"
      | "confidenceTogglesPer100"
      | "classFlipsPer100",
  ) => weightedMean(counted, (clip) => clip[key], ({ trackFrames }) => trackFrames) ?? null;
  return {
    existenceTogglesPer100: rate("existenceTogglesPer100"),
    gapsPer100: rate("gapsPer100"),
    confidenceTogglesPer100: rate("confidenceTogglesPer100"),
    classFlipsPer100: rate("classFlipsPer100"),
    idSwitchesPer100:
      weightedMean(counted, (clip) => clip.idSwitchesPer100, ({ boxes }) => boxes) ?? null,
  };
}
