import {
  type BootstrapOptions,
  circularBlockInterval,
  MIN_TRACKS,
  trackInterval,
} from "../../../pipeline/metrics/bootstrap.ts";
import type { PerturbationRow } from "../../../pipeline/metrics/perturbation.ts";
import type { Measured, MeasuredInterval, PerturbationResult } from "../report/report_schema.ts";
import type { FrameReading } from "./frame_reading.ts";
import type { Perturbation, PerturbationKind, Perturbations } from "./perturbations.ts";

/** The readings of a method: a list for each clip, in the order of time. */
export type ClipReadings = readonly (readonly FrameReading[])[];

/** What can be told of rows, and summed up over pictures. */
export type PerturbationQuantity = Exclude<keyof PerturbationRow, "pairs" | "detections">;

/** Frames this near to each other, in seconds, stay together when an interval is made. */
const BLOCK_S = 5;

/** A sum of squares (or of cases), and of how many. */
interface Share {
  readonly sum: number;
  readonly count: number;
}

/** What a quantity comes to: the root of the mean square, but for the share of what flips. */
function shareOf(rows: readonly PerturbationRow[], quantity: PerturbationQuantity): Share {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const value = row[quantity];
    if (value === undefined) continue;
    const weight = quantity === "flipRatePercent" ? row.detections : row.pairs;
    sum += weight * (quantity === "flipRatePercent" ? value : value ** 2);
    count += weight;
  }
  return { sum, count };
}

function valueOf(shares: readonly Share[], quantity: PerturbationQuantity): number | undefined {
  let [sum, count] = [0, 0];
  for (const share of shares) {
    sum += share.sum;
    count += share.count;
  }
  if (!count) return undefined;
  return quantity === "flipRatePercent" ? sum / count : Math.sqrt(sum / count);
}

/** Which rows of a picture are meant. */
export interface PerturbationChoice {
  /** Which disturbances. */
  readonly kind: PerturbationKind;
  /** Which of that kind; all where absent. */
  readonly where?: (perturbation: Perturbation) => boolean;
  /** Which points are compared. */
  readonly points: "boxes" | "keypoints";
  /** What is told of them. */
  readonly quantity: PerturbationQuantity;
}

function sharesOf(
  clips: ClipReadings,
  { all }: Perturbations,
  { kind, where = () => true, points, quantity }: PerturbationChoice,
): Share[][] {
  const isChosen = all.map((perturbation) => perturbation.kind === kind && where(perturbation));
  return clips.map((frames) =>
    frames.map((frame) => shareOf((frame[points] ?? []).filter((_, i) => isChosen[i]), quantity))
  );
}

/** An interval by clips where there are enough of them, else by blocks of seconds within these. */
function intervalOf<T>(
  clips: readonly (readonly T[])[],
  statistic: (frames: readonly T[]) => number | undefined,
  options: BootstrapOptions,
): MeasuredInterval | null {
  const overall = (drawn: readonly (readonly T[])[]) => statistic(drawn.flat());
  const shortest = Math.min(...clips.map(({ length }) => length));
  const blockLength = Math.max(1, Math.min(BLOCK_S, Math.floor(shortest / 2)));
  const interval = clips.length >= MIN_TRACKS
    ? trackInterval(clips, overall, options)
    : circularBlockInterval(clips, overall, { ...options, blockLength });
  if (!interval) return null;
  const { low, high, level, scope } = interval;
  return { low, high, level, scope };
}

function measured(
  clips: readonly (readonly Share[])[],
  quantity: PerturbationQuantity,
  { count, bootstrap }: { readonly count: number; readonly bootstrap: BootstrapOptions },
): Measured {
  const statistic = (shares: readonly Share[]) => valueOf(shares, quantity);
  const estimate = statistic(clips.flat()) ?? null;
  return { estimate, interval: intervalOf(clips, statistic, bootstrap), count };
}

/** What a summary is made with. */
export interface PerturbationSummaryOptions {
  /** What pictures were disturbed by. */
  readonly perturbations: Perturbations;
  /** How intervals are made. */
  readonly bootstrap: BootstrapOptions;
}

/**
 * What a method reads over all pictures. Unless told by kind, numbers are of whole shifts.
 *
 * Intervals are made by resampling clips; of fewer than eight, blocks of 5 s within each clip (shorter ones
 * in a clip below 10 s), and speak of these clips only. Several pictures of one clip show the same
 * objects, so that an interval over objects would be far too narrow.
 *
 * @param readings The readings, a list for each clip; clips without any do not count.
 * @param options How they were made.
 * @returns The result, as the report has it.
 */
export function perturbationResult(
  readings: ClipReadings,
  { perturbations, bootstrap }: PerturbationSummaryOptions,
): PerturbationResult {
  const clips = readings.filter(({ length }) => length > 0);
  const frames = clips.flat();
  const total = (key: "objects" | "nearEdge") => frames.reduce((sum, frame) => sum + frame[key], 0);
  const options = { count: total("objects"), bootstrap };
  const of = (
    quantity: PerturbationQuantity,
    kind: PerturbationKind = "shift",
    points: "boxes" | "keypoints" = "boxes",
  ) => measured(sharesOf(clips, perturbations, { kind, points, quantity }), quantity, options);
  const kinds = new Set(perturbations.all.map(({ kind }) => kind));
  return {
    normaliser: frames.some(({ normaliser }) => normaliser === "inter-ocular distance")
      ? "inter-ocular distance"
      : "√(width · height)",
    maxStridePx: perturbations.periodPx,
    pictures: frames.length,
    viewsPerPicture: perturbations.all.length,
    nearEdge: total("nearEdge"),
    jitterPercent: of("jitterPercent"),
    keypointJitterPercent: frames.some(({ keypoints }) => keypoints)
      ? of("jitterPercent", "shift", "keypoints")
      : null,
    xPercent: of("xPercent"),
    yPercent: of("yPercent"),
    logScalePercent: of("logScalePercent"),
    flipRatePercent: of("flipRatePercent"),
    confidenceLogitDeviation: of("logitDeviation"),
    byKind: [...kinds].map((kind) => {
      const rows = frames.flatMap(({ boxes }) =>
        boxes.filter((_, i) => perturbations.all[i]!.kind === kind)
      );
      const { jitterPercent: _, ...row } = summed(rows);
      return { kind, jitterPercent: of("jitterPercent", kind), ...row };
    }),
    byShift: shiftRows(frames, perturbations),
  };
}

/** What each shift by itself did to all pictures. */
function shiftRows(
  frames: ClipReadings[number],
  { all }: Perturbations,
): PerturbationResult["byShift"] {
  return all.flatMap(({ kind, dx, dy }, i) =>
    kind === "shift"
      ? [{ dxPx: dx, dyPx: dy, ...summed(frames.map(({ boxes }) => boxes[i]!)) }]
      : []
  );
}

function summed(rows: readonly PerturbationRow[]) {
  const value = (quantity: PerturbationQuantity) =>
    valueOf([shareOf(rows, quantity)], quantity) ?? null;
  return {
    jitterPercent: value("jitterPercent"),
    flipRatePercent: value("flipRatePercent"),
    pairs: rows.reduce((sum, { pairs }) => sum + pairs, 0),
  };
}

/** What is compared, and how. */
export interface PerturbationComparison {
  /** What pictures were disturbed by. */
  readonly perturbations: Perturbations;
  /** What is read. */
  readonly choice: PerturbationChoice;
  /** How intervals are made. */
  readonly bootstrap: BootstrapOptions;
}

/**
 * What a method reads of some disturbances.
 *
 * @param readings The readings, a list for each clip.
 * @param options What is read.
 * @returns The reading; its `count` is of pictures.
 */
export function perturbationEstimate(
  readings: ClipReadings,
  { perturbations, choice, bootstrap }: PerturbationComparison,
): Measured {
  const clips = sharesOf(readings, perturbations, choice).filter(({ length }) => length > 0);
  return measured(clips, choice.quantity, { count: clips.flat().length, bootstrap });
}

/**
 * What a method reads over what another one reads on the same pictures: below 1 is steadier.
 *
 * Both readings of a picture stay together when the interval is made.
 *
 * @param readings The readings of the method, a list for each clip.
 * @param reference Those of the other, as many for each clip.
 * @param options What is compared.
 * @returns The ratio; its `count` is of pictures.
 * @throws {RangeError} If the two do not have as many readings.
 */
export function perturbationRatio(
  readings: ClipReadings,
  reference: ClipReadings,
  { perturbations, choice, bootstrap }: PerturbationComparison,
): Measured {
  const [ours, theirs] = [readings, reference].map((clips) =>
    sharesOf(clips, perturbations, choice)
  ) as [Share[][], Share[][]];
  if (ours.length !== theirs.length || ours.some((clip, i) => clip.length !== theirs[i]!.length)) {
    throw new RangeError("Cannot compare readings as both must be of the same pictures");
  }
  const pairs = ours.map((clip, i) =>
    clip.map((share, frame) => ({ ours: share, theirs: theirs[i]![frame]! }))
  ).filter(({ length }) => length > 0);
  const statistic = (drawn: readonly { readonly ours: Share; readonly theirs: Share }[]) => {
    const value = valueOf(drawn.map((pair) => pair.ours), choice.quantity);
    const other = valueOf(drawn.map((pair) => pair.theirs), choice.quantity);
    return value !== undefined && other ? value / other : undefined;
  };
  return {
    estimate: statistic(pairs.flat()) ?? null,
    interval: intervalOf(pairs, statistic, bootstrap),
    count: pairs.flat().length,
  };
}
