import { extname } from "node:path";
import { OutputError } from "../../pipeline/errors.ts";

/** What a container of videos can hold. */
export interface Container {
  /** The codec of pictures in it, unless the user asks for another; ffmpeg's choice where absent. */
  readonly videoCodec?: string;
  /** The codecs of sound that it can hold, as ffmpeg names them; any where absent. */
  readonly audioCodecs?: RegExp;
  /** The encoder for sound that it cannot hold as it is; none where it holds no sound. */
  readonly audioEncoder?: string;
  /** How many parts of a second its clock can tell apart; as many as the source's where absent. */
  readonly clockHz?: number;
  /** Set where B-frames would be decoded before 0, so that all times would be moved. */
  readonly isWithoutBFrames?: true;
  /** What makes it one that can be played while it is written; none where that cannot be. */
  readonly fragmentArgs?: readonly string[];
  /** More arguments for ffmpeg. */
  readonly args?: (timeBaseDen: number) => readonly string[];
}

/** The tracks keep the source's clock, and so does the movie, in which a start offset is counted. */
const timescales = (
  den: number,
) => ["-movie_timescale", String(den), "-video_track_timescale", String(den)];

/** Sound may begin a little before 0, to be cut off by the player: all times would be moved for it. */
const KEPT_TIMES = ["-avoid_negative_ts", "disabled"];

const MP4: Container = {
  videoCodec: "h264",
  audioCodecs: /^(aac|mp2|mp3|ac3|eac3|alac|opus|flac)$/,
  audioEncoder: "aac",
  fragmentArgs: ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
  args: timescales,
};

/** Matroska's fragments are its clusters. */
const CLUSTERS = ["-cluster_time_limit", "1000"];

/** What ffmpeg's muxers take, by the extension of the file: those that keep each frame's time. */
const CONTAINERS: Readonly<Record<string, Container>> = {
  ".mp4": MP4,
  ".m4v": MP4,
  ".mov": {
    ...MP4,
    audioCodecs: /^(aac|mp3|ac3|eac3|alac|pcm_(s16|s24|s32|f32|f64)(le|be)|pcm_u8)$/,
  },
  ".mkv": {
    videoCodec: "h264",
    audioEncoder: "aac",
    clockHz: 1000,
    fragmentArgs: CLUSTERS,
    args: () => KEPT_TIMES,
  },
  ".webm": {
    videoCodec: "vp9",
    audioCodecs: /^(opus|vorbis)$/,
    audioEncoder: "libopus",
    clockHz: 1000,
    fragmentArgs: CLUSTERS,
    args: () => KEPT_TIMES,
  },
  ".ts": {
    videoCodec: "h264",
    audioCodecs: /^(aac|mp2|mp3|ac3|eac3|opus)$/,
    audioEncoder: "aac",
    clockHz: 90_000,
    isWithoutBFrames: true,
    fragmentArgs: [],
    // By itself the muxer would begin at 1.4 s.
    args: () => ["-muxdelay", "0", "-muxpreload", "0"],
  },
  ".gif": { clockHz: 100 },
};

/**
 * What the container of a path can hold.
 *
 * @throws {OutputError} If the extension is none of a container that keeps each frame's time.
 */
export function containerOf(path: string): Container {
  const extension = extname(path).toLowerCase();
  const container = CONTAINERS[extension];
  if (container) return container;
  const known = Object.keys(CONTAINERS).join(", ");
  throw new OutputError(
    `Cannot write "${path}" as a video: its name must end in one of ${known}`,
  );
}
