import { assert, assertEquals } from "@std/assert";
import type { FrameSource } from "../pipeline/frame.ts";
import { blackFrame } from "../tests/_frames.ts";
import { displayWidth } from "./_display_width.ts";
import { bar, progressLine } from "./_progress.ts";

function sourceOf(frameCount?: number): FrameSource {
  return { ...blackFrame(0).source, ...frameCount !== undefined && { frameCount } };
}

Deno.test("progressLine() tells frames, share, rate, time to go and detections", () => {
  const tally = { frames: 500, detections: 1204, source: sourceOf(2000) };
  const line = progressLine({ tally, isLive: false, elapsedMs: () => 10_000 });
  assertEquals(line, " 25 %  500/2,000 frames  50 fps  ETA 30.0 s  1,204 detections");
});

Deno.test("progressLine() does without the number of frames", () => {
  const tally = { frames: 1, detections: 1, source: sourceOf() };
  const line = progressLine({ tally, isLive: true, elapsedMs: () => 500 });
  assertEquals(line, "1 frame  2 fps  1 detection");
});

Deno.test("progressLine() stays sensible where there are more frames than the source told", () => {
  const tally = { frames: 30, detections: 0, source: sourceOf(20) };
  const line = progressLine({ tally, isLive: false, elapsedMs: () => 1000 });
  assertEquals(line, "100 %  30/20 frames  30 fps  ETA 0 ms  0 detections");
});

Deno.test("bar() is as wide when empty as when full, and grows", () => {
  const bars = Array.from({ length: 33 }, (_, i) => bar(i / 32));
  assertEquals(new Set(bars.map(displayWidth)).size, 1);
  assertEquals(bars[0]?.trim(), "");
  assertEquals(bars[32]?.includes(" "), false);
  assertEquals(new Set(bars).size, 33);
  assert([bar(-1), bar(2)].every((edge) => bars.includes(edge)));
});
