import { geometricMeanOf, meanOf } from "../jitter/measures/segment_reading.ts";
import { type Reading, reading } from "./judge.ts";
import type { Method, Variant } from "./methods.ts";
import type { StudyTrack } from "./study_track.ts";

/** What a method may cost, over what it is given. */
interface Guard {
  /** The error on fast motion, over the raw boxes'. */
  readonly maxError: number;
  /** The lag on tracks that move, in frames. */
  readonly maxLagFrames: number;
}

/** What is allowed to methods that look ahead as far as this one. */
export function guardFor({ lookAhead }: Method): Guard {
  if (lookAhead === 0) return { maxError: 1.25, maxLagFrames: 0.5 };
  return { maxError: lookAhead === "offline" ? 0.8 : 0.9, maxLagFrames: 0.5 };
}

/** Readings taken together. */
export interface Summary {
  /** The residual at 6 Hz and above, over the raw boxes': geometric mean of tracks and coordinates. */
  readonly flicker: number;
  /** The same from 1 to 6 Hz. */
  readonly wobble: number;
  /** The same of the error on the fastest quarter. */
  readonly error: number;
  /** The mean lag on tracks that move, in frames. */
  readonly lagFrames: number;
}

/** Takes readings together. */
export function summaryOf(readings: readonly Reading[]): Summary {
  const moving = readings.filter(({ track }) => !track.isStill);
  return {
    flicker: geometricMeanOf(readings.flatMap(({ flicker }) => flicker)),
    wobble: geometricMeanOf(readings.flatMap(({ wobble }) => wobble)),
    error: geometricMeanOf(readings.flatMap(({ error }) => error)),
    lagFrames: moving.length ? meanOf(moving.flatMap(({ lagFrames }) => lagFrames)) : 0,
  };
}

/** A method with what was chosen for it, and what that came to. */
export interface Judged {
  readonly method: Method;
  /** What is best on all clips, and its readings on them: too good, as it has seen them. */
  readonly best: Variant;
  readonly inSample: readonly Reading[];
  /** Each track's reading with what is best on the other clips. */
  readonly readings: readonly Reading[];
  /** What was chosen for each clip. */
  readonly chosen: ReadonlyMap<string, Variant>;
}

/** Chooses a method's parameters and judges them. */
export function judgedBy(method: Method, tracks: readonly StudyTrack[]): Judged {
  const all = method.variants.map((variant) => ({
    variant,
    readings: tracks.map((track) => reading(track, variant.run(track))),
  }));
  const clips = [...new Set(tracks.map(({ clip }) => clip))];
  const choose = (isSeen: (reading: Reading) => boolean) =>
    all.map(({ variant, readings }) => {
      const seen = readings.filter(isSeen);
      return { variant, readings, cost: costOf(summaryOf(seen), guardFor(method)) };
    }).reduce((a, b) => b.cost < a.cost ? b : a);
  const chosen = new Map(
    clips.map((clip) => [clip, choose(({ track }) => track.clip !== clip)]),
  );
  const best = choose(() => true);
  return {
    method,
    best: best.variant,
    inSample: best.readings,
    readings: tracks.map((track, i) => chosen.get(track.clip)!.readings[i]!),
    chosen: new Map([...chosen].map(([clip, { variant }]) => [clip, variant])),
  };
}

/** What is chosen may cost this share of what is allowed: a clip not seen may cost a little more. */
const MARGIN = 0.9;

/** The flicker; beyond the guard, more than any flicker, and the more the farther beyond. */
function costOf({ flicker, error, lagFrames }: Summary, guard: Guard): number {
  const excess = Math.max(0, error - MARGIN * guard.maxError) +
    Math.max(0, lagFrames - MARGIN * guard.maxLagFrames);
  return excess > 0 ? 10 + excess : flicker;
}
