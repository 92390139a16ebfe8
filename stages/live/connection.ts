import { SteadyboxError } from "../../pipeline/errors.ts";
import type { Size } from "../../pipeline/fit.ts";
import { FramePool, type PooledBuffer } from "../../pipeline/frame_pool.ts";
import { planesByteLength } from "../../pipeline/planes.ts";
import { ByteReader } from "../ffmpeg/byte_reader.ts";
import { NutReader, PictureSizeError } from "../ffmpeg/nut_reader.ts";
import { type FfmpegProcess, handOver, spawnFfmpeg } from "../ffmpeg/process.ts";
import { type FeedInput, SILENCE_MS } from "./feed_input.ts";
import { type LossReason, lossReasonFrom } from "./losses.ts";
import type { Step } from "./pace.ts";
import { SOUND } from "./sound_buffer.ts";
import { type StreamNotes, StreamNotesReader } from "./stream_notes.ts";
import { LIVE_CLOCK_HZ } from "./timeline.ts";

/** How long ffmpeg's words about the pictures may be under way when the first one is there. */
const NOTES_MS = 500;

/** For how many of its own intervals a slow feed is waited for, and how long at most. */
const INTERVALS = 3;
const MAX_SLOW_MS = 15_000;

/** How long ffmpeg may take to hang up when it is asked to, in milliseconds. */
const GRACE_MS = 500;

/** Pictures before the first key frame hang in the air: they are grey, or smeared. */
const FILTERS = [
  "select='if(ld(0),1,st(0,key))'",
  "scale=w='max(1,trunc(iw*if(sar,sar,1)+0.5))':h=ih:flags=bicubic+accurate_rnd+full_chroma_inp",
  "setsar=1",
  "format=yuv420p|yuvj420p",
].join(",");

/** How much sound comes at a time, in samples and bytes. */
const SOUND_SAMPLES = 1024;
const SOUND_BYTES = 2 * SOUND.channels * SOUND_SAMPLES;

/** What makes ffmpeg write sound between pictures, if there is any, without waiting for it for long. */
const SOUND_OUTPUT = [
  ...["-map", "0:a:0?", "-c:a", "pcm_s16le"],
  ...["-af", `aresample=${SOUND.rateHz},asetnsamples=n=${SOUND_SAMPLES}:p=1`],
  ...["-ar", String(SOUND.rateHz), "-ac", String(SOUND.channels)],
  // Sound may begin before the first picture, and NUT has no times below 0.
  ...["-max_interleave_delta", "40000", "-output_ts_offset", "10"],
];

/** What makes ffmpeg write pictures as they come, each at once, in the size that they have. */
function outputArguments(withSound: boolean): string[] {
  return [
    ...["-map", "0:v:0", "-vf", FILTERS, "-autoscale", "0"],
    ...["-fps_mode", "passthrough", "-enc_time_base:v", "-1", "-c:v", "rawvideo"],
    ...(withSound ? SOUND_OUTPUT : []),
    ...["-f", "nut", "-write_index", "0", "-flush_packets", "1", "pipe:1"],
  ];
}

/** What the pictures of a connection have in common. */
export interface PictureStream extends Size, StreamNotes {
  /** Whether sound comes with them. */
  readonly hasSound: boolean;
}

/** A decoded picture of a feed. */
export interface Picture {
  /** What it has in common with the others of its connection: the same object for all. */
  readonly stream: PictureStream;
  /** Its time by the sender's clock, in ticks of {@linkcode LIVE_CLOCK_HZ}. */
  readonly ticks: number;
  /** When it was here, in milliseconds of `performance.now()`. */
  readonly arrivedAtMs: number;
  /** What was done for it since the last one: whether it was waited for, and how large it was. */
  readonly effort: Pick<Step, "awaitedMs" | "decodedMs" | "encodedBytes">;
  /** Its bytes. */
  readonly data: PooledBuffer;
}

/** How patient a connection is. */
export interface Patience {
  /** How long the first picture may take, in milliseconds. */
  readonly firstFrameMs: number;
  /** How long the next one may take, in milliseconds. */
  readonly stallMs: number;
  /** Takes sound, with its time by the sender's clock; it is not asked for where absent. */
  readonly onSound: ((ticks: number, samples: Int16Array) => void) | undefined;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/**
 * Opens a feed once and yields its pictures, until it is lost.
 *
 * What is watched is that pictures come, not that the process runs: on a frozen sender it runs and
 * waits for ever.
 *
 * @returns Why it was lost; the process is gone by then.
 * @throws {SteadyboxError} If ffmpeg is missing or too old.
 */
export async function* connect(
  input: FeedInput,
  { firstFrameMs, stallMs, onSound, signal }: Patience,
): AsyncGenerator<Picture, LossReason> {
  if (await input.isOver?.(signal) || signal.aborted) return "ended";
  const startedAtMs = performance.now();
  let hadPictures = false;
  let verdict: LossReason | undefined;
  function giveUp(reason: LossReason): void {
    verdict ??= reason;
    hangUp();
  }
  // Pictures of another form may have as many bytes.
  const notes = new StreamNotesReader(() => giveUp("changed"));
  await using child = ffmpegFor(input, onSound !== undefined, notes.read);
  const hangUp = () => end(child);
  signal.addEventListener("abort", hangUp);
  using watchdog = new Watchdog(() => giveUp(hadPictures ? "stalled" : "timeout"));
  watchdog.watch(firstFrameMs);
  using _ = hostWatchdog(input, notes, hangUp);
  if (input.script !== undefined) await handOver(child, input.script);
  try {
    await using bytes = new ByteReader(child.stdout);
    for await (const picture of picturesIn(bytes, notes, onSound)) {
      watchdog.rest(); // Whoever takes it may take their time.
      if (verdict !== undefined) {
        picture.data[Symbol.dispose]();
        break;
      }
      hadPictures = true;
      yield picture;
      watchdog.watch(Math.max(stallMs, slowMsOf(picture.stream)));
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    if (cause instanceof PictureSizeError) verdict ??= "changed";
  } finally {
    signal.removeEventListener("abort", hangUp);
  }
  end(child);
  const wasSilentFrom = notes.connectedAtMs ?? startedAtMs;
  const reason = await reasonOf(child, { hadPictures, wasSilentFrom }); // It may have more to say.
  return verdict ?? reason;
}

function ffmpegFor(
  { args, script }: FeedInput,
  withSound: boolean,
  onLine: (line: string) => void,
): FfmpegProcess {
  return spawnFfmpeg(
    "ffmpeg",
    [
      ...["-hide_banner", "-nostdin", "-nostats", "-v", "verbose", "-benchmark_all", "-dump"],
      ...args,
      ...outputArguments(withSound),
    ],
    { stdin: script === undefined ? "null" : "piped", onLine },
  );
}

/** How long a feed may take for its next picture by its own rate, in milliseconds; 0 if it has none. */
function slowMsOf({ frameRate }: StreamNotes): number {
  if (!frameRate) return 0;
  return Math.min(MAX_SLOW_MS, INTERVALS * 1000 * frameRate.den / frameRate.num);
}

/**
 * Why ffmpeg ended by itself.
 *
 * @throws {SteadyboxError} If it is too old.
 */
async function reasonOf(
  { result }: FfmpegProcess,
  { hadPictures, wasSilentFrom }: { readonly hadPictures: boolean; readonly wasSilentFrom: number },
): Promise<LossReason> {
  const { complaint } = await result;
  if (/^Unrecognized option/m.test(complaint)) {
    throw new SteadyboxError(
      "Cannot receive with this ffmpeg as it is too old: install 5.1 or newer",
    );
  }
  const wasSilent = performance.now() - wasSilentFrom >= SILENCE_MS - 100;
  return lossReasonFrom({ complaint, hadPictures, wasSilent });
}

/** Calls for help when it is left alone for too long. */
class Watchdog implements Disposable {
  readonly #bark: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bark: () => void) {
    this.#bark = bark;
  }

  watch(durationMs: number): void {
    this.rest();
    this.#timer = setTimeout(this.#bark, durationMs);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.rest();
  }
}

/** Hangs up on a host that takes no connection: even that of a slow camera takes one at once. */
function hostWatchdog(
  { script, patientScript }: FeedInput,
  notes: StreamNotesReader,
  hangUp: () => void,
): Watchdog {
  const watchdog = new Watchdog(() => notes.connectedAtMs ?? hangUp());
  if (script !== undefined && script === patientScript) watchdog.watch(SILENCE_MS);
  return watchdog;
}

/** Ends a process without waiting: it is asked to, and soon made to, as it has nothing to finish. */
function end(child: FfmpegProcess): void {
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  child.result.finally(() => clearTimeout(timer)).catch(() => {}); // Its owner will hear of it.
}

async function* picturesIn(
  bytes: ByteReader,
  notesReader: StreamNotesReader,
  onSound: Patience["onSound"],
): AsyncGenerator<Picture> {
  const reader = new NutReader(bytes);
  const size = await reader.size();
  if (!size) return;
  const byteLength = planesByteLength(size.width, size.height);
  const pool = new FramePool(byteLength);
  const sound = { pool: new FramePool(SOUND_BYTES), byteLength: SOUND_BYTES };
  let stream: PictureStream | undefined;
  let awaitedMs = 0;
  for (;;) {
    const askedAtMs = performance.now();
    await bytes.isAtEnd(); // Or something is there.
    awaitedMs += performance.now() - askedAtMs;
    const packet = await reader.next({ pool, byteLength }, sound);
    if (!packet) return;
    const arrivedAtMs = performance.now();
    const { streamId, data, pts, timeBase: { num, den } } = packet;
    const ticks = pts * num * LIVE_CLOCK_HZ / den;
    if (streamId === 1) {
      onSound?.(ticks, new Int16Array(data.buffer.slice(0)));
      data[Symbol.dispose]();
      continue;
    }
    const hasSound = reader.streamCount > 1;
    stream ??= { ...size, ...await notesReader.notes(NOTES_MS), hasSound };
    const effort = { awaitedMs, ...notesReader.takeWork() };
    yield { stream, ticks: Math.round(ticks), arrivedAtMs, effort, data };
    awaitedMs = 0;
  }
}
