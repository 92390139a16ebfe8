import { handOver, spawnFfmpeg } from "../ffmpeg/process.ts";

/** How long a playlist may take to tell, in milliseconds. */
const PATIENCE_MS = 8000;

/** What ffmpeg says of a playlist that is all there; of another it knows no duration. */
const DURATION = /^\[hls @ \w+\] format: .*\bduration: \d/;

/**
 * Whether a playlist (HLS) has come to its end. Opened as a feed it would be shown from its beginning,
 * again and again, as though that were live.
 *
 * @param list Ffmpeg's arguments for a list on standard input.
 * @param script The list, of which the playlist is the only entry.
 * @param signal Gives it up.
 * @returns Whether it has; `false` too if nobody can tell, as where there is no server.
 */
export async function isFinishedPlaylist(
  list: readonly string[],
  script: string,
  signal: AbortSignal,
): Promise<boolean> {
  let isFinished = false;
  // No lower level than this one tells it of the entries of a list.
  await using child = spawnFfmpeg("ffprobe", ["-v", "trace", ...list], {
    stdin: "piped",
    stdout: "null",
    onLine: (line) => void (isFinished ||= DURATION.test(line)),
  });
  const end = () => child.kill("SIGKILL");
  const timer = setTimeout(end, PATIENCE_MS);
  signal.addEventListener("abort", end);
  await handOver(child, script);
  await child.result;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  return isFinished;
}
