import { OutputError } from "../pipeline/errors.ts";
import { isPlaylistPath, shownName } from "../stages/live/output_target.ts";
import { isFeed, isUrl, type Sources } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

/** What decides where the annotated video goes. */
export interface OutputWishes {
  /** The name of a file or playlist, or a URL. */
  readonly output?: string | undefined;
  /** How long segments are, in seconds. */
  readonly segment?: number | undefined;
  /** How much of a playlist is kept, in seconds. */
  readonly hlsKeep?: number | undefined;
}

/** What an annotated video becomes: sent to a URL, a playlist, segments, or one file. */
type OutputKind = "url" | "playlist" | "segments" | "file";

/** What the annotated video becomes. */
export function outputKindOf(output: string, segment: number | undefined): OutputKind {
  if (isUrl(output)) return "url";
  if (isPlaylistPath(output)) return "playlist";
  return segment === undefined ? "file" : "segments";
}

/**
 * Refuses options about the annotated video that do not go with it, or with what is read.
 *
 * @throws {UsageError} If they make no sense together.
 * @throws {OutputError} If what is read cannot go there.
 */
export function checkOutputKind(
  { output, segment, hlsKeep }: OutputWishes,
  sources: Sources,
): void {
  const kind = output === undefined ? undefined : outputKindOf(output, segment);
  if (segment !== undefined && kind !== "segments") {
    throw new UsageError("Cannot use --segment without --output and the name of a video file");
  }
  if (hlsKeep !== undefined && kind !== "playlist") {
    throw new UsageError("Cannot use --hls-keep without --output and the name of a playlist");
  }
  if (output === undefined || kind === "file") return;
  const name = shownName(output);
  if (sources.kind !== "video") {
    throw new OutputError(`Cannot write ${name}: the source is no video`);
  }
  if (kind === "url" && !isFeed(sources)) {
    throw new OutputError(`Cannot send to ${name}: the source is no live feed, so name a file`);
  }
}
