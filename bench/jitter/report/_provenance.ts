import type { JitterReport } from "./report_types.ts";
import { numberText, settingText } from "./_words.ts";

/** An argument as a shell has to be told it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command that made a report.
 *
 * @param report The report.
 * @returns The command line.
 */
export function commandOf({ command }: JitterReport): string {
  return command.map(quoted).join(" ");
}

/** A name, and what belongs to it. */
type Fact = readonly [name: string, value: string];

/** What ran, on what. */
function runFacts({ tool, machine, model, device, seed, created }: JitterReport): Fact[] {
  const versions = [
    `${tool.name} ${tool.version}`,
    `Deno ${tool.deno}`,
    ...tool.ffmpeg ? [`ffmpeg ${tool.ffmpeg}`] : [],
    ...tool.onnxruntime ? [`ONNX Runtime ${tool.onnxruntime}`] : [],
  ];
  return [
    ["Model", model ? `${model.name}, ${model.input.width}×${model.input.height}` : "none"],
    ...model ? [["Its SHA-256", model.sha256] as const] : [],
    ["Device", device ? [device.description, ...device.fallbacks].join("; ") : "none"],
    ["Versions", versions.join(", ")],
    ["Machine", `${machine.os}, ${machine.arch}, ${machine.processors} processors`],
    ["Made", created],
    ["Seed", String(seed)],
  ];
}

/** How it was measured. */
function protocolFacts({ settings }: JitterReport): Fact[] {
  const { reference, minFrames, minFps, fastShare, guard, bootstrap } = settings;
  const { resamples, unit, level } = bootstrap;
  const percent = (share: number) => `${settingText(100 * share)} %`;
  return [
    ["Tracks' numbers", settings.association],
    ["Reference", `${reference.kind}, ${settingText(reference.cutoffHz)} Hz`],
    ["Lengths are divided by", settings.normaliser],
    [
      "Measured are",
      `parts without a gap of ${minFrames} frames and more, at ${settingText(minFps)} fps and more`,
    ],
    ["Fast motion", `the fastest ${percent(fastShare)} of each track's frames`],
    [
      "Guard",
      `error on fast motion over raw up to ${guard.maxErrorLive} (live), ${guard.maxErrorLookingAhead} (looking ahead), ${guard.maxErrorOffline} (whole clip); lag up to ${guard.maxLagFrames} frames; overshoot up to ${guard.maxOvershootPercent} %; overlap with the reference down by ${guard.maxIouDropPoints} points at most`,
    ],
    ["Bootstrap", `${resamples} times, by ${unit}, ${percent(level)}`],
  ];
}

/** How long it took. */
function costWords({ cost }: JitterReport): string {
  const { detectionS, measuringSPerMethod, measuringPercentPerMethod, totalS } = cost;
  const share = measuringPercentPerMethod === null
    ? ""
    : ` (${numberText(measuringPercentPerMethod)} % of that)`;
  return [
    ...detectionS === null ? [] : [`decoding and detecting ${numberText(detectionS)} s`],
    `measuring ${numberText(measuringSPerMethod)} s a method${share}`,
    `all ${numberText(totalS)} s`,
  ].join("; ");
}

/**
 * The report's own measure: of what it is, by what, and what it cost.
 *
 * @param report The report.
 * @returns Names and what belongs to each.
 */
export function provenanceOf(report: JitterReport): Fact[] {
  return [...runFacts(report), ...protocolFacts(report), ["Cost", costWords(report)]];
}

/**
 * The verdict in a few words.
 *
 * @param report The report.
 * @returns The words; `undefined` where the verdict's own sentence is as short.
 */
export function headlineOf({ verdict }: JitterReport): string | undefined {
  const percent = verdict.flickerChangePercent?.estimate ?? null;
  if (percent === null || percent >= 0 || verdict.method === null) return undefined;
  return `${(-percent).toFixed(1)} % less flicker: ${verdict.method}`;
}

/**
 * What must be known before any number is believed.
 *
 * @param report The report.
 * @returns Sentences; none if all is as it should be.
 */
export function warningsOf({ isInterrupted, verdict, methods }: JitterReport): string[] {
  const judged = methods.filter(({ role }) => role === "method");
  return [
    ...verdict.areControlsRight
      ? []
      : ["The controls did not come out as they must: no number here is to be trusted."],
    ...isInterrupted ? ["The run was interrupted: this is what was measured until then."] : [],
    ...judged.length > 0 && !judged.some(({ guard }) => guard.isValid)
      ? ["No method passed the guard."]
      : [],
  ];
}
