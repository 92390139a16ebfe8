import { basename, extname, isAbsolute, parse } from "node:path";
import { OutputError } from "../../pipeline/errors.ts";
import { addressFlawIn, isUrl, withoutCredentials, withPlainScheme } from "../ffmpeg/input.ts";
import { CALL_MS } from "./feed_input.ts";

/** How long a server may take for anything before ffmpeg itself gives it up, in microseconds. */
const SILENCE_US = "3000000";

/** After how many seconds a viewer can begin, and how long a segment of a playlist is. */
export const KEY_FRAME_S = 2;

/** How a kind of URL is sent to. */
interface Kind {
  /** Ffmpeg's arguments. */
  readonly args: readonly string[];
  /** The codecs that can be sent. */
  readonly codecs: readonly string[];
}

const BOTH = ["h264", "h265"];

/** By itself the muxer would hold back what it is given, to lay it out evenly. */
const TRANSPORT_STREAM = ["-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0"];

/** By itself the operating system would hold back some megabytes for a network that is too slow. */
const SHORT_QUEUE = ["-send_buffer_size", String(128 * 1024)];

const RTSP: Kind = {
  args: ["-f", "rtsp", "-rtsp_transport", "tcp", "-timeout", SILENCE_US],
  codecs: BOTH,
};
const RTMPS: Kind = {
  args: ["-f", "flv", "-flvflags", "no_duration_filesize", "-rw_timeout", SILENCE_US],
  codecs: ["h264"],
};
const RTMP: Kind = { ...RTMPS, args: [...RTMPS.args, ...SHORT_QUEUE] };

/** The kinds of URL that pictures can be sent to: no others, whatever ffmpeg knows. */
const KINDS: Readonly<Record<string, Kind>> = {
  rtsp: RTSP,
  rtsps: RTSP,
  rtmp: RTMP,
  rtmps: RTMPS,
  srt: {
    args: [
      ...[...TRANSPORT_STREAM, "-timeout", SILENCE_US],
      ...["-listen_timeout", String(CALL_MS * 1000)],
    ],
    codecs: BOTH,
  },
  udp: { args: [...TRANSPORT_STREAM, "-pkt_size", "1316"], codecs: BOTH }, // Seven packets at a time.
  tcp: {
    args: [
      ...[...TRANSPORT_STREAM, "-rw_timeout", SILENCE_US],
      ...["-listen_timeout", String(CALL_MS), ...SHORT_QUEUE],
    ],
    codecs: BOTH,
  },
};

/** Where a stream goes. */
export interface OutputTarget {
  /** What it is called: no credentials, no stream key, and nothing of the query. */
  readonly name: string;
  /** Whether it is a playlist on disk, with segments beside it. */
  readonly isPlaylist: boolean;
  /** The codecs that can be sent. */
  readonly codecs: readonly string[];
  /**
   * Ffmpeg's arguments, up to and including the output.
   *
   * @param isAgain Whether it goes on where another process has stopped.
   */
  readonly args: (isAgain: boolean) => readonly string[];
}

/** Whether a path names a playlist (HLS). */
export function isPlaylistPath(path: string): boolean {
  return !isUrl(path) && extname(path).toLowerCase() === ".m3u8";
}

/**
 * How ffmpeg sends to a URL, or writes a playlist.
 *
 * @param keepS How much of a playlist stays on disk, in seconds; all of it where absent.
 * @throws {OutputError} If it is neither.
 */
export function outputTarget(output: string, keepS?: number): OutputTarget {
  if (isPlaylistPath(output)) {
    if (/%\d*d/.test(output)) {
      throw new OutputError(`Cannot write "${output}": ffmpeg would take "%d" in it for a number`);
    }
    return {
      name: output,
      isPlaylist: true,
      codecs: BOTH,
      args: (isAgain) => playlistArguments(output, { keepS, isAgain }),
    };
  }
  const scheme = /^[a-z]+/i.exec(output)?.[0].toLowerCase() ?? "";
  const kind = isUrl(output) ? KINDS[scheme] : undefined;
  if (!kind) {
    throw new OutputError(
      `Cannot send to ${shownName(output)}: it is neither a playlist (.m3u8) nor a URL of ${
        Object.keys(KINDS).join(", ")
      }`,
    );
  }
  // deno-lint-ignore no-control-regex -- That is what must not be in there.
  if (/[\x00-\x1f\x7f]/.test(output)) {
    throw new OutputError("Cannot send to a URL that holds control characters");
  }
  const flaw = addressFlawIn(output);
  if (flaw) throw new OutputError(`Cannot send to ${shownName(output)}: ${flaw}`);
  return {
    name: shownName(output),
    isPlaylist: false,
    codecs: kind.codecs,
    args: () => [...kind.args, withPlainScheme(output)],
  };
}

/**
 * An output as it may be shown. The last part of an RTMP path is the key by which a server knows who
 * sends.
 */
export function shownName(output: string): string {
  return withoutCredentials(output).replace(/^(rtmps?:\/\/[^/]*\/[^/]+\/).+$/is, "$1…");
}

function playlistArguments(
  path: string,
  { keepS, isAgain }: { readonly keepS: number | undefined; readonly isAgain: boolean },
): string[] {
  const flags = ["temp_file", "independent_segments"]; // Nobody sees half a segment.
  if (isAgain) flags.push("append_list");
  if (keepS !== undefined) flags.push("delete_segments");
  const { dir, name } = parse(path);
  // Ffmpeg deletes no segment whose name begins with a protocol, and sees one before any colon.
  const directory = isAbsolute(path) ? dir : `./${dir || "."}`;
  return [
    ...["-f", "hls", "-hls_time", String(KEY_FRAME_S)],
    ...["-hls_list_size", String(keepS === undefined ? 0 : Math.ceil(keepS / KEY_FRAME_S))],
    ...["-hls_flags", flags.join("+")],
    ...["-hls_segment_filename", `${directory}/${name}-%06d.ts`],
    `${directory}/${basename(path)}`,
  ];
}
