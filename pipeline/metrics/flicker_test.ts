import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { flickerOf, ghostBoxes, idSwitchesPer100 } from "./flicker.ts";

/** A frame for each entry: the confidences by track, or the classes. */
function framesOf(entries: readonly Readonly<Record<number, number>>[], key = "confidence") {
  return entries.map((entry, i) => ({
    timestampUs: i * 40_000,
    tracks: Object.entries(entry).map(([trackId, value]) => ({
      trackId: Number(trackId),
      confidence: 0.9,
      classId: 0,
      [key]: value,
    })),
  }));
}

Deno.test("flickerOf() counts gaps and comings and goings over the life of each track", () => {
  // Track 1: frames 0 to 9, away in 2, and 5 to 7. Track 2: frames 3 and 4.
  const away = new Set([2, 5, 6, 7]);
  const frames = framesOf(Array.from({ length: 12 }, (_, i) => ({
    ...(i < 10 && !away.has(i) && { 1: 0.9 }),
    ...((i === 3 || i === 4) && { 2: 0.9 }),
  })));
  const flicker = flickerOf(frames);
  assertEquals(flicker.trackFrames, 12);
  assertAlmostEquals(flicker.existenceTogglesPer100!, 100 * 4 / 12);
  assertAlmostEquals(flicker.gapsPer100!, 100 * 2 / 12);
  assertAlmostEquals(flickerOf(frames, { maxGapFrames: 3 }).gapsPer100!, 100 * 2 / 12);
  assertAlmostEquals(flickerOf(frames, { maxGapFrames: 2 }).gapsPer100!, 100 / 12);
  assertEquals([flicker.confidenceTogglesPer100, flicker.classFlipsPer100], [0, 0]);
});

Deno.test("flickerOf() counts crossings of the limit and changes of class", () => {
  const confidences = framesOf([0.6, 0.4, 0.45, 0.7, 0.5].map((value) => ({ 1: value })));
  assertAlmostEquals(flickerOf(confidences).confidenceTogglesPer100!, 100 * 2 / 5);
  const strict = flickerOf(confidences, { minConfidence: 0.65 });
  assertAlmostEquals(strict.confidenceTogglesPer100!, 100 * 2 / 5);
  const classes = framesOf([3, 3, 5, 3, 3].map((value) => ({ 1: value })), "classId");
  assertAlmostEquals(flickerOf(classes).classFlipsPer100!, 100 * 2 / 5);
});

Deno.test("flickerOf() of steady tracks is 0, and of no tracks nothing", () => {
  const { trackFrames, ...rates } = flickerOf(framesOf(Array(7).fill({ 1: 0.9, 4: 0.8 })));
  assertEquals(trackFrames, 14);
  assertEquals(Object.values(rates), [0, 0, 0, 0]);
  assertEquals(flickerOf([]), { trackFrames: 0 });
});

Deno.test("flickerOf() refuses a track that a frame has twice, and nonsense", () => {
  const track = { trackId: 6, confidence: 1, classId: 0 };
  const twice = [{ timestampUs: 0, tracks: [track, track] }];
  assertThrows(() => flickerOf(twice), RangeError, "current value is 6");
  assertThrows(() => flickerOf([], { minConfidence: 2 }), RangeError, "minConfidence");
  assertThrows(() => flickerOf([], { maxGapFrames: 0 }), RangeError, "maxGapFrames");
});

Deno.test("idSwitchesPer100() tells shuffled numbers from steady ones", () => {
  const boxes = [0, 50, 100].map((x) => ({ x1: x, y1: 0, x2: x + 20, y2: 20 }));
  const numbered = (numberOf: (object: number, frame: number) => number) =>
    Array.from({ length: 10 }, (_, frame) => ({
      timestampUs: frame * 40_000,
      tracks: boxes.map((box, object) => ({ trackId: numberOf(object, frame), box })),
    }));
  const references = numbered((object) => object + 1);
  assertEquals(idSwitchesPer100(numbered((object) => object + 70), references), 0);
  // From each frame to the next, every object takes another's number.
  const shuffled = numbered((object, frame) => (object + frame) % 3);
  assertAlmostEquals(idSwitchesPer100(shuffled, references)!, 100 * 27 / 30);
  assertEquals(idSwitchesPer100(references.slice(1), references), 0);
  assertEquals(idSwitchesPer100([], []), undefined);
});

Deno.test("ghostBoxes() counts boxes beyond a track's detections, but no bridged gap", () => {
  const detected = framesOf([{}, { 1: 1 }, {}, { 1: 1 }, {}, {}]);
  assertEquals(ghostBoxes(detected, detected), 0);
  const bridged = framesOf([{}, { 1: 1 }, { 1: 1 }, { 1: 1 }, {}, {}]);
  assertEquals(ghostBoxes(bridged, detected), 0);
  const haunted = framesOf([{ 1: 1 }, { 1: 1 }, { 1: 1 }, { 1: 1, 2: 1 }, { 1: 1 }, {}]);
  assertEquals(ghostBoxes(haunted, detected), 3);
});
