import { stepRiseUs } from "../../../pipeline/metrics/step_rise.ts";
import { overTracks } from "./intervals.ts";
import type { LagResult } from "../report/report_types.ts";
import type { SmoothingMethod } from "../methods/smoothing_methods.ts";
import { type TrackReading, weightedMean } from "./track_reading.ts";

/**
 * How late a method's boxes are (L of the protocol): on the fastest motion of tracks that move, each
 * weighing as many frames as it has.
 *
 * @param readings The method's readings.
 * @param smoothing What keeps the boxes still.
 * @param seed What intervals are drawn from.
 * @returns The lag.
 */
export function lagResult(
  readings: readonly TrackReading[],
  smoothing: SmoothingMethod,
  seed: number,
): LagResult {
  const moving = readings.filter(({ lagFrames }) => lagFrames !== undefined);
  const meanLag = (unitOf: (reading: TrackReading) => number) =>
    overTracks(
      moving,
      (some) =>
        weightedMean(
          some,
          (reading) => reading.lagFrames! * unitOf(reading),
          ({ frames }) => frames,
        ),
      { seed },
    );
  const riseUs = stepRise(smoothing);
  return {
    frames: meanLag(() => 1),
    lagMs: meanLag(({ run }) => 1000 / run.segments[0]!.segment.fps),
    lookAheadFrames: smoothing.lookAheadFrames,
    stepRiseMs: riseUs === undefined ? null : riseUs / 1000,
  };
}

const STEP_FPS = 30;
const STEP_FRAMES = 120;

/** How long the boxes take from 10 % to 90 % of a step of half the size, at 30 frames a second. */
function stepRise(smoothing: SmoothingMethod): number | undefined {
  const thing = { trackId: 1, classId: 0, label: "thing", confidence: 1 };
  const frames = Array.from({ length: STEP_FRAMES }, (_, i) => {
    const x1 = i < STEP_FRAMES / 2 ? 0 : 50;
    const box = { x1, y1: 0, x2: x1 + 100, y2: 100 };
    const timestampUs = Math.round(i * 1e6 / STEP_FPS);
    return { timestampUs, tracks: [{ ...thing, box, rawBox: box }] };
  });
  const smoothed = smoothing.run(frames).map(([track], i) => ({
    timestampUs: frames[i]!.timestampUs,
    value: (track!.box.x1 + track!.box.x2) / 2,
  }));
  return stepRiseUs(smoothed, { from: 50, to: 100 });
}
