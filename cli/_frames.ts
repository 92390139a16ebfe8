import { SourceError } from "../pipeline/errors.ts";
import type { InputSpec } from "../pipeline/detector.ts";
import type { Frame } from "../pipeline/frame.ts";
import type { MeteredSource } from "../pipeline/source.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { timeLimit } from "../stages/live/timers.ts";
import type { FeedEvent, ReceivedFeed } from "../stages/receive.ts";
import type { Input } from "./_input.ts";
import type { RunOptions } from "./_run_options.ts";
import { UsageError } from "./_usage_error.ts";

/** What decides which frames come. */
type FrameOptions =
  & Pick<
    RunOptions,
    | "start"
    | "duration"
    | "hwaccel"
    | "rtspTransport"
    | "livePolicy"
    | "maxLatency"
    | "sound"
    | "output"
    | "track"
  >
  & {
    /** Told what happens to a feed. */
    readonly onEvent?: (event: FeedEvent) => void;
    /** Whether whole frames are looked at, though none is written. */
    readonly isSeen?: boolean;
    /** Says a line to people. */
    readonly say: (line: string) => void;
  };

/**
 * The frames of a video, a live feed or pictures.
 *
 * @param input What is read.
 * @param options Which part of it.
 * @param until Ends the stream as though the source ended there.
 * @param scaledFor The network's input, if the frames are read by `letterbox` alone: then those of a
 * video come scaled for it, whole only if they are written, so that outputs change no detection.
 */
export async function framesOf(
  { sources, name, report }: Pick<Input, "sources" | "name" | "report">,
  { start, duration, hwaccel, output, track, isSeen = output !== undefined, ...live }: FrameOptions,
  until: AbortSignal,
  scaledFor?: InputSpec,
): Promise<MeteredSource<Frame> | ReceivedFeed> {
  if (sources.kind === "video" && sources.isFeed) {
    if (start !== undefined) throw new UsageError("Cannot use --start with a live feed");
    const sound = live.sound && output !== undefined; // Nothing else can hold it.
    return await feedOf(sources.url, { duration, ...live, sound }, until);
  }
  if (sources.kind !== "video" && (start !== undefined || duration !== undefined)) {
    throw new UsageError("Cannot use --start or --duration with pictures");
  }
  if (sources.kind === "video" || name !== undefined) {
    const { decode } = await import("../stages/decode.ts");
    return decode(sources.kind === "video" ? sources.url : sources.paths[0]!, {
      until,
      hwaccel,
      ...name !== undefined && { name },
      ...report && { report },
      ...start !== undefined && { startS: start },
      ...duration !== undefined && { durationS: duration },
      ...scaledFor && { scaledFor, isWhole: isSeen, hasLuma: track },
    });
  }
  const { decodePictures } = await import("../stages/decode_pictures.ts");
  return decodePictures(sources.paths, { until });
}

/** A live feed; how much of it is taken counts from now. */
async function feedOf(
  url: string,
  { duration, rtspTransport, livePolicy, maxLatency, sound, onEvent = () => {}, say }: Omit<
    FrameOptions,
    "start" | "hwaccel" | "output" | "track"
  >,
  until: AbortSignal,
): Promise<ReceivedFeed> {
  const { receive } = await import("../stages/receive.ts");
  const ends = duration === undefined ? [] : [timeLimit(1000 * duration)];
  return receive(url, {
    transport: rtspTransport,
    policy: livePolicy,
    maxLatencyMs: maxLatency,
    sound,
    until: AbortSignal.any([until, ...ends]),
    onEvent(event) {
      onEvent(event);
      say(event.kind === "lost" ? event.message : `Connected to ${event.name}`);
    },
  });
}

/**
 * Passes frames on, and fails if there is none: what is interrupted before its first frame is to
 * leave no output, rather than an empty one.
 */
export function atLeastOne(): MeteredStage<Frame, Frame> {
  return stage("atLeastOne", async function* atLeastOne(frames: AsyncIterable<Frame>) {
    let hasAny = false;
    for await (const frame of frames) {
      hasAny = true;
      yield frame;
    }
    if (!hasAny) throw new SourceError("Cannot write what was asked for: no frame came");
  });
}
