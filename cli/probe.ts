import type { Colour } from "../pipeline/colour.ts";
import type { Rational } from "../pipeline/time_base.ts";
import {
  type AudioReport,
  probe as probeSource,
  type SourceReport,
  type TimingReport,
  type VideoReport,
} from "../stages/probe.ts";
import { bold, stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { bytesText, countText, durationText, rateText } from "./_format.ts";
import { openInput } from "./_input.ts";
import { Interruption } from "./_interruption.ts";
import { pairs } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** What `steadybox probe` does. */
export interface ProbeOptions {
  /** The command. */
  readonly command: "probe";
  /** A video, a picture, a URL, or `-`. */
  readonly source: string;
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/**
 * `steadybox probe`: shows what a source holds.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {SourceError} If it cannot be read or holds no pictures.
 */
export async function probe({ source, json }: ProbeOptions): Promise<number> {
  using interruption = new Interruption();
  const { signal } = interruption;
  try {
    using input = await openInput([source], {}, signal);
    const { sources, name } = input;
    if (sources.kind === "pictures") {
      throw new UsageError(`Cannot probe ${sources.paths.length} pictures: give one source`);
    }
    const url = sources.kind === "video" ? sources.url : sources.paths[0];
    const report = await probeSource(url, { timing: true, signal });
    const named = name === undefined ? report : { ...report, name };
    stdout.write(json ? `${JSON.stringify(named, null, 2)}\n` : wordsFor(named));
  } catch (error) {
    if (interruption.exitCode === undefined) throw error;
  }
  return interruption.exitCode ?? EXIT.done;
}

function rateWords({ num, den }: Rational): string {
  return den === 1 ? `${num} fps` : `${rateText(num / den)} fps (${num}/${den})`;
}

function timingWords({ isConstant, minIntervalMs, maxIntervalMs, frames }: TimingReport): string {
  const within = `first ${countText(frames)} frames`;
  return isConstant
    ? `constant (${within})`
    : `variable: ${minIntervalMs.toFixed(1)} to ${maxIntervalMs.toFixed(1)} ms a frame (${within})`;
}

function colourWords({ matrix, range, tags }: Colour): string {
  const guess = tags.space === undefined ? " (not tagged)" : "";
  const names = { primaries: tags.primaries, transfer: tags.transfer };
  const others = Object.entries(names)
    .flatMap(([name, tag]) => tag === undefined ? [] : [`, ${name} ${tag}`]);
  return `${matrix}${guess}, ${range} range${others.join("")}`;
}

function sizeWords(video: VideoReport): string {
  const { width, height, codedWidth, codedHeight, rotationDegrees, pixelAspectRatio } = video;
  const reasons: string[] = [];
  if (codedWidth !== width || codedHeight !== height) {
    reasons.push(`stored as ${codedWidth}x${codedHeight}`);
  }
  if (rotationDegrees !== 0) reasons.push(`turned by ${rotationDegrees}° clockwise`);
  const { num, den } = pixelAspectRatio;
  if (num !== den) reasons.push(`pixels ${num}:${den}`);
  return `${width}x${height}${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`;
}

function videoRows(video: VideoReport): [string, string][] {
  const { codec, profile, pixelFormat, frameRate, frameCount, timeBase, timing } = video;
  const interlaced = video.isInterlaced ? ", interlaced" : "";
  const rows: [string, string][] = [
    ["Video", `${codec}${profile ? ` (${profile})` : ""}, ${pixelFormat}${interlaced}`],
    ["Size", sizeWords(video)],
  ];
  if (frameRate) rows.push(["Rate", rateWords(frameRate)]);
  if (timing) rows.push([frameRate ? "" : "Rate", timingWords(timing)]);
  if (frameCount !== undefined) rows.push(["Frames", countText(frameCount)]);
  rows.push(["Clock", `${timeBase.num}/${timeBase.den} s a tick`]);
  rows.push(["Colour", colourWords(video.colour)]);
  return rows;
}

function audioWords({ codec, sampleRateHz, channels }: AudioReport): string {
  return `${codec}, ${countText(sampleRateHz)} Hz, ${channels} channel${channels === 1 ? "" : "s"}`;
}

function wordsFor(
  { name, format, durationS, sizeBytes, video, audio, others }: SourceReport,
): string {
  const rows: [string, string][] = [[
    "Format",
    sizeBytes === undefined ? format : `${format}, ${bytesText(sizeBytes)}`,
  ]];
  if (durationS !== undefined) rows.push(["Duration", durationText(durationS)]);
  rows.push(...videoRows(video));
  rows.push(["Audio", audio.length > 0 ? audio.map(audioWords).join("\n") : "none"]);
  if (others.length > 0) rows.push(["Others", others.join("\n")]);
  return `${bold(name, stdout)}\n${pairs(rows, "  ")}`;
}
