import { assertAlmostEquals, assertEquals } from "@std/assert";
import { madeClip } from "../controls/made_clip.ts";
import { framesOf, measuredClip } from "./measured_track.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";

const CLIP = madeClip({ seed: 1, tracks: 2, frames: 100, sigmaPercent: 0.5, correlation: 0 });

/** The clip, without some boxes and with cuts. */
function changed(
  isGone: (frame: number, trackId: number) => boolean,
  cuts: readonly number[] = [],
): ObservedClip["observations"][0] {
  return {
    id: "changed",
    frames: CLIP.observations[0].frames.map((frame, i) => ({
      ...frame,
      tracks: frame.tracks.filter(({ trackId }) => !isGone(i, trackId)),
      ...cuts.includes(i) && { isCut: true as const },
    })),
  };
}

function segmentsOf(clip: ObservedClip) {
  return measuredClip(clip).tracks.map(({ trackId, segments }) => [
    trackId,
    ...segments.map(({ firstFrame, length }) => [firstFrame, length]),
  ]);
}

Deno.test("measuredClip() splits tracks at gaps and cuts, and leaves short parts out", () => {
  const observation = changed((frame, id) => id === 1 && [19, 50].includes(frame), [70]);
  const clip = { ...CLIP, observations: [observation] as const };
  // 19 frames are too few; 20 are not.
  assertEquals(segmentsOf(clip), [[1, [20, 30], [70, 30]], [2, [0, 70], [70, 30]]]);
  const measured = measuredClip(clip);
  assertEquals(measured.tracks.map(framesOf), [60, 100]);
  assertEquals(measured.excluded, { tracks: 0, boxes: 19 + 19 });
});

Deno.test("measuredClip() splits tracks where frames are more than half a second apart", () => {
  const frames = CLIP.observations[0].frames.map((frame, i) => ({
    ...frame,
    timestampUs: frame.timestampUs + (i < 30 ? 0 : 460_000) + (i < 60 ? 0 : 470_000),
  }));
  const clip = { ...CLIP, observations: [{ id: "with pauses", frames }] as const };
  // At 30 frames a second the pauses are of 493 and of 503 ms.
  assertEquals(segmentsOf(clip), [[1, [0, 60], [60, 40]], [2, [0, 60], [60, 40]]]);
  const [segment] = measuredClip(clip).tracks[0]!.segments.slice(1);
  assertAlmostEquals(segment!.fps, 30, 0.01);
});

Deno.test("measuredClip() measures only frames in which every way has the object", () => {
  const [first] = CLIP.observations;
  const clip = { ...CLIP, observations: [first, changed((frame) => frame >= 60)] as const };
  assertEquals(segmentsOf(clip), [[1, [0, 60]], [2, [0, 60]]]);
});

Deno.test("measuredClip() knows an object under another number by its place", () => {
  const [first] = CLIP.observations;
  const renumbered = {
    id: "renumbered",
    frames: first.frames.map((frame) => ({
      ...frame,
      tracks: [...frame.tracks].reverse().map((track) => ({
        ...track,
        trackId: 9 - track.trackId,
      })),
    })),
  };
  const { numbers } = measuredClip({ ...CLIP, observations: [first, renumbered] });
  assertEquals([...numbers[1]![0]!], [[1, 1], [2, 0]]);
});
