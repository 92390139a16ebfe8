import { OutputError } from "../../pipeline/errors.ts";
import type { FrameSource } from "../../pipeline/frame.ts";
import { type AudioHandling, liveSoundArguments } from "./audio.ts";
import { codecName } from "./codec_name.ts";
import { containerOf } from "./container.ts";
import type { HardwareEncoder } from "./hardware_encoder.ts";

/** For each codec by its common name: ffmpeg's encoder, its quality unless asked, and the rest. */
const CODECS: Readonly<
  Record<string, { readonly encoder: string; readonly crf?: number; readonly args: string[] }>
> = {
  h264: {
    encoder: "libx264",
    crf: 20,
    args: ["-preset", "veryfast", "-pix_fmt", "yuv420p"],
  },
  h265: {
    encoder: "libx265",
    crf: 24,
    args: ["-preset", "veryfast", "-pix_fmt", "yuv420p", "-x265-params", "log-level=error"],
  },
  vp9: {
    encoder: "libvpx-vp9",
    crf: 32,
    args: ["-b:v", "0", "-cpu-used", "5", "-row-mt", "1", "-pix_fmt", "yuv420p"],
  },
  av1: { encoder: "libsvtav1", crf: 35, args: ["-preset", "10", "-pix_fmt", "yuv420p"] },
  mpeg4: { encoder: "mpeg4", args: ["-q:v", "4", "-pix_fmt", "yuv420p"] },
  mjpeg: { encoder: "mjpeg", args: ["-q:v", "3", "-pix_fmt", "yuvj420p"] },
  prores: { encoder: "prores_ks", args: ["-pix_fmt", "yuv422p10le"] },
  ffv1: { encoder: "ffv1", args: ["-pix_fmt", "yuv420p"] },
};

/** A tag that ffmpeg knows; what looks otherwise is not passed on. */
const TAG = /^[a-z0-9-]+$/;

/**
 * An input is read where it is used. With two of them, ffmpeg would give each a thread of its own,
 * which holds eight whole pictures, and look every 10 ms whether another has come.
 */
const NO_THREAD = ["-thread_queue_size", "0"];

/** Pictures in NUT. They are not analysed, which would hold back the first twenty. */
const HANDED_OVER = [
  ...NO_THREAD,
  ...["-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0"],
  ...["-f", "nut", "-i", "pipe:0"],
];

/** The quality of a stream unless asked: a network is narrower than a disk. */
const LIVE_CRF: Readonly<Record<string, number>> = { h264: 23, h265: 27 };

/** What the encoder is told. */
export interface EncoderRequest {
  /** The path that the file will have. */
  readonly path: string;
  /** Where it is written meanwhile. */
  readonly partialPath: string;
  /** What the frames came from. */
  readonly source: FrameSource;
  /** What becomes of the sound. */
  readonly audio: AudioHandling;
  /** By how many seconds the pictures are moved up, so that none is shown before 0. */
  readonly offsetS: number;
  /** The codec that the user asks for. */
  readonly codec: string | undefined;
  /** The quality that the user asks for. */
  readonly crf: number | undefined;
  /** What encodes in the place of the software, if anything: it knows codec and quality. */
  readonly hardware: HardwareEncoder | undefined;
  /** Whether what is on disk can be played at any time. */
  readonly isFragmented: boolean;
}

/** After how many seconds a video that is being written can be played up to there. */
const FRAGMENT_S = 1;

/**
 * Makes ffmpeg encode the pictures that it is handed in NUT, each at its own time: `passthrough`
 * keeps each frame, `-enc_time_base -1` the clock, `-copyts` the start offset.
 */
export function encoderArguments(
  { path, partialPath, source, audio, offsetS, codec, crf, hardware, isFragmented }: EncoderRequest,
): string[] {
  const { args: containerArgs, videoCodec, isWithoutBFrames, fragmentArgs } = containerOf(path);
  return [
    ...["-hide_banner", "-nostdin", "-v", "error", "-y", "-copyts"],
    ...hardware?.deviceArgs ?? [],
    ...HANDED_OVER,
    ...(offsetS > 0 && audio.inputArgs.length > 0 ? ["-itsoffset", offsetS.toFixed(6)] : []),
    ...(audio.inputArgs.length > 0 ? [...NO_THREAD, ...audio.inputArgs] : []),
    ...["-map", "0:v"],
    ...["-vf", [colourFilter(source), ...hardware?.filters ?? []].join()],
    ...hardware?.args ?? codecArguments(codec ?? videoCodec, crf),
    ...(isWithoutBFrames || isFragmented ? ["-bf", "0"] : []),
    ...(isFragmented ? fragmentArguments(hardware ? undefined : codec ?? videoCodec) : []),
    ...audio.outputArgs,
    ...["-fps_mode", "passthrough", "-enc_time_base", "-1"],
    ...lastDuration(source),
    ...(source.startS > 0 ? ["-output_ts_offset", (-source.startS).toFixed(6)] : []),
    ...(containerArgs?.(source.timeBase.den) ?? []),
    ...(isFragmented ? fragmentArgs ?? [] : []),
    `file:${partialPath}`,
  ];
}

/** An encoder that looks ahead would hold back more than a fragment. */
function fragmentArguments(codec: string | undefined): string[] {
  const isAhead = ["h264", "h265"].includes(codecName(codec ?? ""));
  return [
    ...(isAhead ? ["-tune", "zerolatency"] : []),
    ...[...keyFramesEvery(FRAGMENT_S), "-flush_packets", "1"],
  ];
}

/** What the encoder of a live stream is told. */
export interface StreamRequest {
  /** What the frames came from. */
  readonly source: FrameSource;
  /** The codec: `h264` or `h265`. */
  readonly codec: string;
  /** The quality that the user asks for. */
  readonly crf: number | undefined;
  /** After how many seconds a viewer can begin. */
  readonly keyFrameS: number;
}

/**
 * Threads would each encode a slice of the picture, and GStreamer loses slices that ffmpeg sends
 * over RTP; or a picture of their own, and hold as many back.
 */
const ONE_SLICE = ["-x264-params", "sliced-threads=0", "-threads", "1"];

/**
 * Makes ffmpeg encode the pictures that it is handed in NUT at once, each as it comes. It says when it
 * is ready for them, before it has the first, and then (`-debug_ts`) when it sends each.
 */
export function streamArguments({ source, codec, crf, keyFrameS }: StreamRequest): string[] {
  return [
    ...["-hide_banner", "-nostdin", "-nostats", "-v", "info", "-debug_ts", "-y"],
    ...["-max_ts_probe", "0", ...HANDED_OVER],
    ...["-map", "0:v", "-vf", colourFilter(source)],
    ...codecArguments(codec, crf ?? LIVE_CRF[codec]),
    ...["-tune", "zerolatency", "-bf", "0", ...keyFramesEvery(keyFrameS)],
    ...(codec === "h264" ? ONE_SLICE : []),
    ...(source.sound ? liveSoundArguments("aac") : []),
    ...["-fps_mode", "passthrough", "-enc_time_base", "-1", "-flush_packets", "1"],
  ];
}

/** Key frames by time, however the rate varies: where a viewer can begin. */
function keyFramesEvery(intervalS: number): string[] {
  return [
    "-force_key_frames",
    `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${intervalS}))`,
  ];
}

/** Only for the last frame is there no next one to end it: it lasts as long as the average. */
function lastDuration({ frameRate }: FrameSource): string[] {
  if (!frameRate) return [];
  const duration = `round(${frameRate.den}/${frameRate.num}/TB)`;
  return ["-bsf:v", `setts=pts=PTS:dts=DTS:duration=${duration}`];
}

/** The filter that says what the numbers of the pixels mean, as NUT does not. */
function colourFilter({ colour: { range, tags } }: FrameSource): string {
  const { space, primaries, transfer } = tags;
  const params = [`range=${range === "full" ? "pc" : "tv"}`];
  if (space && TAG.test(space)) params.push(`colorspace=${space}`);
  if (primaries && TAG.test(primaries)) params.push(`color_primaries=${primaries}`);
  if (transfer && TAG.test(transfer)) params.push(`color_trc=${transfer}`);
  return `setparams=${params.join(":")}`;
}

function codecArguments(codec: string | undefined, crf: number | undefined): string[] {
  if (codec === undefined) return crf === undefined ? [] : ["-crf", String(crf)];
  const known = CODECS[codecName(codec)];
  if (!known) return ["-c:v", codec, ...(crf === undefined ? [] : ["-crf", String(crf)])];
  if (crf !== undefined && known.crf === undefined) {
    throw new OutputError(`Cannot encode ${codec} with a crf: it has no such scale`);
  }
  const quality = crf ?? known.crf;
  return [
    ...["-c:v", known.encoder, ...known.args],
    ...(quality === undefined ? [] : ["-crf", String(quality)]),
  ];
}
