import { inputArguments } from "./input.ts";
import { hasAlpha, isRgb } from "./video_properties.ts";
import type { SourceReport, VideoReport } from "../probe.ts";

/** What is decoded, and into which forms. */
export interface DecoderRequest {
  /** Where to begin, in seconds. */
  readonly startS: number;
  /** How much to decode, in seconds. */
  readonly durationS: number | undefined;
  /** What of the hardware decodes, as ffmpeg names it; none where absent. */
  readonly hwaccel: string | undefined;
  /**
   * For each stream that ffmpeg is to write, the filters that make it of the upright yuv420p pictures;
   * none for these themselves.
   */
  readonly forms: readonly string[];
}

/** What makes ffmpeg decode a source as frames want it. */
export interface DecoderArguments {
  /** The command line. */
  readonly args: readonly string[];
  /** What is to be taken from each time, in ticks of the source: NUT has no times below 0. */
  readonly ptsOffset: number;
}

/**
 * Makes ffmpeg write the pictures of a source, upright, with square pixels, as yuv420p in NUT with
 * the source's own times: `-copyts` keeps the start offset, `passthrough` each frame, and
 * `-enc_time_base` the clock, without which variable rates are re-timed.
 */
export function decoderArguments(
  url: string,
  { video }: SourceReport,
  { startS, durationS, hwaccel, forms }: DecoderRequest,
): DecoderArguments {
  const { timeBase, startPts = 0 } = video;
  // Whole turns of the clock, so that the offset is exact in ticks and in seconds.
  const turns = Math.max(0, Math.ceil(-startPts / timeBase.den));
  const args = [
    "-hide_banner",
    "-nostdin",
    ...["-v", "error", "-copyts"],
    ...(startS > 0 ? ["-ss", startS.toFixed(6)] : []),
    ...(durationS !== undefined ? ["-t", durationS.toFixed(6)] : []),
    ...(hwaccel === undefined ? [] : ["-hwaccel", hwaccel]),
    ...inputArguments(url),
    ...["-filter_complex", graphFor(video, forms)],
    ...forms.flatMap((_, form) => ["-map", `[form${form}]`]),
    // A graph of several outputs does not tell the clock of its input, as -1 would ask it to.
    ...["-fps_mode", "passthrough", "-enc_time_base", `${timeBase.num}:${timeBase.den}`],
    ...(turns > 0 ? ["-output_ts_offset", String(turns * timeBase.num)] : []),
    ...["-c:v", "rawvideo", "-f", "nut", "-write_index", "0", "pipe:1"],
  ];
  return { args, ptsOffset: turns * timeBase.den };
}

/** Makes all forms of each picture. */
function graphFor(video: VideoReport, forms: readonly string[]): string {
  const format = video.colour.range === "full" ? "yuvj420p" : "yuv420p";
  const whole = `[0:${video.index}]${filtersFor(video)},format=${format}`;
  if (forms.length === 1) return `${whole}${forms[0] && `,${forms[0]}`}[form0]`;
  const split = forms.map((_, form) => `[part${form}]`).join("");
  const parts = forms.map((filters, form) => `[part${form}]${filters || "null"}[form${form}]`);
  return [`${whole},split=${forms.length}${split}`, ...parts].join(";");
}

/** Ffmpeg turns the picture upright before these filters. */
function filtersFor(video: VideoReport): string {
  const { pixelFormat, isInterlaced, width, height, colour } = video;
  const filters: string[] = [];
  if (isInterlaced) filters.push("bwdif=mode=send_frame:deint=interlaced");
  if (hasAlpha(pixelFormat)) {
    // What cannot be seen is black, not whatever colour lies behind it.
    filters.push(
      isRgb(pixelFormat) ? "format=gbrap" : "format=yuva444p",
      "premultiply=inplace=1",
    );
  }
  const scale = [`w=${width}:h=${height}:flags=bicubic+accurate_rnd+full_chroma_inp`];
  if (isRgb(pixelFormat)) scale.push(`out_color_matrix=${colour.matrix}`, "out_range=tv");
  else if (!["yuv420p", "yuvj420p"].includes(pixelFormat)) {
    const range = colour.range === "full" ? "pc" : "tv";
    scale.push(`in_range=${range}`, `out_range=${range}`);
  }
  // Chroma belongs to the left one of two pixels, unless ffmpeg is left to put it between them.
  if (isRgb(pixelFormat) || pixelFormat.includes("444")) scale.push("out_h_chr_pos=0");
  filters.push(`scale=${scale.join(":")}`, "setsar=1");
  return filters.join(",");
}
