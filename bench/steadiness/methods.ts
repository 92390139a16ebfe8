import { type Detection, iouOf, type SmoothOptions, type Track } from "../../mod.ts";
import { continuousNoise } from "../../pipeline/filters/process_noise.ts";
import { InteractingModels } from "../../pipeline/filters/interacting_models.ts";
import { KalmanFilter } from "../../pipeline/filters/kalman.ts";
import type { PlacedBox } from "../../pipeline/metrics/coordinates.ts";
import { blendedOverTime, type Remembered } from "../../stages/blend_over_time.ts";
import { smoothOffline, type SmoothOfflineOptions } from "../../stages/smooth_offline.ts";
import { smootherFor } from "../../stages/smoothing/smoother_for.ts";
import { boxesOf } from "../jitter/measures/segment.ts";
import type { StudyTrack } from "./study_track.ts";

/** Makes boxes out of a track, one a frame. */
export type Run = (track: StudyTrack) => PlacedBox[];

/** How much later a method's boxes come than its frames: in frames, or at the end of the clip. */
export type LookAhead = 0 | 1 | 2 | 3 | 5 | "offline";

/** A method with one choice of parameters. */
export interface Variant {
  /** The parameters, in words. */
  readonly parameters: string;
  /** What it does. */
  readonly run: Run;
}

/** A method, and among which parameters is chosen. */
export interface Method {
  /** The name. */
  readonly name: string;
  /** How far it looks ahead. */
  readonly lookAhead: LookAhead;
  /** What it may be: of several the study chooses. */
  readonly variants: readonly Variant[];
}

/** A weighted mean of neighbouring frames, `lookAhead` of them later ones; at the ends, of those there are. */
function mean(name: string, weights: readonly number[], lookAhead: LookAhead & number): Method {
  const run: Run = (track) =>
    eachCoordinate(track, (values) =>
      values.map((_, i) => {
        let [sum, total] = [0, 0];
        weights.forEach((weight, k) => {
          const value = values[i - k + lookAhead];
          if (value === undefined) return;
          sum += weight * value;
          total += weight;
        });
        return sum / total;
      }));
  return { name, lookAhead, variants: [{ parameters: "", run }] };
}

function exponential(share: number): Run {
  return (track) =>
    eachCoordinate(track, (values) => {
      let last = values[0]!;
      return values.map((value) => last += share * (value - last));
    });
}

function kalman(ratio: number): Run {
  return (track) =>
    eachCoordinate(track, (values, timesUs) => {
      const filter = new KalmanFilter(motion(ratio));
      return values.map((value, i) => filter.filter(value, timesUs[i]!));
    });
}

/** In % of the size; the filter knows only the ratio of the two noises. */
function motion(ratio: number) {
  return {
    measurementSd: 0.2,
    processNoise: continuousNoise(ratio * 0.2 ** 2),
    initialVelocitySd: 100,
  };
}

function interacting(calm: number, agile: number, lag: number): Run {
  return (track) =>
    eachCoordinate(track, (values, timesUs) => {
      const models = new InteractingModels({
        ...motion(agile),
        // Twice the noise of a single filter: it is not white, which the agile model would explain.
        measurementSd: 0.4,
        calmNoise: continuousNoise(calm * 0.4 ** 2),
        agileNoise: continuousNoise(agile * 0.4 ** 2),
        calmDurationS: 1,
        agileDurationS: 0.5,
        lag,
      });
      const early = values.map((value, i) => models.filter(value, timesUs[i]!));
      return [...early.filter((value) => value !== undefined), ...models.finish()];
    });
}

/** Filters centre and log size in % of the size, as they are judged. */
function eachCoordinate(
  { raw, sizePx, frames }: StudyTrack,
  filter: (values: readonly number[], timesUs: readonly number[]) => readonly number[],
): PlacedBox[] {
  const timesUs = frames.map(({ timestampUs }) => timestampUs);
  const [x, y, width, height] = raw.map((series) =>
    filter(series.map(({ value }) => value), timesUs)
  );
  const series = [x, y, width, height].map((values) =>
    timesUs.map((timestampUs, i) => ({ timestampUs, value: values![i]! }))
  );
  return boxesOf(series, sizePx);
}

/** What the stage makes of the track. */
export function smoothed(options: SmoothOptions): Run {
  return ({ frames }) => placed(frames, stageOutput(frames, options));
}

function stageOutput(frames: StudyTrack["frames"], options: SmoothOptions): Track[] {
  const smoother = smootherFor(options)!;
  const early = frames.map((frame) => smoother.advance(frame));
  return [...early.filter((tracks) => tracks !== undefined), ...smoother.finish()].flat();
}

function placed(frames: StudyTrack["frames"], boxes: readonly Pick<Track, "box">[]): PlacedBox[] {
  if (boxes.length !== frames.length) throw new Error("A box was lost or made up");
  return frames.map(({ timestampUs }, i) => ({ timestampUs, box: boxes[i]!.box }));
}

function offline(options: SmoothOfflineOptions): Run {
  return ({ frames }) => placed(frames, smoothOffline(frames, options).flat());
}

/** The frames of a track with boxes that were blended over time. */
function blendedFrames(track: StudyTrack, weight: number): StudyTrack["frames"] {
  let memory: readonly Remembered[] = [];
  const byTime = new Map<number, readonly Detection[]>();
  for (const { timestampUs, candidates } of track.candidates) {
    const options = { weight, iou: track.iou };
    const blended = blendedOverTime(candidates, { memory, timestampUs }, options);
    memory = blended.memory;
    byTime.set(timestampUs, blended.detections);
  }
  return track.frames.map((frame) => {
    const { box: raw, confidence } = frame.tracks[0];
    // A tie has the confidence of its top, however it is blended.
    const same = byTime.get(frame.timestampUs)!.filter((d) => d.confidence === confidence);
    const box = same.map(({ box }) => box).sort((a, b) => iouOf(b, raw) - iouOf(a, raw))[0]!;
    return { ...frame, tracks: [{ ...frame.tracks[0], box, rawBox: box }] };
  });
}

/** Blends over time, and then smooths if told how. */
function blended(weight: number, then?: SmoothOptions): Run {
  return (track) => {
    const frames = blendedFrames(track, weight);
    return placed(
      frames,
      then ? stageOutput(frames, then) : frames.map(({ tracks }) => tracks[0]),
    );
  };
}

/** All ways to take one of each list. */
function grid<A, B>(as: readonly A[], bs: readonly B[], make: (a: A, b: B) => Variant): Variant[] {
  return as.flatMap((a) => bs.map((b) => make(a, b)));
}

/** In sizes² a second³, at the usual `measurementSd`: the ratio of the noises times 0.002². */
const DENSITIES = [250, 500, 1000, 2000, 3000, 4500, 9000];

function densityOf(ratio: number): number {
  return ratio * 0.002 ** 2;
}

function fixedLag(lag: 1 | 2 | 3 | 5): Method {
  return {
    name: `fixed-lag ${lag}`,
    lookAhead: lag,
    variants: [500, 1000, 2000, 3000, 4000, 8000, 16000].map((ratio) => ({
      parameters: `ratio ${ratio}`,
      run: smoothed({ method: "fixed-lag", lag, accelerationDensity: densityOf(ratio) }),
    })),
  };
}

function oneEuro(variant: "casiez" | "mediapipe"): Method {
  return {
    name: `One Euro (${variant})`,
    lookAhead: 0,
    variants: grid([0.5, 1, 2, 3, 4], [3, 10, 20, 40, 80], (minCutoffHz, beta) => ({
      parameters: `${minCutoffHz} Hz, beta ${beta}`,
      run: smoothed({ method: "one-euro", variant, minCutoffHz, beta }),
    })),
  };
}

/** All that is compared. */
export const METHODS: readonly Method[] = [
  mean("none", [1], 0),
  mean("[1,2,1]/4", [1, 2, 1], 0),
  mean("mean of 3", [1, 1, 1], 0),
  mean("mean of 5", [1, 1, 1, 1, 1], 0),
  mean("binomial of 5", [1, 4, 6, 4, 1], 0),
  {
    name: "exponential",
    lookAhead: 0,
    variants: [0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8].map((share) => ({
      parameters: `share ${share}`,
      run: exponential(share),
    })),
  },
  oneEuro("casiez"),
  oneEuro("mediapipe"),
  {
    name: "Kalman",
    lookAhead: 0,
    variants: DENSITIES.map((ratio) => ({ parameters: `ratio ${ratio}`, run: kalman(ratio) })),
  },
  {
    name: "interacting models",
    lookAhead: 0,
    variants: grid([10, 50, 200, 800], [1500, 3000, 6000], (calm, agile) => ({
      parameters: `ratios ${calm}, ${agile}`,
      run: interacting(calm, agile, 0),
    })),
  },
  {
    name: "blend over time",
    lookAhead: 0,
    variants: [0.25, 0.5, 0.75, 1, 1.5, 2, 3].map((weight) => ({
      parameters: `weight ${weight}`,
      run: blended(weight),
    })),
  },
  {
    name: "kalman, damped",
    lookAhead: 0,
    variants: grid(DENSITIES, [0.15, 0.27, 0.4], (ratio, damping) => ({
      parameters: `ratio ${ratio}, damping ${damping}`,
      run: smoothed({
        method: "kalman",
        accelerationDensity: densityOf(ratio),
        damping,
        calmShare: 1,
      }),
    })),
  },
  {
    name: "kalman",
    lookAhead: 0,
    variants: grid(
      [2000, 3000, 4500, 6000],
      [0.05, 0.075, 0.1, 0.125, 0.15, 0.2],
      (ratio, calmSpeed) => ({
        parameters: `ratio ${ratio}, calm speed ${calmSpeed}`,
        run: smoothed({ method: "kalman", accelerationDensity: densityOf(ratio), calmSpeed }),
      }),
    ),
  },
  {
    name: "blend over time + kalman",
    lookAhead: 0,
    variants: grid([0.1, 0.25, 0.5], [3000, 6000, 12000], (weight, ratio) => ({
      parameters: `weight ${weight}, ratio ${ratio}`,
      run: blended(weight, { method: "kalman", accelerationDensity: densityOf(ratio) }),
    })),
  },
  mean("[1,2,1]/4, centred", [1, 2, 1], 1),
  mean("mean of 3, centred", [1, 1, 1], 1),
  fixedLag(1),
  mean("mean of 5, centred", [1, 1, 1, 1, 1], 2),
  mean("binomial of 5, centred", [1, 4, 6, 4, 1], 2),
  fixedLag(2),
  mean("mean of 7, centred", [1, 1, 1, 1, 1, 1, 1], 3),
  mean("binomial of 7, centred", [1, 6, 15, 20, 15, 6, 1], 3),
  fixedLag(3),
  {
    name: "interacting models, lag 3",
    lookAhead: 3,
    variants: grid([50, 200, 800], [1500, 3000, 6000], (calm, agile) => ({
      parameters: `ratios ${calm}, ${agile}`,
      run: interacting(calm, agile, 3),
    })),
  },
  fixedLag(5),
  {
    name: "offline",
    lookAhead: "offline",
    variants: [500, 1000, 2000, 3000, 4000, 8000, 16000].map((ratio) => ({
      parameters: `ratio ${ratio}`,
      run: offline({ accelerationDensity: densityOf(ratio) }),
    })),
  },
];
