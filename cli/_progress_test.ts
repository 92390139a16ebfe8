import { assert, assertEquals } from "@std/assert";
import type { FrameSource } from "../pipeline/frame.ts";
import { blackFrame } from "../tests/_frames.ts";
import { displayWidth } from "./_display_width.ts";
import { bar, expectedFrames, liveLine, progressLine } from "./_progress.ts";

function sourceOf(frameCount?: number): FrameSource {
  return { ...blackFrame(0).source, ...frameCount !== undefined && { frameCount } };
}

const HALF = {
  tally: { frames: 500, detections: 1204, source: sourceOf(2000) },
  durationS: undefined,
};

Deno.test("progressLine() tells frames, share, rate, time to go and detections", () => {
  const { share, words } = progressLine({ ...HALF, elapsedMs: () => 10_000 });
  assertEquals(share, 0.25);
  assertEquals(words, " 25 %  500/2,000 frames  50 fps  ETA 30.0 s  1,204 detections");
});

Deno.test("progressLine() does without the number of frames", () => {
  const tally = { frames: 1, detections: 1, source: sourceOf() };
  const line = progressLine({ tally, durationS: undefined, elapsedMs: () => 500 });
  assertEquals(line, { share: undefined, words: "1 frame  2 fps  1 detection" });
});

Deno.test("progressLine() stays sensible where there are more frames than the source told", () => {
  const tally = { frames: 30, detections: 0, source: sourceOf(20) };
  const { words } = progressLine({ tally, durationS: undefined, elapsedMs: () => 1000 });
  assertEquals(words, "100 %  30/20 frames  30 fps  ETA 0 ms  0 detections");
});

Deno.test("progressLine() goes by the clock where a feed is watched for a while", () => {
  const source = { ...sourceOf(), frameRate: { num: 30, den: 1 }, connection: 0 };
  const tally = { frames: 50, detections: 0, source };
  const { share, words } = progressLine({ tally, durationS: 40, elapsedMs: () => 10_000 });
  assertEquals(share, 0.25);
  assertEquals(words, " 25 %  50 frames  5 fps  ETA 30.0 s  0 detections");
});

Deno.test("liveLine() leaves the bar out where there is no room, then the end", () => {
  const line = progressLine({ ...HALF, elapsedMs: () => 10_000 });
  for (const columns of [100, 79, 60, 30, 8]) {
    const text = liveLine(line, columns);
    assert(displayWidth(text) <= columns);
    assertEquals(text.includes("█"), columns >= 79);
    assertEquals(text.includes("detections"), columns >= 60);
  }
});

Deno.test("expectedFrames() counts those of the part that is wanted", () => {
  const clip = { frameCount: 300, frameRate: { num: 30000, den: 1001 }, startS: 0 };
  assertEquals(expectedFrames(clip, undefined), 300);
  assertEquals(expectedFrames(clip, 2), 60);
  assertEquals(expectedFrames({ ...clip, startS: 5 }, undefined), 150);
  assertEquals(expectedFrames({ ...clip, startS: 9 }, 5), 30);
  assertEquals(expectedFrames({ frameCount: 300, startS: 0 }, undefined), 300);
  assertEquals(expectedFrames({ frameCount: 300, startS: 1 }, undefined), undefined);
  assertEquals(expectedFrames({ frameRate: { num: 25, den: 1 }, startS: 0 }, undefined), undefined);
  assertEquals(expectedFrames({ frameRate: { num: 25, den: 1 }, startS: 0 }, 4), 100);
});

Deno.test("bar() is as wide when empty as when full, and grows", () => {
  const bars = Array.from({ length: 33 }, (_, i) => bar(i / 32));
  assertEquals(new Set(bars.map(displayWidth)).size, 1);
  assertEquals(bars[0]?.trim(), "");
  assertEquals(bars[32]?.includes(" "), false);
  assertEquals(new Set(bars).size, 33);
  assert([bar(-1), bar(2)].every((edge) => bars.includes(edge)));
});
