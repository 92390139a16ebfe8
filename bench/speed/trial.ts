import { basename } from "node:path";
import { agreementOf, boxesIn } from "./agreement.ts";
import type { Clips, Recipe } from "./clips.ts";
import { type Contender, OURS_LIKE_PEERS, type Subject } from "./contenders.ts";
import { type Measured, measured } from "./measured.ts";
import type { Row } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { stageTimesIn } from "./stage_times.ts";

/** From which agreement on a peer finds the same boxes. */
const MIN_AGREEMENT = 0.85;

/** How many boxes there must be in a frame of 1080p, so that there is something to work on. */
const MIN_BOXES = 2;

/** How many frames warm a run up, at most, and which share of all frames. */
const WARM_UP = { frames: 105, share: 0.2 };

/** What a contender works on: one frame, those that warm it up, and all. */
export type Lengths = Readonly<Record<"first" | "warmUp" | "whole", Subject>>;

/** A contender, and what it works on. */
export interface Case {
  readonly contender: Contender;
  /** What its clip was made of. */
  readonly recipe: Recipe;
  readonly lengths: Lengths;
}

/** One round of a case: a run of each length. */
export type Round = Readonly<Record<keyof Lengths, Measured>>;

/** What was measured of a case. */
export interface Trial extends Case {
  readonly rounds: readonly Round[];
  readonly boxesPerFrame?: number;
  readonly agreement?: number;
}

/**
 * Makes all that a contender works with.
 *
 * @param contender Who works.
 * @param recipe On what.
 * @param options How long the clip is, where it is made, and where files may be written.
 * @returns The contender with it.
 */
export async function caseOf(
  contender: Contender,
  recipe: Recipe,
  { clips, frames, folder, ...common }: Pick<Subject, "frames" | "folder" | "model" | "device"> & {
    readonly clips: Clips;
  },
): Promise<Case> {
  const counts = {
    first: 1,
    warmUp: Math.min(WARM_UP.frames, Math.max(2, Math.floor(WARM_UP.share * frames))),
    whole: frames,
  };
  const subject = async (name: keyof typeof counts): Promise<Subject> => {
    const { path, ...clip } = await clips.make(recipe, counts[name]);
    const made = { ...common, ...clip, clip: path, folder: `${folder}/${name}` };
    await Deno.mkdir(made.folder, { recursive: true });
    await contender.prepare?.(made);
    return made;
  };
  const [first, warmUp, whole] = [
    await subject("first"),
    await subject("warmUp"),
    await subject("whole"),
  ];
  return { contender, recipe, lengths: { first, warmUp, whole } };
}

/**
 * Runs all cases in turn, round by round, so that what disturbs the machine disturbs them all.
 *
 * @param cases What runs.
 * @param options How often, and who is told what runs next.
 * @returns What was measured of each.
 * @throws {Error} If one fails; if a peer does not find what steadybox finds, as it would be no peer;
 * or if there is too little to find in frames of 1080p.
 */
export async function trials(
  cases: readonly Case[],
  { repeats, onProgress }: {
    readonly repeats: number;
    readonly onProgress: (line: string) => void;
  },
): Promise<Trial[]> {
  const rounds = cases.map((): Round[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [at, { contender, lengths }] of cases.entries()) {
      onProgress(`${repeat + 1}/${repeats}  ${contender.name}`);
      const first = await measured(contender.command(lengths.first));
      const warmUp = await measured(contender.command(lengths.warmUp));
      const whole = await measured(contender.command(lengths.whole));
      rounds[at]!.push({ first, warmUp, whole });
      // What it cannot be measured on is found out at once, rather than at the end.
      if (repeat === 0) await boxesPerFrameOf(cases[at]!);
    }
  }
  return await Promise.all(cases.map(async (one, at): Promise<Trial> => {
    const boxesPerFrame = await boxesPerFrameOf(one);
    const agreement = await agreementOfPeer(one, cases);
    return {
      ...one,
      rounds: rounds[at]!,
      ...(boxesPerFrame !== undefined && { boxesPerFrame }),
      ...(agreement !== undefined && { agreement }),
    };
  }));
}

/** How many boxes were found in a frame. */
async function boxesPerFrameOf({ contender, lengths }: Case): Promise<number | undefined> {
  const { name, listings } = contender;
  if (listings.length === 0) return undefined;
  const { folder, frames, size } = lengths.whole;
  let boxes = 0;
  for (const listing of listings) {
    const found = await boxesIn(`${folder}/${listing}`);
    if (found.length !== frames) {
      throw new Error(`Cannot measure "${name}": it took ${found.length} of ${frames} frames`);
    }
    boxes += found.flat().length;
  }
  const perFrame = boxes / frames / listings.length;
  if (size.height === 1080 && perFrame < MIN_BOXES) {
    throw new Error(
      `Cannot measure "${name}" as it must find ${MIN_BOXES} boxes in a frame of 1080p: ` +
        `it finds ${perFrame.toFixed(2)}`,
    );
  }
  return perFrame;
}

async function agreementOfPeer(
  { contender: { name, group, listings: [listing] }, lengths }: Case,
  cases: readonly Case[],
): Promise<number | undefined> {
  const ours = cases.find(({ contender }) => contender === OURS_LIKE_PEERS);
  if (group !== "peer" || listing === undefined || !ours) return undefined;
  const agreement = agreementOf(
    await boxesIn(`${ours.lengths.whole.folder}/${OURS_LIKE_PEERS.listings[0]}`),
    await boxesIn(`${lengths.whole.folder}/${listing}`),
  );
  if (agreement < MIN_AGREEMENT) {
    const share = Math.round(100 * agreement);
    throw new Error(`Cannot compare with "${name}": ${share} % of its boxes and ours agree`);
  }
  return agreement;
}

/**
 * A trial as a row of the report.
 *
 * @param trial What was measured.
 * @returns The row.
 */
export function rowOf(trial: Trial): Row {
  const { contender, recipe, rounds, boxesPerFrame, agreement, lengths: { whole, warmUp } } = trial;
  const feeds = feedsOf(trial);
  const further = furtherFrames(trial);
  const spread = (value: (round: Round) => number) => spreadOf(rounds.map(value));
  const stages = stageTimesIn(rounds.map(({ whole }) => whole.printed));
  return {
    name: contender.name,
    group: contender.group,
    clip: basename(recipe.clip),
    ...whole.size,
    model: basename(whole.model),
    feeds,
    frames: feeds * whole.frames,
    repeats: rounds.length,
    startS: spread(({ first }) => first.wallS),
    warmUpS: spread((round) => {
      const frameS = steadyS(round) / (whole.frames - warmUp.frames);
      return round.warmUp.wallS - round.first.wallS - (warmUp.frames - 1) * frameS;
    }),
    wallS: spread(({ whole }) => whole.wallS),
    fps: spread((round) => steadyFps(trial, round)),
    cpuMsPerFrame: spread((round) => 1000 * steadyCpuS(round) / further),
    peakMb: spread(({ whole }) => whole.peakMb),
    denoPeakMb: spread(({ whole }) => whole.denoPeakMb),
    ...(boxesPerFrame !== undefined && { boxesPerFrame }),
    ...(agreement !== undefined && { agreement }),
    ...(stages && { stages }),
  };
}

/** How many feeds a contender works on at a time. */
function feedsOf({ contender: { feeds, listings } }: Case): number {
  return feeds ?? Math.max(1, listings.length);
}

/** How many frames of all feeds there are behind those that warm a run up. */
function furtherFrames(one: Case): number {
  const { whole, warmUp } = one.lengths;
  return feedsOf(one) * (whole.frames - warmUp.frames);
}

/** Frames a second of all feeds, without the start and the frames that warm a run up. */
export function steadyFps(one: Case, round: Round): number {
  return furtherFrames(one) / steadyS(round);
}

/** What a run takes without its start and without the frames that warm it up, in seconds. */
export function steadyS({ warmUp, whole }: Round): number {
  return Math.max(whole.wallS - warmUp.wallS, 1e-3);
}

/** What all its processes compute meanwhile, in seconds of one processor. */
export function steadyCpuS({ warmUp, whole }: Round): number {
  return whole.cpuS - warmUp.cpuS;
}
