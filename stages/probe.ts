import { SourceError } from "../pipeline/errors.ts";
import type { Colour } from "../pipeline/colour.ts";
import type { Rational, TimeBase } from "../pipeline/time_base.ts";
import { outcomeIn, runFfprobe } from "./ffmpeg/process.ts";
import type { FfprobeReport, FfprobeStream } from "./ffmpeg/ffprobe_report.ts";
import { complaintAbout, inputArguments, withoutCredentials } from "./ffmpeg/input.ts";
import { colourOf, displaySizeOf, rationalFrom, rotationOf } from "./ffmpeg/video_properties.ts";

/** How many packets are looked at to tell a constant rate from a variable one. */
const TIMING_PACKETS = 3000;

/** What a source holds. */
export interface SourceReport {
  /** The path or URL, without credentials. */
  readonly name: string;
  /** The names of the container format, as ffmpeg has them. */
  readonly format: string;
  /** How long it lasts, in seconds, where it tells. */
  readonly durationS?: number;
  /** Its size in bytes, where it tells. */
  readonly sizeBytes?: number;
  /** The first moving picture in it, which is the one that is decoded. */
  readonly video: VideoReport;
  /** The sound in it. */
  readonly audio: readonly AudioReport[];
  /** The kinds and codecs of what else is in it, such as `subtitle mov_text`. */
  readonly others: readonly string[];
}

/** What a stream of pictures is like. */
export interface VideoReport {
  /** The number of the stream in the source. */
  readonly index: number;
  /** The codec, as ffmpeg names it. */
  readonly codec: string;
  /** The codec's profile, where it has one. */
  readonly profile?: string;
  /** The pixel format, as ffmpeg names it. */
  readonly pixelFormat: string;
  /** The width as stored. */
  readonly codedWidth: number;
  /** The height as stored. */
  readonly codedHeight: number;
  /** The width as displayed: upright, with square pixels. */
  readonly width: number;
  /** The height as displayed: upright, with square pixels. */
  readonly height: number;
  /** By how many degrees the stored picture is turned clockwise to be upright. */
  readonly rotationDegrees: number;
  /** The width of a pixel over its height. */
  readonly pixelAspectRatio: Rational;
  /** Whether each picture is two fields. */
  readonly isInterlaced: boolean;
  /** The average frame rate in fps, where it tells. */
  readonly frameRate?: Rational;
  /** How many frames there are, where the container tells. */
  readonly frameCount?: number;
  /** The clock. */
  readonly timeBase: TimeBase;
  /** The first presentation time, in ticks, where it tells. */
  readonly startPts?: number;
  /** How long the stream lasts, in seconds, where it tells. */
  readonly durationS?: number;
  /** What the numbers of the pixels mean. */
  readonly colour: Colour;
  /** How the frames are spaced; only if it was asked for. */
  readonly timing?: TimingReport;
}

/** How frames are spaced in time. */
export interface TimingReport {
  /** Whether all intervals are equal, to a tick. */
  readonly isConstant: boolean;
  /** The shortest interval, in milliseconds. */
  readonly minIntervalMs: number;
  /** The longest interval, in milliseconds. */
  readonly maxIntervalMs: number;
  /** How many frames were looked at, from the beginning. */
  readonly frames: number;
}

/** What a stream of sound is like. */
export interface AudioReport {
  /** The number of the stream in the source. */
  readonly index: number;
  /** The codec, as ffmpeg names it. */
  readonly codec: string;
  /** The rate of samples, in hertz. */
  readonly sampleRateHz: number;
  /** How many channels there are. */
  readonly channels: number;
}

/** How a source is looked at. */
export interface ProbeOptions {
  /**
   * Whether the times of the first frames are read too, to tell whether their rate is constant.
   *
   * @default {false}
   */
  readonly timing?: boolean;
  /** Gives it up. */
  readonly signal?: AbortSignal;
}

/**
 * Looks at what a source holds, with ffprobe.
 *
 * @param source A path, or a URL that ffmpeg reads.
 * @param options How it is looked at.
 * @returns What it holds.
 * @throws {SourceError} If it cannot be read or holds no pictures.
 */
export async function probe(
  source: string,
  { timing = false, signal }: ProbeOptions = {},
): Promise<SourceReport> {
  const name = withoutCredentials(source);
  const input = inputArguments(source);
  const { report, code, complaint } = await runFfprobe(
    ["-show_format", "-show_streams", ...input],
    signal,
  );
  if (code !== 0) {
    throw new SourceError(`Cannot read ${name}: ${complaintAbout(source, outcomeIn(complaint))}`);
  }
  const { streams = [], format = {} } = report as FfprobeReport;
  const pictures = streams.find((stream) =>
    stream.codec_type === "video" && !stream.disposition?.attached_pic && stream.width
  );
  if (!pictures) throw new SourceError(`Cannot read ${name}: it holds no pictures`);
  const others = streams.filter((stream) => stream !== pictures && stream.codec_type !== "audio");
  const durationS = secondsFrom(format.duration);
  const isStill = /^image2|_pipe$/.test(format.format_name ?? "");
  const video = videoReportFrom(isStill ? await stillFrom(pictures, input, signal) : pictures);
  return {
    name,
    format: format.format_name ?? "unknown",
    ...(durationS !== undefined && { durationS }),
    ...(format.size && { sizeBytes: Number(format.size) }),
    video: timing ? { ...video, ...await timingOf(input, video, signal) } : video,
    audio: streams.filter((stream) => stream.codec_type === "audio").map(audioReportFrom),
    others: others.map(({ codec_type, codec_name }) => `${codec_type} ${codec_name ?? "unknown"}`),
  };
}

/** A photograph tells only with its frame how it is turned (Exif). */
async function stillFrom(
  stream: FfprobeStream,
  input: readonly string[],
  signal: AbortSignal | undefined,
): Promise<FfprobeStream> {
  const entries = ["-show_entries", "frame_side_data=rotation", "-read_intervals", "%+#1"];
  const { report } = await runFfprobe([...entries, ...input], signal);
  const [frame] = (report as FfprobeReport).frames ?? [];
  return frame?.side_data_list ? { ...stream, side_data_list: frame.side_data_list } : stream;
}

function secondsFrom(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text && Number.isFinite(seconds) ? seconds : undefined;
}

function videoReportFrom(stream: FfprobeStream): VideoReport {
  const { width: codedWidth = 0, height: codedHeight = 0 } = stream;
  const size = displaySizeOf(stream);
  const frameRate = rationalFrom(stream.avg_frame_rate) ?? rationalFrom(stream.r_frame_rate);
  const durationS = secondsFrom(stream.duration);
  return {
    index: stream.index,
    codec: stream.codec_name ?? "unknown",
    ...(stream.profile && stream.profile !== "unknown" && { profile: stream.profile }),
    pixelFormat: stream.pix_fmt ?? "unknown",
    codedWidth,
    codedHeight,
    ...size,
    rotationDegrees: rotationOf(stream),
    pixelAspectRatio: rationalFrom(stream.sample_aspect_ratio) ?? { num: 1, den: 1 },
    isInterlaced: ["tt", "bb", "tb", "bt"].includes(stream.field_order ?? ""),
    ...(frameRate && { frameRate }),
    ...(Number(stream.nb_frames) > 0 && { frameCount: Number(stream.nb_frames) }),
    timeBase: rationalFrom(stream.time_base) ?? { num: 1, den: 1_000_000 },
    ...(stream.start_pts !== undefined && { startPts: stream.start_pts }),
    ...(durationS !== undefined && { durationS }),
    colour: colourOf(stream, size.height),
  };
}

function audioReportFrom(stream: FfprobeStream): AudioReport {
  return {
    index: stream.index,
    codec: stream.codec_name ?? "unknown",
    sampleRateHz: Number(stream.sample_rate ?? 0),
    channels: stream.channels ?? 0,
  };
}

async function timingOf(
  input: readonly string[],
  { index, timeBase }: VideoReport,
  signal: AbortSignal | undefined,
): Promise<{ timing?: TimingReport }> {
  const { report } = await runFfprobe([
    "-select_streams",
    String(index),
    "-show_entries",
    "packet=pts",
    "-read_intervals",
    `%+#${TIMING_PACKETS}`,
    ...input,
  ], signal);
  const times = ((report as FfprobeReport).packets ?? [])
    .flatMap(({ pts }) => pts === undefined ? [] : [pts]).sort((a, b) => a - b);
  const intervals = times.slice(1).map((time, i) => time - times[i]!);
  if (intervals.length === 0) return {};
  const [shortest, longest] = [Math.min(...intervals), Math.max(...intervals)];
  const tickMs = 1000 * timeBase.num / timeBase.den;
  return {
    timing: {
      isConstant: longest - shortest <= 1,
      minIntervalMs: shortest * tickMs,
      maxIntervalMs: longest * tickMs,
      frames: times.length,
    },
  };
}
