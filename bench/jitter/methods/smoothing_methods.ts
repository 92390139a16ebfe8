import type { Track } from "../../../pipeline/track.ts";
import { smoothOffline, type TimedTracks } from "../../../stages/smooth_offline.ts";
import { smootherFor } from "../../../stages/smoothing/smoother_for.ts";
import { smoothingFrom } from "../../../stages/smoothing/smoothing_from.ts";
import { shortFiltered } from "./short_filters.ts";

/** What keeps boxes still, and is measured. */
export interface SmoothingMethod {
  /** Its name, such as `kalman`. */
  readonly name: string;
  /** Whether it is one to be had, or what such a one has to beat. */
  readonly role: "method" | "reference";
  /** Its parameters, those left at their defaults too. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** For how many further frames a box waits; `null` if for the whole clip. */
  readonly lookAheadFrames: number | null;
  /**
   * Smooths a clip.
   *
   * @param frames The tracks of every frame, in the order of time.
   * @returns The smoothed tracks of every frame, in the same order.
   */
  run(frames: readonly TimedTracks[]): readonly (readonly Track[])[];
}

/** Boxes as they were detected. */
export const NONE: SmoothingMethod = {
  name: "none",
  role: "method",
  parameters: {},
  lookAheadFrames: 0,
  run: (frames) => frames.map(({ tracks }) => tracks.map(rawTrack)),
};

function rawTrack(track: Track): Track {
  return { ...track, box: track.rawBox ?? track.box };
}

/** Boxes as they came with a file of tracks, which has the raw ones too. */
export const AS_GIVEN: SmoothingMethod = {
  name: "as in the file",
  role: "method",
  parameters: {},
  lookAheadFrames: 0,
  run: (frames) => frames.map(({ tracks }) => tracks),
};

/**
 * A method by what the command line calls it.
 *
 * @param text Its name, with parameters or without, as `smoothingFrom` takes them.
 * @returns The method; `undefined` if there is none such.
 *
 * @example How far a method looks ahead
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(smoothingMethod("fixed-lag")?.lookAheadFrames, 3);
 * assertEquals(smoothingMethod("fixed-lag-1")?.lookAheadFrames, 1);
 * ```
 */
export function smoothingMethod(text: string): SmoothingMethod | undefined {
  const options = smoothingFrom(text);
  if (!options || options.method === "none") return options && NONE;
  const { method: _, ...parameters } = options;
  const common = { name: text, role: "method", parameters } as const;
  if (options.method === "offline") {
    return { ...common, lookAheadFrames: null, run: (frames) => smoothOffline(frames, options) };
  }
  return {
    ...common,
    lookAheadFrames: options.method === "fixed-lag" ? options.lag ?? 3 : 0,
    run(frames) {
      const smoother = smootherFor(options)!;
      const early = frames.map((frame) => smoother.advance(frame));
      return [...early.filter((tracks) => tracks !== undefined), ...smoother.finish()];
    },
  };
}

/** The share of the newest box in the exponential mean: what is best of those in the study of steadiness. */
const EXPONENTIAL_SHARE = 0.7;

/** Short filters that any method has to beat at equal lag: all look good by third differences. */
export const REFERENCE_METHODS: readonly SmoothingMethod[] = [
  weighted("[1,2,1]/4", [1, 2, 1]),
  weighted("mean of 3", [1, 1, 1]),
  weighted("mean of 5", [1, 1, 1, 1, 1]),
  weighted("binomial of 5", [1, 4, 6, 4, 1]),
  {
    name: "exponential",
    role: "reference",
    parameters: { share: EXPONENTIAL_SHARE },
    lookAheadFrames: 0,
    run: (frames) =>
      shortFiltered(frames, () => {
        let last: readonly number[] | undefined;
        return (values) =>
          last = values.map((value, i) => {
            const before = last?.[i] ?? value;
            return before + EXPONENTIAL_SHARE * (value - before);
          });
      }),
  },
];

/**
 * A weighted mean of the newest boxes, late by half of its length; at the beginning, of those there are.
 *
 * @param name Its name.
 * @param weights The weights, the newest box's first.
 * @returns The method.
 */
export function weighted(name: string, weights: readonly number[]): SmoothingMethod {
  return {
    name,
    role: "reference",
    parameters: { weights: weights.length > 9 ? `${weights.length} equal` : weights.join() },
    lookAheadFrames: 0,
    run: (frames) =>
      shortFiltered(frames, () => {
        const history: (readonly number[])[] = [];
        return (values) => {
          history.unshift(values);
          history.length = Math.min(history.length, weights.length);
          const total = history.reduce((sum, _, k) => sum + weights[k]!, 0);
          return values.map((_, i) =>
            history.reduce((sum, past, k) => sum + weights[k]! * past[i]!, 0) / total
          );
        };
      }),
  };
}
