import type { Frame } from "../pipeline/frame.ts";
import type { MeteredSink } from "../pipeline/sink.ts";
import type { BroadcastStatistics } from "../stages/broadcast.ts";
import { shownName } from "../stages/live/output_target.ts";
import { counted, countText, millisecondsText } from "./_format.ts";
import { outputKindOf } from "./_output_kind.ts";
import type { RunOptions } from "./_run_options.ts";

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
