import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import type { MeteredSink } from "../pipeline/sink.ts";
import type { BroadcastStatistics } from "../stages/broadcast.ts";
import { isPlaylistPath, shownName } from "../stages/live/output_target.ts";
import { counted, countText, millisecondsText } from "./_format.ts";
import type { RunOptions } from "./_run_options.ts";
import { isFeed, isUrl, type Sources } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

/** What decides where the annotated video goes. */
type Wishes = Pick<RunOptions, "output" | "segment" | "hlsKeep">;

/** What an annotated video becomes: sent to a URL, a playlist, segments, or one file. */
export type OutputKind = "url" | "playlist" | "segments" | "file";

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
export function checkLiveOutput({ output, segment, hlsKeep }: Wishes, sources: Sources): void {
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

/** A sink of annotated pictures. */
export interface PictureSink extends MeteredSink<{ readonly frame: Frame }> {
  /** What it came to, in words, where that is more than one file. */
  readonly outcome?: () => string;
}

/** Where it goes what is to be said of the annotated video. */
export interface Notices {
  /** Takes what stands in the summary. */
  readonly onNote: (note: string) => void;
  /** Says a line to people at once. */
  readonly say: (line: string) => void;
}

/** The sink for a URL, a playlist or segments. */
export async function liveSinkFor(
  output: string,
  { segment, hlsKeep, overwrite, codec, crf, hwaccel, maxLatency }: RunOptions,
  { onNote, say }: Notices,
): Promise<PictureSink> {
  const wishes = { ...codec !== undefined && { codec }, ...crf !== undefined && { crf } };
  const kind = outputKindOf(output, segment);
  if (kind === "segments" && segment !== undefined) {
    const { record } = await import("../stages/record.ts");
    const segments: string[] = [];
    const onSegment = (path: string) => segments.push(path);
    const sink = record(output, { segmentS: segment, hwaccel, onNote, onSegment, ...wishes });
    return Object.assign(sink, { outcome: () => segmentsText(segments) });
  }
  const { broadcast } = await import("../stages/broadcast.ts");
  const sink = broadcast(output, {
    maxLatencyMs: maxLatency,
    overwrite,
    ...wishes,
    ...hlsKeep !== undefined && { keepS: hlsKeep },
    onEvent: (event) => say(event.kind === "lost" ? event.message : `Sending to ${event.name}`),
  });
  const outcome = () => outcomeText(shownName(output), sink.statistics());
  return Object.assign(sink, { outcome });
}

function segmentsText(segments: readonly string[]): string {
  const [first, last] = [segments[0], segments.at(-1)];
  const names = first === last ? first : `${first} to ${last}`;
  return `Recorded ${counted(segments.length, "segment")}: ${names}`;
}

function outcomeText(name: string, statistics: BroadcastStatistics): string {
  const { received, sent, dropped, cards, connections, departures } = statistics;
  const [p50, p95, max] = [departures.p50, departures.p95, departures.max].map(millisecondsText);
  const causes = Object.entries(dropped).filter(([, count]) => count > 0)
    .map(([cause, count]) => `${cause} ${countText(count)}`);
  return [
    `Sent ${countText(sent)} of ${counted(received, "frame")} to ${name}`,
    causes.length > 0 ? `dropped: ${causes.join(", ")}` : "none dropped",
    ...cards > 0 ? [`${counted(cards, "card")} shown while there was no signal`] : [],
    ...connections === 1 ? [] : [counted(connections, "connection")],
    ...departures.count > 0 ? [`when sent, p50 ${p50}, p95 ${p95}, at most ${max} ms old`] : [],
  ].join("; ");
}
