import type { Distribution, Meter } from "../pipeline/meter.ts";
import { bold, faint, type Terminal } from "./_console.ts";
import {
  bytesText,
  counted,
  countText,
  durationText,
  millisecondsText,
  rateText,
} from "./_format.ts";
import type { Sources } from "./_sources.ts";
import { type Column, pairs, table } from "./_table.ts";
import type { Drops, Tally } from "./_tally.ts";

/** How many classes are listed. */
const MAX_CLASSES = 6;

/** A stage or sink that knows how long it keeps each item. */
export interface Metered {
  /** Its name. */
  readonly name: string;
  /** What it measured. */
  readonly meter: Meter;
}

/** A file or directory that was made. */
export interface Written {
  /** Where it is. */
  readonly path: string;
  /** How large it is, where that is known. */
  readonly sizeBytes?: number;
}

/** What a run came to. */
export interface Outcome {
  /** Whether it was a video or pictures. */
  readonly kind: Sources["kind"];
  /** What was counted. */
  readonly tally: Omit<Tally, "counting" | "countDrops" | "restart">;
  /** How many frames were written as pictures; nothing where none were asked for. */
  readonly framesOut: number | undefined;
  /** How old the frames of a feed were at their result, and when all was done with them. */
  readonly ages?: { readonly result: Distribution; readonly output: Distribution } | undefined;
  /** How long it took, in seconds. */
  readonly elapsedS: number;
  /** The model's name. */
  readonly model: string;
  /** The device in words. */
  readonly device: string;
  /** What did not go as asked, in words. */
  readonly notes: readonly string[];
  /** The stages in their order. */
  readonly stages: readonly Metered[];
  /** What was made. */
  readonly written: readonly Written[];
  /** What ended the run before its time, such as `SIGINT`. */
  readonly interruptedBy: string | undefined;
}

function titleOf({ kind, tally: { source, frames } }: Outcome): string {
  if (!source) return "No frames";
  const { name, width, height, frameRate, frameCount = frames } = source;
  if (kind === "pictures") {
    return frames < frameCount
      ? `${countText(frames)} of ${counted(frameCount, "picture")}`
      : counted(frames, "picture");
  }
  const rate = kind === "video" && frameRate
    ? `, ${rateText(frameRate.num / frameRate.den)} fps`
    : "";
  return `${name}  ${width}x${height}${rate}`;
}

function detectionsText({
  detections,
  framesWithDetections,
  frames,
  heldFrames,
  heldDetections,
  labels,
}: Outcome["tally"]): string {
  if (detections === 0) return "none";
  const classes = [...labels].sort(([, a], [, b]) => b - a)
    .map(([label, count]) => `${label} ${countText(count)}`);
  const shown = classes.length > MAX_CLASSES ? [...classes.slice(0, MAX_CLASSES), "…"] : classes;
  const held = heldFrames > 0
    ? `, ${countText(heldDetections)} held on ${counted(heldFrames, "frame")} between`
    : "";
  return `${countText(detections)} in ${countText(framesWithDetections)} of ${
    counted(frames - heldFrames, "frame")
  } (${shown.join(", ")})${held}`;
}

function dropsText({ received, byCause }: Drops): string {
  const causes = Object.entries(byCause).filter(([, count]) => count > 0);
  if (causes.length === 0) return "none dropped";
  const total = causes.reduce((sum, [, count]) => sum + count, 0);
  const list = causes.map(([cause, count]) => `${cause} ${countText(count)}`).join(", ");
  return `${countText(total)} of ${countText(received)} received dropped (${list})`;
}

function paceText({ kind, tally: { frames, spannedS }, elapsedS }: Outcome): string {
  const pace = kind === "video" && spannedS > 0
    ? `, ${(spannedS / elapsedS).toFixed(1)} times real time`
    : "";
  return `${durationText(elapsedS)}, ${rateText(frames / elapsedS)} fps${pace}`;
}

/** How old frames were, from their arrival in this program. */
function agesText({ result, output }: NonNullable<Outcome["ages"]>): string {
  const text = ({ p50, p95, p99 }: Distribution) =>
    `p50 ${millisecondsText(p50)}, p95 ${millisecondsText(p95)}, p99 ${millisecondsText(p99)} ms`;
  return `to result ${text(result)}; to output ${text(output)}`;
}

function writtenText(written: readonly Written[]): string {
  if (written.length === 0) return "nothing, as no file was named";
  return written.map(({ path, sizeBytes }) =>
    sizeBytes === undefined ? path : `${path} (${bytesText(sizeBytes)})`
  ).join("\n");
}

function stagesText(stages: readonly Metered[], terminal: Pick<Terminal, "isTerminal">): string {
  const columns: Column[] = [
    { title: "Stage" },
    { title: "p50 ms", align: "right" },
    { title: "p95 ms", align: "right" },
    { title: "p99 ms", align: "right" },
  ];
  const rows = stages.map(({ name, meter }) => {
    const { p50, p95, p99 } = meter.distribution();
    return [name, ...[p50, p95, p99].map(millisecondsText)];
  });
  const [heading = "", ...lines] = table(columns, rows).trimEnd().split("\n");
  return [faint(heading, terminal), ...lines].map((line) => `  ${line}\n`).join("");
}

/** What a run came to, as lines for people. */
export function summary(outcome: Outcome, terminal: Pick<Terminal, "isTerminal">): string {
  const { tally, framesOut, stages, written, notes, interruptedBy } = outcome;
  const out = framesOut === undefined ? "" : `, ${countText(framesOut)} out`;
  const rows: [string, string][] = [
    ["Frames", `${countText(tally.frames)} in${out}, ${dropsText(tally.drops)}`],
    ["Detections", detectionsText(tally)],
    ["Time", paceText(outcome)],
    ...outcome.ages ? [["Latency", agesText(outcome.ages)] as [string, string]] : [],
    ["Model", outcome.model],
    ["Device", outcome.device],
    ...notes.map((note, at): [string, string] => [at === 0 ? "Notes" : "", note]),
    ["Written", writtenText(written)],
  ];
  const end = interruptedBy === undefined
    ? ""
    : `\nInterrupted by ${interruptedBy}: what was written is whole up to there\n`;
  return `${bold(titleOf(outcome), terminal)}\n${pairs(rows, "  ")}\n${
    stagesText(stages, terminal)
  }${end}`;
}
