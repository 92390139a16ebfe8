import type { GpuSpeed, SpeedReport, Spread } from "./schema.ts";

/** A number with three digits that mean something. */
const short = (value: number) => value >= 100 ? value.toFixed(0) : value.toPrecision(3);

function ranged({ min, median, max }: Spread): string {
  return min === max ? short(median) : `${short(median)} (${short(min)} – ${short(max)})`;
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, at) => at === 0 ? "---" : "--:")), ...rows.map(line)]
    .join("\n");
}

/** What a GPU takes by itself. */
function gpuText({ adapter, vendor, driver, isSoftware, rows }: GpuSpeed): string {
  const kind = isSoftware ? ", in software" : "";
  return [
    `GPU: ${adapter} (vendor ${vendor || "unknown"}, driver ${driver})${kind}; 1080p from memory`,
    "",
    tableOf(
      ["in flight", "ms a frame", "fps", "p50 ms", "p95 ms"],
      rows.map(({ inFlight, msPerFrame, latencyP50Ms, latencyP95Ms }) => [
        String(inFlight),
        ...[msPerFrame, 1000 / msPerFrame, latencyP50Ms, latencyP95Ms].map(short),
      ]),
    ),
  ].join("\n");
}

/**
 * A report as text for people, in Markdown.
 *
 * @param report What was measured.
 * @returns The text.
 */
export function textOf(report: SpeedReport): string {
  const { date, machine, versions, clip, model, device, repeats } = report;
  const rows = report.rows.map((row) => [
    row.name,
    ranged(row.fps),
    ranged(row.cpuMsPerFrame),
    short(row.startS.median),
    short(row.peakMb.median),
    row.denoPeakMb.median > 0 ? short(row.denoPeakMb.median) : "",
    row.agreement === undefined ? "" : short(row.agreement),
  ]);
  const stages = report.stages.flatMap(({ name, stages }) =>
    stages.map((
      stage,
    ) => [`${name}: ${stage.name}`, ...[stage.p50, stage.p95, stage.p99].map(short)])
  );
  const targets = report.targets.map(({ name, spread, wanted, isMet }) => [
    name,
    ranged(spread),
    `${wanted.side} ${wanted.limit}`,
    isMet ? "yes" : "no",
  ]);
  return [
    `${date}, ${machine.processor}, ${machine.cores} cores, ${machine.os}; ${
      Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")
    }`,
    `${clip.name}: ${clip.width}x${clip.height}, ${clip.frames} frames; ${model} on ${device}; ` +
    `medians of ${repeats} (least – greatest)`,
    tableOf(
      ["", "fps", "CPU ms a frame", "start s", "memory MB", "of Deno", "agreement"],
      rows,
    ),
    tableOf(["stage, waiting included", "p50 ms", "p95 ms", "p99 ms"], stages),
    ...(report.gpu ? [gpuText(report.gpu)] : []),
    tableOf(["compared", "measured", "wanted", "met"], targets),
  ].join("\n\n") + "\n";
}
