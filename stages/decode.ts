import { SourceError } from "../pipeline/errors.ts";
import type { InputSpec } from "../pipeline/detector.ts";
import type { Frame, FrameSource } from "../pipeline/frame.ts";
import { type MeteredSource, source } from "../pipeline/source.ts";
import { microsecondsFrom } from "../pipeline/time_base.ts";
import { decoderArguments } from "./ffmpeg/decoder_arguments.ts";
import { type DecodedPictures, decodedPictures } from "./ffmpeg/decoder_run.ts";
import { type FfmpegProcess, outcomeIn, requireOptions, spawnFfmpeg } from "./ffmpeg/process.ts";
import { complaintAbout, isRereadable } from "./ffmpeg/input.ts";
import { probe, type SourceReport } from "./probe.ts";
import { type FrameForms, frameFormsFor } from "./scaling/frame_forms.ts";

/** Which part of a source is decoded. */
export interface DecodeOptions {
  /**
   * Where to begin, in seconds from the source's start.
   *
   * @default {0}
   */
  readonly startS?: number;
  /** How much to decode, in seconds; all of it where absent. */
  readonly durationS?: number;
  /** Ends the stream when it is aborted, as though the source ended there. */
  readonly until?: AbortSignal;
  /**
   * What of the machine's hardware decodes: `none`, `auto`, or a kind that `ffmpeg -hwaccels` lists.
   * Where it is not to be had, the software decodes, and the source's `complaints` tell.
   *
   * @default {"none"}
   */
  readonly hwaccel?: string;
  /** What the source is called in what is written; by itself its path or URL. */
  readonly name?: string;
  /** What {@linkcode probe} tells of the source, if that was asked already; else it is asked here. */
  readonly report?: SourceReport | Promise<SourceReport>;
  /**
   * A network's input for which ffmpeg scales each frame, so that `letterbox` and `track` need not read
   * it whole: frames bear what comes of it as `scaled`. Where the edges of the frames lie between the
   * input's pixels in a way that ffmpeg cannot do, they come without.
   */
  readonly scaledFor?: InputSpec;
  /**
   * Whether frames bear their planes as well, where they are scaled: for detections alone nobody needs
   * them, and they are most of the work.
   *
   * @default {true}
   */
  readonly isWhole?: boolean;
  /**
   * Whether scaled frames bear the small picture by which `track` finds the camera's motion. Without it
   * they have none, and are decoded a little faster.
   *
   * @default {true}
   */
  readonly hasLuma?: boolean;
}

/**
 * Decodes the moving picture of a file or URL, with ffmpeg.
 *
 * Frames are yuv420p, upright, with square pixels, and bear the presentation times that the source
 * gave them, in its own time base. None is left out, none added. Nothing is opened until the
 * stream is read; the next frame is decoded while this one is worked on.
 *
 * @param url A path, or a URL that ffmpeg reads.
 * @param options Which part of it.
 * @returns The frames, each to be disposed of by who takes it.
 * @throws {RangeError} If an option is out of range.
 * @throws {SourceError} Through the stream, if the source cannot be read, holds no pictures or is
 * cut off.
 */
export function decode(url: string, options: DecodeOptions = {}): MeteredSource<Frame> {
  const { startS = 0, durationS, hwaccel = "none" } = options;
  if (!/^[a-z0-9_]+$/.test(hwaccel)) {
    throw new RangeError(
      `Cannot decode as hwaccel must be none, auto or a name: current value is "${hwaccel}"`,
    );
  }
  if (!(startS >= 0 && startS < Infinity)) {
    throw new RangeError(`Cannot decode as startS must be 0 or more: current value is ${startS}`);
  }
  if (durationS !== undefined && !(durationS > 0 && durationS < Infinity)) {
    throw new RangeError(
      `Cannot decode as durationS must be above 0: current value is ${durationS}`,
    );
  }
  return source("decode", async function* decode(signal) {
    const report = await reportUnless(url, options, signal);
    if (!report) return;
    const complaints: string[] = [];
    const frameSource = frameSourceFrom(url, report, options, complaints);
    const decoding: Decoding = { url, report, options, frameSource, complaints, signal };
    if (hwaccel === "none") return yield* framesOf(decoding, undefined);
    let isBegun = false;
    try {
      for await (const frame of framesOf(decoding, hwaccel)) {
        isBegun = true;
        yield frame;
      }
    } catch (error) {
      if (isBegun || !(error instanceof SourceError)) throw error;
      complaints.push(inSoftware(error.message));
      yield* framesOf(decoding, undefined);
    }
  });
}

/** What is decoded, and what becomes known of it. */
interface Decoding {
  readonly url: string;
  readonly report: SourceReport;
  readonly options: DecodeOptions;
  readonly frameSource: FrameSource;
  readonly complaints: string[];
  readonly signal: AbortSignal;
}

/** Decodes once, with a kind of hardware or without. */
async function* framesOf(
  { url, report, options, frameSource, complaints, signal }: Decoding,
  hwaccel: string | undefined,
): AsyncGenerator<Frame> {
  const { startS = 0, durationS, until } = options;
  const forms = frameFormsFor(frameSource, options);
  const { args, ptsOffset } = decoderArguments(url, report, {
    ...{ startS, durationS, hwaccel },
    forms: forms.filters,
  });
  await using child = spawnFfmpeg("ffmpeg", args);
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  until?.addEventListener("abort", stop);
  let index = 0;
  for await (const decoded of decodedPictures(child, frameSource, forms.byteLengths)) {
    if (until?.aborted) {
      decoded.pictures.forEach((picture) => picture[Symbol.dispose]());
      break;
    }
    yield frameFrom(decoded, forms, { index: index++, ptsOffset, frameSource });
  }
  until?.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (until?.aborted) return;
  const complaint = await checkedEnd(url, child, index);
  if (complaint) complaints.push(hwaccel ? inSoftware(complaint) : complaint);
}

/** Says that no hardware decoded the frames, if that is what was complained of. */
function inSoftware(complaint: string): string {
  return /device|hwaccel/i.test(complaint)
    ? `Decoded in software, as the hardware was not to be had: ${complaint}`
    : complaint;
}

/** What the source holds; nothing if the stream is to end before that is known. */
async function reportUnless(
  url: string,
  { report, until }: DecodeOptions,
  signal: AbortSignal,
): Promise<SourceReport | undefined> {
  try {
    return await (report ??
      probe(url, { signal: until ? AbortSignal.any([signal, until]) : signal }));
  } catch (error) {
    if (until?.aborted) return undefined;
    throw error;
  }
}

function frameSourceFrom(
  url: string,
  { name: ownName, video, audio, others, durationS: sourceDurationS }: SourceReport,
  { startS = 0, durationS, until, name = ownName }: DecodeOptions,
  complaints: readonly string[],
): FrameSource {
  const { width, height, timeBase, colour, frameRate } = video;
  const frameCount = video.frameCount ??
    (frameRate && sourceDurationS && Math.round(sourceDurationS * frameRate.num / frameRate.den));
  return {
    name,
    width,
    height,
    timeBase,
    colour,
    otherStreams: others,
    complaints,
    startS,
    get isCut() {
      return until?.aborted ?? false;
    },
    ...(frameRate && { frameRate }),
    ...(frameCount && { frameCount }),
    ...(audio.length > 0 && isRereadable(url) && {
      audio: {
        url,
        codecs: audio.map(({ codec }) => codec),
        ...(durationS !== undefined && { durationS }),
      },
    }),
  };
}

function frameFrom(
  { pts: packetPts, timeBase: packetTimeBase, pictures }: DecodedPictures,
  forms: FrameForms,
  { index, ptsOffset, frameSource }: {
    readonly index: number;
    readonly ptsOffset: number;
    readonly frameSource: FrameSource;
  },
): Frame {
  const { timeBase } = frameSource;
  // The container's clock may be finer than the source's, by a whole factor.
  const ticks = packetPts * (packetTimeBase.num * timeBase.den) /
    (packetTimeBase.den * timeBase.num);
  const pts = Math.round(ticks) - ptsOffset;
  return {
    ...forms.view(pictures),
    pts,
    timeBase,
    timestampUs: microsecondsFrom(pts, timeBase),
    index,
    source: frameSource,
    [Symbol.dispose]: () => pictures.forEach((picture) => picture[Symbol.dispose]()),
  };
}

/** Tells an end from a break: ffmpeg may end well on a file that is cut off. What it said is returned. */
async function checkedEnd(
  url: string,
  child: FfmpegProcess,
  frames: number,
): Promise<string | undefined> {
  const { code, complaint } = await child.result;
  const line = complaintAbout(url, outcomeIn(complaint));
  requireOptions(complaint);
  if (code !== 0) throw new SourceError(`Cannot decode ${url}: ${line}`);
  if (/partial file/.test(complaint)) {
    throw new SourceError(
      `Cannot decode ${url} to its end: the file is cut off after ${frames} ${
        frames === 1 ? "frame" : "frames"
      }`,
    );
  }
  if (frames === 0) throw new SourceError(`Cannot decode ${url}: it holds no frames`);
  return complaint.trim() ? line : undefined;
}
