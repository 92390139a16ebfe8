import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Track } from "../pipeline/track.ts";
import { blackFrame } from "../tests/_frames.ts";
import { smooth } from "./smooth.ts";
import { smoothOffline, type TimedTracks } from "./smooth_offline.ts";

function tracked(x: number, rest: Partial<Track> = {}): Track {
  const box: Box<"frame"> = { x1: x, y1: 2 * x, x2: x + 100, y2: 2 * x + 80 };
  const keypoints = [{ x: x + 20, y: 3 * x, label: "nose" }];
  const track = { trackId: 1, classId: 0, label: "thing", confidence: 0.9, box, rawBox: box };
  return { ...track, keypoints, ...rest };
}

function noise(count: number): number[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, () => random.normal());
}

function moving(places: readonly number[]): TimedTracks[] {
  return places.map((x, i) => ({ timestampUs: i * 40_000, tracks: [tracked(x)] }));
}

Deno.test("smoothOffline() equals a look-ahead that reaches to the end", async () => {
  // Of two algorithms: a second pass backwards, and past places in the state of one pass.
  const frames = moving(noise(40).map((x, i) => x + i));
  const items = frames.map(({ timestampUs, tracks }, index) => ({
    frame: { ...blackFrame(index, { width: 2, height: 2 }), timestampUs },
    detections: tracks,
  }));
  const ahead = await Array.fromAsync(
    ReadableStream.from(items).pipeThrough(smooth({ method: "fixed-lag", lag: 40 })),
  );
  smoothOffline(frames).forEach(([actual], i) => {
    const expected = ahead[i]!.detections[0]!;
    for (const edge of ["x1", "y1", "x2", "y2"] as const) {
      assertAlmostEquals(actual!.box[edge], expected.box[edge], 1e-6);
    }
    assertAlmostEquals(actual!.keypoints![0]!.y, expected.keypoints![0]!.y, 1e-6);
    assertEquals(actual!.rawBox, frames[i]!.tracks[0]!.rawBox);
  });
});

Deno.test("smoothOffline() neither lags nor shrinks an even motion", () => {
  const frames = moving(Array.from({ length: 50 }, (_, i) => 3 * i));
  smoothOffline(frames).forEach(([track], i) => assertAlmostEquals(track!.box.x1, 3 * i, 0.05));
});

Deno.test("smoothOffline() keeps what lies behind a gap, a cut or another number apart", () => {
  const before = moving(noise(30));
  const alone = smoothOffline(before);
  const lastUs = before.at(-1)!.timestampUs;
  const afterwards: TimedTracks[] = [
    { timestampUs: lastUs + 500_001, tracks: [tracked(50)] },
    { timestampUs: lastUs + 40_000, tracks: [tracked(50)], isCut: true },
    { timestampUs: lastUs + 40_000, tracks: [tracked(50, { trackId: 2 })] },
    { timestampUs: lastUs + 40_000, tracks: [tracked(50, { keypoints: [] })] },
  ];
  for (const after of afterwards) {
    const smoothed = smoothOffline([...before, after]);
    assertEquals(smoothed.slice(0, -1), alone);
    assertAlmostEquals(smoothed.at(-1)![0]!.box.x1, 50, 1e-9);
  }
});

Deno.test("smoothOffline() bridges short gaps, without a ghost in them", () => {
  const frames = moving(Array.from({ length: 40 }, (_, i) => 2 * i))
    .map((frame, i) => i % 7 === 3 ? { ...frame, tracks: [] } : frame);
  const smoothed = smoothOffline(frames);
  assertEquals(smoothed.map(({ length }) => length), frames.map(({ tracks }) => tracks.length));
  smoothed.flat().forEach(({ box, rawBox }) => assertAlmostEquals(box.x1, rawBox!.x1, 0.05));
});

Deno.test("smoothOffline() shows what was not detected between what was", () => {
  const frames = moving(Array.from({ length: 21 }, (_, i) => 2 * i)).map((frame, i) => {
    const { rawBox: _, ...predicted } = tracked(-99);
    return i === 10 ? { ...frame, tracks: [predicted] } : frame;
  });
  assertAlmostEquals(smoothOffline(frames)[10]![0]!.box.x1, 20, 0.05);
});

Deno.test("smoothOffline() steadies what stands still", () => {
  const smoothed = smoothOffline(moving(noise(200).map((x) => 0.2 * x)));
  const squares = smoothed.map(([track]) => track!.box.x1 ** 2);
  assert(Math.sqrt(squares.reduce((sum, square) => sum + square) / 200) < 0.12);
});

Deno.test("smoothOffline() leaves boxes without an area alone, and takes no frames", () => {
  const flat = tracked(5, { rawBox: { x1: 5, y1: 5, x2: 5, y2: 9 } });
  assertEquals(smoothOffline([{ timestampUs: 0, tracks: [flat] }]), [[flat]]);
  assertEquals(smoothOffline([]), []);
});

Deno.test("smoothOffline() throws if an option is out of range", () => {
  assertThrows(() => smoothOffline([], { maxGapS: -1 }), RangeError, "Cannot smooth as maxGapS");
  assertThrows(() => smoothOffline([], { accelerationDensity: -1 }), RangeError, "density");
  assertThrows(() => smoothOffline(moving([1]), { measurementSd: 0 }), RangeError, "measurementSd");
});
