import type { Box } from "../../../pipeline/box.ts";
import type { MeasuredClip, MeasuredSegment, MeasuredTrack } from "../measures/measured_track.ts";
import type { MethodReading } from "../measures/method_result.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";
import { boxesOf } from "../measures/segment.ts";
import type { ClipTraces, JitterTraces, SegmentTraces, TrackTraces } from "./traces.ts";
import { pairsIn } from "../truth/truth_section.ts";

/**
 * What the plots of a report show beside its numbers.
 *
 * @param readings The methods, the baseline first.
 * @returns The traces.
 */
export function jitterTraces(readings: readonly MethodReading[]): JitterTraces {
  return { clips: readings[0]!.runs.map((_, clip) => clipTraces(readings, clip)) };
}

function clipTraces(readings: readonly MethodReading[], at: number): ClipTraces {
  const { measured } = readings[0]!.runs[at]!;
  const { clip: { name, video, size, observations: [{ frames }] }, tracks } = measured;
  return {
    name,
    ...video && size && { video: { ...video, ...size } },
    timesUs: frames.map(({ timestampUs }) => timestampUs),
    tracks: tracks.map((track, place) => trackTraces(readings, measured, at, track, place)),
  };
}

function trackTraces(
  readings: readonly MethodReading[],
  { clip }: MeasuredClip,
  at: number,
  { trackId, label, sizePx, segments }: MeasuredTrack,
  place: number,
): TrackTraces {
  const object = trueObjectOf(clip, trackId);
  return {
    trackId,
    label,
    sizePx,
    confidences: clip.observations[0].frames.map(({ tracks }) =>
      tracks.find((track) => track.trackId === trackId)?.confidence ?? null
    ),
    segments: segments.map((segment, s): SegmentTraces => ({
      timesUs: segment.raw[0]!.map(({ timestampUs }) => timestampUs),
      reference: boxesOf(segment.reference, sizePx).map(({ box }) => box),
      methods: new Map(readings.map(({ method: { id }, runs }) => [
        id,
        runs[at]!.tracks[place]!.segments[s]!.boxes.map(({ box }) => box),
      ])),
      ...clip.truth && { truth: truthIn(clip, segment, object) },
    })),
  };
}

function truthIn(
  { truth }: ObservedClip,
  { firstFrame, length }: MeasuredSegment,
  object: number | undefined,
): (Box<"frame"> | null)[] {
  return Array.from({ length }, (_, i) => {
    const boxes = truth?.frames.get(firstFrame + i) ?? [];
    return boxes.find(({ trackId }) => trackId === object)?.box ?? null;
  });
}

/** The object of the truth on which a track lies in most frames, if it lies on any. */
function trueObjectOf(
  { truth, observations: [{ frames }] }: ObservedClip,
  trackId: number,
): number | undefined {
  const counts = new Map<number, number>();
  frames.forEach(({ tracks }, frame) => {
    const boxes = truth?.frames.get(frame) ?? [];
    const own = tracks.filter((track) => track.trackId === trackId);
    for (const [object] of own.length ? pairsIn(boxes, own) : []) {
      counts.set(object.trackId, (counts.get(object.trackId) ?? 0) + 1);
    }
  });
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
