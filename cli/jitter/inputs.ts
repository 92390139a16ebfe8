import { importedTracks } from "../../bench/jitter/observe/imported_tracks.ts";
import type { ObservedClip } from "../../bench/jitter/observe/observed_clip.ts";
import { readTruth, withoutFrames } from "../../bench/jitter/truth/truth_file.ts";
import { SourceError } from "../../pipeline/errors.ts";
import { isUrl, sourcesFrom } from "../_sources.ts";
import { asked, UsageError } from "../_usage_error.ts";
import type { JitterOptions } from "../_jitter_options.ts";

/** Refuses options that would do nothing, or cannot be meant. */
export function checkJitterOptions(options: JitterOptions): void {
  const { sources, tracks, truth, fps, start } = options;
  if (sources.length === 0 && tracks.length === 0) {
    throw new UsageError(
      "Expected a SOURCE, such as a video file, or --tracks with a file of boxes",
    );
  }
  if (sources.length > 0 && tracks.length > 0) {
    throw new UsageError("Cannot use --tracks with a SOURCE: boxes that were found need no video");
  }
  if (fps !== undefined && tracks.length === 0) {
    throw new UsageError("Cannot use --fps without --tracks: videos have times");
  }
  if (tracks.length > 0) {
    for (const name of ["start", "duration", "model", "conf", "ties", "resize"] as const) {
      if (options[name] === undefined) continue;
      throw new UsageError(`Cannot use --${name} with --tracks: no network runs`);
    }
  }
  const inputs = sources.length + tracks.length;
  if (truth.length > 0 && truth.length !== inputs) {
    throw new UsageError(
      `Expected a --truth for each SOURCE or --tracks file: there are ${inputs}, and ${truth.length} of --truth`,
    );
  }
  if (truth.length > 0 && start !== undefined) {
    throw new UsageError("Cannot use --truth with --start: it counts frames from the beginning");
  }
}

/**
 * Finds the videos.
 *
 * @param names What the user named.
 * @returns Their paths.
 * @throws {SourceError} If one is missing, or no video in a file.
 */
export async function videosAt(names: readonly string[]): Promise<string[]> {
  return await Promise.all(names.map(async (name) => {
    if (name === "-" || isUrl(name)) {
      throw new UsageError(
        `Cannot measure "${name}": it must be a file, to be told by its SHA-256`,
      );
    }
    const found = await sourcesFrom([name]);
    if (found.kind !== "video") {
      throw new SourceError(`Cannot measure "${name}": it is no video, so nothing moves`);
    }
    if (found.isFeed) throw new UsageError(`Cannot measure "${name}": it is a live feed`);
    return found.url;
  }));
}

/**
 * Reads files of tracks.
 *
 * @param options What was asked for.
 * @returns What can be measured of them.
 * @throws {SourceError} If one cannot be read.
 * @throws {UsageError} If `--fps` is missing, or there for nothing.
 */
export async function importedClips({ tracks, fps }: JitterOptions): Promise<ObservedClip[]> {
  const clips = [];
  for (const path of tracks) {
    const clip = await importedTracks(path, { fps }).catch((error) =>
      asked("--fps", () => {
        throw error;
      })
    );
    clips.push(clip);
  }
  return clips;
}

/**
 * Reads the truths.
 *
 * @param paths The files.
 * @returns What they hold, in their order.
 * @throws {SourceError} If one cannot be read.
 */
export async function truthsAt(
  paths: readonly string[],
): Promise<NonNullable<ObservedClip["truth"]>[]> {
  const truths = [];
  for (const path of paths) truths.push(await readTruth(path));
  return truths;
}

/** Clips with names that differ, and their truths. */
export function distinct(
  clips: readonly ObservedClip[],
  truths: readonly NonNullable<ObservedClip["truth"]>[],
): ObservedClip[] {
  const seen = new Map<string, number>();
  return clips.map((clip, i) => {
    const times = (seen.get(clip.name) ?? 0) + 1;
    seen.set(clip.name, times);
    const truth = truths[i];
    return {
      ...clip,
      name: times > 1 ? `${clip.name} (${times})` : clip.name,
      ...truth && { truth: withoutFrames(truth, clip.heldFrames ?? []) },
    };
  });
}
