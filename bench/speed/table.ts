import {
  type GpuFeeds,
  type GpuSpeed,
  GROUPS,
  type MemoryTrend,
  type Row,
  type SpeedReport,
} from "./schema.ts";
import type { Spread, StageTimes, Target } from "./schema.ts";
import { loadWarning } from "./surroundings.ts";
import { isWithin } from "./targets.ts";

/** What stands above the rows of a group. */
const TITLES: Partial<Record<Row["group"], string>> = {
  floor: "lower limits",
  peer: "what people use instead",
};

/** A number with three digits that mean something. */
function short(value: number): string {
  return Math.abs(value) >= 99.95 ? value.toFixed(0) : value.toPrecision(3);
}

function ranged({ min, median, max }: Spread): string {
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

/** A table in Markdown whose columns stand in line; all but the first are numbers. */
function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, at) =>
    Math.max(3, head.length, ...rows.map((row) => row[at]!.length))
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, at) =>
    at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(heads), line(rule), ...rows.map(line)].join("\n");
}

/** What a row is called within its group. */
function labelOf({ name, group }: Row): string {
  return name.startsWith(`${group}: `) ? name.slice(group.length + 2) : name;
}

function rowsText(group: Row["group"], rows: readonly Row[]): string {
  const startOf = ({ startS, warmUpS }: Row) =>
    `${startS.median.toFixed(2)} + ${Math.max(0, warmUpS.median).toFixed(2)}`;
  return tableOf(
    [TITLES[group] ?? group, "fps", "CPU ms", "start + warm s", "MB", "Deno", "boxes"],
    rows.map((row) => [
      labelOf(row),
      ...[row.fps, row.cpuMsPerFrame].map(ranged),
      startOf(row),
      short(row.peakMb.median),
      row.denoPeakMb.median > 0 ? short(row.denoPeakMb.median) : "",
      row.boxesPerFrame === undefined ? "" : row.boxesPerFrame.toFixed(1),
    ]),
  );
}

function roundsText(rows: readonly Row[]): string {
  const counts = new Set(rows.map(({ repeats }) => repeats));
  return `${[...counts].join(" or ")} ${counts.has(1) ? "round" : "rounds"}`;
}

function agreementText(rows: readonly Row[]): string[] {
  const agreeing = rows.flatMap((row) =>
    row.agreement === undefined ? [] : [`${labelOf(row)} ${short(row.agreement)}`]
  );
  return agreeing.length > 0
    ? [`Share of boxes that agree with ours:\n\n- ${agreeing.join("\n- ")}`]
    : [];
}

/** The summary tells them with two or three digits. */
function timesText({ p50, p95, p99 }: StageTimes): string {
  return [p50, p95, p99].map((ms) => Number(ms.toPrecision(3))).join(" / ");
}

/** All stages of the two usual ways to run. */
function stagesText(rows: readonly Row[]): string[] {
  const shown = rows.filter(({ name, stages }) => stages && /^steadybox: \w+$/.test(name));
  if (shown.length === 0) return [];
  const names = new Set(shown.flatMap(({ stages }) => stages!.map(({ name }) => name)));
  return [tableOf(
    ["stage, p50 / p95 / p99 ms", ...shown.map(labelOf)],
    [...names].map((name) => [
      name,
      ...shown.map(({ stages }) => {
        const found = stages!.find((stage) => stage.name === name);
        return found ? timesText(found) : "";
      }),
    ]),
  )];
}

/** The three stages that take longest. */
const SLOW_STAGES = ["decode", "infer", "encode"];

/** These stages of what is varied. */
function slowStagesText(group: Row["group"], rows: readonly Row[]): string {
  return tableOf(
    [group, ...SLOW_STAGES],
    rows.filter(({ stages }) => stages).map((row) => [
      labelOf(row),
      ...SLOW_STAGES.map((name) => {
        const found = row.stages?.find((stage) => stage.name === name);
        return found ? timesText(found) : "";
      }),
    ]),
  );
}

function variedText(groups: readonly (readonly [Row["group"], readonly Row[]])[]): string[] {
  if (groups.length === 0) return [];
  const tables = groups.map(([group, rows]) => slowStagesText(group, rows));
  return [
    "Where one thing is varied, p50 / p95 / p99 ms; other stages are in the JSON:",
    ...tables,
  ];
}

function trendsText(trends: readonly MemoryTrend[]): string {
  return tableOf(
    ["memory of Deno", "frames", "first MB", "last MB", "most MB", "MB in 1000 frames (95 %)"],
    trends.map(({ name, frames, firstMb, lastMb, peakMb, slope: { value, low, high } }) => [
      ...[name, String(frames), ...[firstMb, lastMb, peakMb].map((mb) => mb.toFixed(1))],
      ranged({ min: low, median: value, max: high }),
    ]),
  );
}

/** What a GPU takes by itself. */
function gpuText({ adapter, vendor, driver, isSoftware, rows, feeds }: GpuSpeed): string {
  const kind = isSoftware ? ", in software: its times tell nothing of a GPU's" : "";
  return [
    `GPU: ${adapter}\n(vendor ${vendor || "unknown"}, driver ${driver})${kind};\n` +
    "1080p from memory",
    "",
    tableOf(
      ["in flight", "ms a frame", "fps", "p50 ms", "p95 ms"],
      rows.map(({ inFlight, msPerFrame, latencyP50Ms, latencyP95Ms }) => [
        String(inFlight),
        ...[msPerFrame, 1000 / msPerFrame, latencyP50Ms, latencyP95Ms].map(short),
      ]),
    ),
    ...(feeds ? ["", gpuFeedsText(feeds)] : []),
  ].join("\n");
}

/** By what many feeds are limited, and how many they were. */
function gpuFeedsText(
  { wanted, count, reason, decodingFps, gpuFps, fps, limitedBy }: GpuFeeds,
): string {
  const fewer = reason === undefined ? "" : ` rather than ${wanted}, as ${reason}`;
  const limit = limitedBy === undefined ? "" : `: limited by ${limitedBy}`;
  return `${count} feeds${fewer}: decoding alone ${short(decodingFps)} fps,\n` +
    `the GPU alone ${short(gpuFps)}, steadybox ${short(fps)}${limit}`;
}

function targetsText(targets: readonly Target[]): string {
  const metText = ({ isMet, best, wanted }: Target) =>
    isMet ? "yes" : best !== undefined && !isWithin(best, wanted) ? "cannot" : "no";
  const table = tableOf(
    ["compared", "measured", "wanted", "best", "met"],
    targets.map((target) => [
      target.name,
      ranged(target.spread),
      `${target.wanted.side === "at most" ? "≤" : "≥"} ${
        Number(target.wanted.limit.toPrecision(3))
      }`,
      target.best === undefined ? "" : short(target.best),
      metText(target),
    ]),
  );
  return `${table}\n\nbest: what the lower limits leave here, with ffmpeg and the network on all cores at once and\n` +
    "nothing else; cannot: even that would miss what is wanted.";
}

/**
 * A report as text for people, in Markdown, at most 100 columns wide.
 *
 * @param report What was measured.
 * @returns The text.
 */
export function textOf(report: SpeedReport): string {
  const { date, machine, versions, clip, model, device, rows, gpu, long, targets } = report;
  const warning = loadWarning(machine);
  const groups = GROUPS.map((group) => [group, rows.filter((row) => row.group === group)] as const)
    .filter(([, rows]) => rows.length > 0);
  return [
    `${date}, ${machine.processor}, ${machine.cores} cores, ${machine.os}, load ${machine.load};\n` +
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "),
    ...(warning ? [warning] : []),
    `${clip.name}: ${clip.width}x${clip.height}, ${clip.frames} frames; ${model} on ${device}; medians\n` +
    `of ${roundsText(rows)} (least–greatest); MB of all processes, of the largest Deno`,
    ...groups.map(([group, rows]) => rowsText(group, rows)),
    ...agreementText(rows),
    ...stagesText(rows),
    ...variedText(groups.filter(([group]) => group.includes(","))),
    ...(gpu ? [gpuText(gpu)] : []),
    ...(long || gpu ? [trendsText([...long ?? [], ...gpu ? [gpu.memory] : []])] : []),
    targetsText(targets),
  ].join("\n\n") + "\n";
}
