import type { Spread, Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { type Round, steadyCpuS, steadyS, type Trial } from "./trial.ts";

/** What was measured in one round, by the contenders' names. */
type RoundOf = (name: string) => Round;

/** What is compared, round by round. */
interface Comparison {
  readonly name: string;
  readonly limit: number;
  readonly side: Target["wanted"]["side"];
  /** The contenders that it takes. */
  readonly of: readonly string[];
  value(of: RoundOf): number;
  /** The best that the floors leave, with the contenders that it takes besides. */
  readonly best?: {
    readonly of: readonly string[];
    value(of: RoundOf, cores: number): number;
  };
}

const [DECODE, SCALE, ENCODE, NETWORK] = [
  "ffmpeg: decode",
  "ffmpeg: decode, scale",
  "ffmpeg: decode, encode",
  "network alone",
];
const [FOUND, FOUND_ALONE, DRAWN, DRAWN_ALONE, WASM] = [
  "steadybox: detections",
  "steadybox: detections, not followed",
  "steadybox: annotated",
  "steadybox: annotated, not followed",
  "steadybox: annotated, wasm",
];

/**
 * The least time for all frames: as long as ffmpeg takes by itself, or as all cores need for ffmpeg
 * and the network together if none of them ever waits.
 */
function leastS(of: RoundOf, ffmpeg: string, cores: number): number {
  const needed = steadyCpuS(of(ffmpeg)) + steadyCpuS(of(NETWORK));
  return Math.max(steadyS(of(ffmpeg)), needed / cores);
}

/** How much longer we take than ffmpeg by itself. */
function overFfmpeg(name: string, limit: number, ours: string, ffmpeg: string): Comparison {
  return {
    ...{ name, limit, side: "at most", of: [ours, ffmpeg] },
    value: (of) => steadyS(of(ours)) / steadyS(of(ffmpeg)),
    best: {
      of: [NETWORK],
      value: (of, cores) => leastS(of, ffmpeg, cores) / steadyS(of(ffmpeg)),
    },
  };
}

/** How much longer a peer takes. Peers do not follow objects: they are compared with what does not. */
function ahead(peer: string, kind: "annotated" | "detections", limit: number): Comparison {
  const [ours, ffmpeg] = kind === "annotated" ? [DRAWN_ALONE, ENCODE] : [FOUND_ALONE, SCALE];
  const theirs = `${peer}: ${kind}`;
  return {
    ...{ name: `${peer} / steadybox, ${kind}, time`, limit, side: "at least", of: [theirs, ours] },
    value: (of) => steadyS(of(theirs)) / steadyS(of(ours)),
    best: {
      of: [ffmpeg, NETWORK],
      value: (of, cores) => steadyS(of(theirs)) / leastS(of, ffmpeg, cores),
    },
  };
}

/** What is left of our CPU seconds without ffmpeg's and the network's, over ffmpeg's for decoding. */
function ownShare(name: string, limit: number, ours: string, ffmpeg: string): Comparison {
  return {
    ...{ name, limit, side: "at most", of: [ours, ffmpeg, NETWORK, DECODE] },
    value(of) {
      const own = steadyCpuS(of(ours)) - steadyCpuS(of(ffmpeg)) - steadyCpuS(of(NETWORK));
      return own / steadyCpuS(of(DECODE));
    },
  };
}

const COMPARISONS: readonly Comparison[] = [
  overFfmpeg("detections / decode and scale, time", 1.25, FOUND, SCALE),
  overFfmpeg("detections, not followed / the same, time", 1.25, FOUND_ALONE, SCALE),
  overFfmpeg("annotated / decode and encode, time", 1.2, DRAWN, ENCODE),
  overFfmpeg("annotated, not followed / the same, time", 1.2, DRAWN_ALONE, ENCODE),
  {
    name: "annotated / ffmpeg and network, CPU",
    ...{ limit: 1.08, side: "at most", of: [DRAWN, ENCODE, NETWORK] },
    value: (of) => steadyCpuS(of(DRAWN)) / (steadyCpuS(of(ENCODE)) + steadyCpuS(of(NETWORK))),
    best: { of: [], value: () => 1 },
  },
  ahead("OpenCV", "annotated", 1.6),
  ahead("OpenCV", "detections", 3),
  ahead("plain loop", "annotated", 1),
  ahead("plain loop", "detections", 1),
  ownShare("own stages / decoding, annotated, CPU", 0.5, DRAWN, ENCODE),
  ownShare("own stages / decoding, detections, CPU", 0.1, FOUND, SCALE),
  ownShare("the same, not followed", 0.1, FOUND_ALONE, SCALE),
  {
    name: "annotated, memory of Deno in MB",
    ...{ limit: 300, side: "at most", of: [DRAWN] },
    value: (of) => of(DRAWN).whole.denoPeakMb,
    best: { of: [NETWORK], value: (of) => of(NETWORK).whole.denoPeakMb },
  },
  {
    name: "wasm / native, annotated, time",
    ...{ limit: 1.25, side: "at most", of: [WASM, DRAWN] },
    value: (of) => steadyS(of(WASM)) / steadyS(of(DRAWN)),
  },
];

/**
 * Holds what was measured against what is wanted; what takes contenders that did not run is left out.
 *
 * @param all What was measured.
 * @param cores How many cores the machine has.
 * @returns The figures: medians of the rounds' ratios.
 */
export function targetsOf(all: readonly Trial[], cores: number): Target[] {
  const roundsOf = new Map(all.map(({ contender, rounds }) => [contender.name, rounds]));
  const values = (names: readonly string[], value: (of: RoundOf) => number) => {
    if (!names.every((name) => roundsOf.has(name))) return undefined;
    const rounds = roundsOf.get(names[0]!)!;
    return rounds.map((_, at) => value((name) => roundsOf.get(name)![at]!));
  };
  return COMPARISONS.flatMap(({ name, limit, side, of, value, best }) => {
    const found = values(of, value);
    if (!found) return [];
    const bests = best && values([...of, ...best.of], (of) => best.value(of, cores));
    return [target(name, spreadOf(found), { limit, side }, bests && spreadOf(bests).median)];
  });
}

/**
 * A figure beside the one that is wanted.
 *
 * @param name What it is.
 * @param spread What was measured.
 * @param wanted What is wanted.
 * @param best The best that is possible, where that is known.
 * @returns Both, and whether they agree.
 */
export function target(
  name: string,
  spread: Spread,
  wanted: Target["wanted"],
  best?: number,
): Target {
  const value = spread.median;
  const known = { name, value, spread, wanted, isMet: isWithin(value, wanted) };
  return best === undefined ? known : { ...known, best };
}

/**
 * Whether a value is on the side of a limit on which it should be.
 *
 * @param value The value.
 * @param wanted The limit, and the side.
 * @returns Whether it is.
 */
export function isWithin(value: number, { limit, side }: Target["wanted"]): boolean {
  return side === "at most" ? value <= limit : value >= limit;
}
