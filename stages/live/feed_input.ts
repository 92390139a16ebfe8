import { SourceError } from "../../pipeline/errors.ts";
import { isFinishedPlaylist } from "./finished_playlist.ts";
import {
  addressFlawIn,
  isUrl,
  protocolsFor,
  withoutCredentials,
  withPlainScheme,
} from "../ffmpeg/input.ts";

/** How RTP travels. */
export type RtspTransport = "tcp" | "udp";

/** After how long a sender that says nothing is given up by ffmpeg itself, in milliseconds. */
export const SILENCE_MS = 3000;

/** The same for one that is waited for with patience: some cameras answer with their next picture. */
const PATIENT_SILENCE_MS = 8000;

/** How long the pictures of a feed may stay away before it counts as stalled, in milliseconds. */
const STALL_MS = 2000;

/** A playlist's pictures come in lumps of some seconds. */
const PLAYLIST_STALL_MS = 15_000;

/** How a feed is opened. */
export interface FeedInput {
  /** What it is called: no credentials, and nothing of the query, which may hold such. */
  readonly name: string;
  /** Ffmpeg's arguments, up to and including the input. */
  readonly args: readonly string[];
  /** What ffmpeg reads from its standard input. */
  readonly script?: string;
  /** What it reads for a sender that has not answered in time, and may be a slow camera: it waits longer. */
  readonly patientScript?: string;
  /** How long its pictures may stay away, in milliseconds. */
  readonly stallMs: number;
  /** Whether it is a playlist that is not, or no longer, live. */
  readonly isOver?: (signal: AbortSignal) => Promise<boolean>;
}

/** The least analysis, for what tells by itself what it holds. */
const NO_ANALYSIS = { probesize: "32", analyzeduration: "0", fpsprobesize: "0" };

/** For streams that have to be searched for their contents. */
const ANALYSIS = { probesize: "1000000", analyzeduration: "1000000", fpsprobesize: "0" };

const SILENCE_US = String(SILENCE_MS * 1000);

/** After how long ffmpeg waits for nobody to call it any more, if it is left alone, in milliseconds. */
export const CALL_MS = 10_000;

/** For each kind of URL that can be a feed, the options of ffmpeg's that suit it. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rtsp: { ...NO_ANALYSIS, timeout: SILENCE_US },
  rtsps: { ...NO_ANALYSIS, timeout: SILENCE_US },
  rtmp: { ...ANALYSIS, rtmp_live: "live", rw_timeout: SILENCE_US },
  rtmps: { ...ANALYSIS, rtmp_live: "live", rw_timeout: SILENCE_US },
  srt: { ...ANALYSIS, timeout: SILENCE_US, listen_timeout: String(CALL_MS * 1000) },
  udp: { ...ANALYSIS, timeout: SILENCE_US, overrun_nonfatal: "1" },
  rtp: ANALYSIS, // It takes a time-out from its URL alone.
  tcp: { ...ANALYSIS, timeout: SILENCE_US, listen_timeout: String(CALL_MS) },
  http: { ...ANALYSIS, rw_timeout: SILENCE_US },
  https: { ...ANALYSIS, rw_timeout: SILENCE_US },
};

/** A camera as Linux names it. */
const CAMERA = /^\/dev\/video\d+$/;

/** Whether a URL names a playlist (HLS). */
export function isPlaylist(url: string): boolean {
  return /^https?:[^?#]*\.m3u8(\?|#|$)/i.test(url);
}

/**
 * How ffmpeg opens a feed, with as little delay as it can.
 *
 * A URL is handed over on standard input, as the only entry of a list (ffmpeg's concat demuxer), so
 * that credentials in it stand in no list of processes. The list is ours, so it opens nothing else;
 * what the entry itself refers to is opened by the protocols of its own kind only.
 *
 * @throws {SourceError} If it can be no feed.
 */
export function feedInput(
  source: string,
  transport: RtspTransport,
  withSound = false,
): FeedInput {
  if (CAMERA.test(source)) {
    return { name: source, args: [...LOW_DELAY, "-f", "v4l2", "-i", source], stallMs: STALL_MS };
  }
  const usual = optionsFor(source);
  const isRtsp = /^rtsps?:/i.test(source);
  const isPaced = isPlaylist(source);
  const media = withSound ? "video+audio" : "video";
  const protocols = protocolsFor(source);
  const options = {
    ...usual,
    ...isRtsp && { rtsp_transport: transport, allowed_media_types: media },
    ...isPaced && { live_start_index: "-2" }, // By itself it is a third one behind.
    protocol_whitelist: protocols,
  };
  const name = withoutCredentials(source);
  const script = scriptFor(source, options);
  const list = [
    ...["-probesize", "1000", "-analyzeduration", "0", "-fpsprobesize", "0"],
    ...["-protocol_whitelist", `pipe,${protocols}`],
    ...["-f", "concat", "-safe", "0", "-i", "pipe:0"],
  ];
  if (!isPaced) {
    const patient = { ...options, timeout: String(PATIENT_SILENCE_MS * 1000) };
    return {
      ...{ name, stallMs: STALL_MS, args: [...LOW_DELAY, ...list], script },
      ...isRtsp && { patientScript: scriptFor(source, patient) },
    };
  }
  return {
    name,
    stallMs: PLAYLIST_STALL_MS,
    // Else a lump would come at once, and all but its end be dropped.
    args: [...LOW_DELAY, "-re", ...list],
    script,
    isOver: (signal) => isFinishedPlaylist(list, script, signal),
  };
}

/** The options of ffmpeg's that suit a URL, which has to be one that can be a feed. */
function optionsFor(url: string): Readonly<Record<string, string>> {
  const name = withoutCredentials(url);
  const options = OPTIONS[/^[a-z]+/i.exec(url)?.[0].toLowerCase() ?? ""];
  if (!isUrl(url) || !options) {
    throw new SourceError(
      `Cannot receive ${name}: it is neither /dev/video… nor a URL of ${
        Object.keys(OPTIONS).join(", ")
      }`,
    );
  }
  // deno-lint-ignore no-control-regex -- That is what must not be in there.
  if (/[\x00-\x1f\x7f]/.test(url)) {
    throw new SourceError("Cannot receive a URL that holds control characters");
  }
  const flaw = addressFlawIn(url);
  if (flaw) throw new SourceError(`Cannot receive ${name}: ${flaw}`);
  return options;
}

/** The list that holds a URL alone, opened with options. */
function scriptFor(url: string, options: Readonly<Record<string, string>>): string {
  return [
    "ffconcat version 1.0",
    `file '${withTimeout(withPlainScheme(url)).replaceAll("'", "'\\''")}'`,
    ...Object.entries(options).map(([option, value]) => `option ${option} ${value}`),
    "",
  ].join("\n");
}

/** Threads that decode a frame each would hold as many back; damaged packets are left out. */
const LOW_DELAY = ["-fflags", "+discardcorrupt", "-flags", "+low_delay-output_corrupt"];

/** A URL with the time-out that its kind takes from nowhere else, unless it names one itself. */
function withTimeout(url: string): string {
  if (!/^rtp:/i.test(url) || /[?&]timeout=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}timeout=${SILENCE_US}`;
}
