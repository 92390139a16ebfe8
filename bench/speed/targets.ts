import type { Spread, Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { type Round, steadyS, type Trial } from "./trial.ts";

/** What is compared, round by round. */
interface Comparison {
  readonly name: string;
  readonly limit: number;
  readonly side: Target["wanted"]["side"];
  /** The contenders that it takes. */
  readonly of: readonly string[];
  value(rounds: readonly Round[], frames: number): number;
}

const cpuS = ({ start, whole }: Round) => whole.cpuS - start.cpuS;
const timeRatio = ([a, b]: readonly Round[]) => steadyS(a!) / steadyS(b!);

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

/** Peers do not follow objects, so they are compared with what does not either. */
function ahead(peer: string, ours: string, limit: number): Comparison {
  return { name: `${peer} / ${ours}`, limit, side: "at least", of: [peer, ours], value: timeRatio };
}

const atMost = (
  name: string,
  limit: number,
  of: readonly string[],
  value: Comparison["value"] = timeRatio,
): Comparison => ({ name, limit, side: "at most", of, value });

/** What is left of our CPU seconds without ffmpeg's and the network's, over ffmpeg's for decoding. */
const ownShare = ([ours, ffmpeg, network, decode]: readonly Round[]) =>
  (cpuS(ours!) - cpuS(ffmpeg!) - cpuS(network!)) / cpuS(decode!);

const COMPARISONS: readonly Comparison[] = [
  atMost("detections / decode and scale, time", 1.25, [FOUND, SCALE]),
  atMost("detections, not followed / decode and scale, time", 1.25, [FOUND_ALONE, SCALE]),
  atMost("annotated / decode and encode, time", 1.2, [DRAWN, ENCODE]),
  atMost(
    "annotated / ffmpeg and network, CPU",
    1.08,
    [DRAWN, ENCODE, NETWORK],
    ([ours, ffmpeg, network]) => cpuS(ours!) / (cpuS(ffmpeg!) + cpuS(network!)),
  ),
  ahead("Python with OpenCV: annotated", DRAWN_ALONE, 1.6),
  ahead("Python with OpenCV: detections", FOUND_ALONE, 3),
  ahead("plain Deno loop: annotated", DRAWN_ALONE, 1),
  ahead("plain Deno loop: detections", FOUND_ALONE, 1),
  atMost("own stages / decoding, annotated, CPU", 0.5, [DRAWN, ENCODE, NETWORK, DECODE], ownShare),
  atMost("own stages / decoding, detections, CPU", 0.1, [FOUND, SCALE, NETWORK, DECODE], ownShare),
  atMost(
    "own stages / decoding, detections not followed, CPU",
    0.1,
    [FOUND_ALONE, SCALE, NETWORK, DECODE],
    ownShare,
  ),
  atMost("annotated, memory of Deno in MB", 300, [DRAWN], ([ours]) => ours!.whole.denoPeakMb),
  atMost("wasm / native, annotated, time", 1.25, [WASM, DRAWN]),
];

/**
 * Holds what was measured against what is wanted; what takes contenders that did not run is left out.
 *
 * @param all What was measured.
 * @param frames How many frames the clip has.
 * @returns The figures: medians of the rounds' ratios.
 */
export function targetsOf(all: readonly Trial[], frames: number): Target[] {
  const roundsOf = new Map(all.map(({ contender, rounds }) => [contender.name, rounds]));
  return COMPARISONS.flatMap(({ name, limit, side, of, value }) => {
    const taken = of.map((contender) => roundsOf.get(contender));
    if (taken.some((rounds) => !rounds)) return [];
    const values = taken[0]!.map((_, round) =>
      value(taken.map((rounds) => rounds![round]!), frames)
    );
    return [target(name, spreadOf(values), { limit, side })];
  });
}

/**
 * A figure beside the one that is wanted.
 *
 * @param name What it is.
 * @param spread What was measured.
 * @param wanted What is wanted.
 * @returns Both, and whether they agree.
 */
export function target(name: string, spread: Spread, wanted: Target["wanted"]): Target {
  const value = spread.median;
  const isMet = wanted.side === "at most" ? value <= wanted.limit : value >= wanted.limit;
  return { name, value, spread, wanted, isMet };
}
