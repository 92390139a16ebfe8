import { type Contender, CONTENDERS, type Subject } from "./contenders.ts";
import { agreementOf, boxesIn } from "./agreement.ts";
import { type Measured, measured } from "./measured.ts";
import type { Row } from "./schema.ts";
import { spreadOf } from "./spread.ts";

/** From which agreement on a peer finds the same boxes. */
const MIN_AGREEMENT = 0.85;

/** The only model that peers know. */
const PEERS_MODEL = "blazeface-full";

/** One round of a contender: a run of its first frame alone, then one of all. */
export interface Round {
  readonly start: Measured;
  readonly whole: Measured;
}

/** What was measured of a contender. */
export interface Trial {
  readonly contender: Contender;
  readonly rounds: readonly Round[];
  readonly agreement?: number;
}

/** How a trial is run. */
export interface TrialOptions {
  /** All of the clip. */
  readonly whole: Subject;
  /** Its first frame. */
  readonly first: Subject;
  /** How often. */
  readonly repeats: number;
  /** Which contenders: those whose name holds the text. */
  readonly only: string;
  /** Told what runs next. */
  readonly onProgress: (line: string) => void;
}

/**
 * Runs all contenders in turn, round by round, so that what disturbs the machine disturbs them all.
 *
 * @param options What they work on.
 * @returns What was measured of each.
 * @throws {Error} If one fails, or a peer does not find what steadybox finds: it would be no peer.
 */
export async function trials(
  { whole, first, repeats, only, onProgress }: TrialOptions,
): Promise<Trial[]> {
  const contenders = CONTENDERS.filter(({ name, group }) =>
    name.includes(only) && (group !== "peer" || whole.model === PEERS_MODEL)
  );
  const rounds = contenders.map((): Round[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [at, contender] of contenders.entries()) {
      onProgress(`${repeat + 1}/${repeats}  ${contender.name}`);
      const start = await measured(contender.command(first));
      rounds[at]!.push({ start, whole: await measured(contender.command(whole)) });
    }
  }
  return await Promise.all(contenders.map(async (contender, at) => {
    const trial = { contender, rounds: rounds[at]! };
    const agreement = await agreementFor(contender, contenders, whole.folder);
    return agreement === undefined ? trial : { ...trial, agreement };
  }));
}

async function agreementFor(
  { name, group, listing }: Contender,
  contenders: readonly Contender[],
  folder: string,
): Promise<number | undefined> {
  const ours = contenders.find((other) => other.group === "steadybox" && other.listing);
  if (group !== "peer" || !listing || !ours?.listing) return undefined;
  const agreement = agreementOf(
    await boxesIn(`${folder}/${ours.listing}`),
    await boxesIn(`${folder}/${listing}`),
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
 * @param subject What it worked on.
 * @returns The row.
 */
export function rowOf({ contender, rounds, agreement }: Trial, subject: Subject): Row {
  const { frames } = subject;
  const feeds = contender.isMany ? subject.feeds : 1;
  const further = feeds * (frames - 1);
  const spread = (value: (round: Round) => number) => spreadOf(rounds.map(value));
  return {
    name: contender.name,
    group: contender.group,
    frames: feeds * frames,
    startS: spread(({ start }) => start.wallS),
    wallS: spread(({ whole }) => whole.wallS),
    fps: spread((round) => further / steadyS(round)),
    cpuMsPerFrame: spread(({ start, whole }) => 1000 * (whole.cpuS - start.cpuS) / further),
    peakMb: spread(({ whole }) => whole.peakMb),
    denoPeakMb: spread(({ whole }) => whole.denoPeakMb),
    ...(agreement !== undefined && { agreement }),
  };
}

/** What a run takes without its start, in seconds. */
export function steadyS({ start, whole }: Round): number {
  return Math.max(whole.wallS - start.wallS, 1e-3);
}
