import { OutputError } from "../pipeline/errors.ts";
import type { Frame, FrameSource } from "../pipeline/frame.ts";
import { type MeteredSink, sink } from "../pipeline/sink.ts";
import { codecName } from "./ffmpeg/codec_name.ts";
import { streamArguments } from "./ffmpeg/encoder_arguments.ts";
import type { BroadcastEvent } from "./live/outlet.ts";
import { type BroadcastStatistics, OutletTally } from "./live/outlet_tally.ts";
import { KEY_FRAME_S, outputTarget } from "./live/output_target.ts";
import { Show } from "./live/show.ts";
import { flawOfLimit } from "./live/timers.ts";
import { createFollowedFile } from "./writing/partial_file.ts";

export type { BroadcastEvent } from "./live/outlet.ts";
export type { BroadcastStatistics, UnsentCause } from "./live/outlet_tally.ts";
export type { SendingLoss } from "./live/sending_losses.ts";

/** How frames are sent. */
export interface BroadcastOptions {
  /**
   * The codec, `h264` or `h265`; RTMP takes the first alone.
   *
   * @default {"h264"}
   */
  readonly codec?: string;
  /** The quality, from 0 (best) to 51; a sensible one where absent. */
  readonly crf?: number;
  /**
   * How old a frame may be when the encoder has it, in milliseconds since its arrival. None is handed
   * over before the one before it is on its way. If all frames are older when they come here, they may
   * wait as long again. Not for a playlist, which gets all.
   *
   * @default {500}
   */
  readonly maxLatencyMs?: number;
  /**
   * How long whoever takes the stream may take for a picture until the connection is made anew, in
   * milliseconds.
   *
   * @default {8000}
   */
  readonly stallMs?: number;
  /**
   * After how long without a frame viewers are shown a card that says so, in milliseconds; of a slow
   * feed, after three of its own intervals at least.
   *
   * @default {1000}
   */
  readonly cardAfterMs?: number;
  /** How much of a playlist stays on disk, in seconds; all of it where absent. */
  readonly keepS?: number;
  /**
   * Whether an existing playlist is replaced, and segments of its names.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /** Told when the output is lost and when it is back. */
  readonly onEvent?: (event: BroadcastEvent) => void;
  /** Gives numbers from 0 to below 1, for the waits between attempts; `Math.random` by itself. */
  readonly random?: () => number;
}

/** A sink that sends frames on, and counts what becomes of them. */
export interface Broadcast extends MeteredSink<{ readonly frame: Frame }> {
  /** What became of the frames so far. */
  readonly statistics: () => BroadcastStatistics;
}

/**
 * Sends the frames of a live feed on as they come, with ffmpeg: to a server (RTSP, RTMP, SRT), to
 * whoever listens (MPEG-TS over UDP or TCP), or into a playlist on disk with segments beside it (HLS).
 *
 * It holds nobody back: while a picture is encoded and given to the network, the newest one waits and
 * older ones are dropped, and so is what is too old to be shown. When nobody takes the stream (any
 * more) it is tried again, after 0.25 s to 1 s during the first minute and up to 10 s after that, by
 * chance; frames are dropped meanwhile. Each drop is counted with its cause. A playlist gets all
 * frames.
 *
 * Viewers see one size, that of the first frame; what comes in another is fit into it, with bars.
 * While no frame comes they see a card with the feed's name and the time, at the rate of the feed.
 * Sound is sent where `receive()` was asked for it, and is silent meanwhile.
 *
 * How old a picture is when the encoder has it is bounded, and measured, as is how old it is when the
 * network has it; what lies in the buffers of the network between here and a slow server is not known
 * here.
 *
 * @param output A URL (rtsp, rtmp, srt, udp, tcp, and those with TLS), or the path of a playlist
 * (`.m3u8`).
 * @param options How they are sent.
 * @returns The sink of a pipeline: it takes whatever carries a frame.
 * @throws {RangeError} If an option is out of range.
 * @throws {OutputError} If it is no such URL or path, or cannot take the codec; through the stream,
 * if a playlist is there already or cannot be made.
 *
 * @example On to a server
 * ```ts ignore
 * await detections
 *   .pipeThrough(annotate())
 *   .pipeTo(broadcast("rtsp://127.0.0.1:9/annotated", {
 *     onEvent: (event) => console.warn(event.kind === "lost" ? event.message : "Connected"),
 *   }));
 * ```
 */
export function broadcast(output: string, options: BroadcastOptions = {}): Broadcast {
  const {
    codec = "h264",
    crf,
    maxLatencyMs = 500,
    stallMs = 8000,
    cardAfterMs = 1000,
    keepS,
    overwrite = false,
    onEvent = () => {},
    random = Math.random,
  } = options;
  checkRanges({ crf, times: { maxLatencyMs, stallMs, cardAfterMs, keepS } });
  const target = outputTarget(output, keepS);
  const name = codecName(codec);
  if (!target.codecs.includes(name)) {
    throw new OutputError(
      `Cannot send ${codec} to ${target.name}: it takes ${target.codecs.join(" and ")}`,
    );
  }
  const tally = new OutletTally();
  const playlistPath = target.isPlaylist ? output : undefined;
  const wishes = {
    ...{ name: target.name, maxLatencyMs, stallMs, cardAfterMs, onEvent, random, playlistPath },
  };
  const policy = target.isPlaylist ? "all" : "newest";
  const argsFor = (source: FrameSource, isAgain: boolean) => [
    ...streamArguments({ source, codec: name, crf, keyFrameS: KEY_FRAME_S }),
    ...target.args(isAgain),
  ];
  const sending = sink(
    "broadcast",
    async function broadcast(items: AsyncIterable<{ readonly frame: Frame }>) {
      if (target.isPlaylist) await createFollowedFile(output, { overwrite });
      await using stack = new AsyncDisposableStack();
      let show: Show | undefined;
      for await (const { frame } of items) {
        show ??= stack.use(new Show(frame, { ...wishes, policy, argsFor }, tally));
        await show.show(frame);
      }
      await show?.finish();
    },
  );
  return Object.assign(sending, { statistics: () => tally.statistics() });
}

function checkRanges(
  { crf, times }: {
    readonly crf: number | undefined;
    readonly times: Readonly<Record<string, number | undefined>>;
  },
): void {
  for (const [name, value] of Object.entries(times)) {
    const flaw = value === undefined ? undefined : flawOfLimit(name, value);
    if (flaw) throw new RangeError(`Cannot broadcast as ${flaw}: current value is ${value}`);
  }
  if (crf !== undefined && !(crf >= 0 && crf <= 51)) {
    throw new RangeError(`Cannot broadcast as crf must be from 0 to 51: current value is ${crf}`);
  }
}
