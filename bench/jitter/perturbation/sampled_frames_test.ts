import { assertEquals } from "@std/assert";
import type { Frame } from "../../../pipeline/frame.ts";
import { blackFrame } from "../../../tests/_frames.ts";
import { sampledFrames } from "./sampled_frames.ts";

/** Frames at the times given, in milliseconds, and which of them are open. */
function framesAt(timesMs: readonly number[]) {
  const open = new Set<number>();
  async function* frames(): AsyncGenerator<Frame> {
    for (const [index, timeMs] of timesMs.entries()) {
      open.add(index);
      const frame = blackFrame(index, { onDispose: () => void open.delete(index) });
      yield { ...frame, timestampUs: timeMs * 1000 };
    }
  }
  return { frames: frames(), open };
}

Deno.test("sampledFrames() takes the first frame of each second, with those before it", async () => {
  const { frames, open } = framesAt(Array.from({ length: 30 }, (_, i) => 5000 + 120 * i));
  const taken: [number, number[]][] = [];
  for await (const { frame, past } of sampledFrames(frames, 3)) {
    taken.push([frame.index, past.map(({ index }) => index)]);
    assertEquals([...open], [...past, frame].map(({ index }) => index));
  }
  assertEquals(taken, [[9, [6, 7, 8]], [17, [14, 15, 16]], [25, [22, 23, 24]]]);
  assertEquals(open.size, 0);
});

Deno.test("sampledFrames() passes over seconds without a frame", async () => {
  const { frames } = framesAt([0, 900, 1700, 1800, 4100, 4900, 5000]);
  const taken: number[] = [];
  for await (const { frame } of sampledFrames(frames, 1)) taken.push(frame.index);
  assertEquals(taken, [2, 4, 6]);
});

Deno.test("sampledFrames() begins at once where no past is wanted", async () => {
  const { frames, open } = framesAt([40, 500, 1039, 1040, 2500]);
  const taken: number[] = [];
  for await (const { frame, past } of sampledFrames(frames, 0)) {
    taken.push(frame.index);
    assertEquals(past, []);
  }
  assertEquals([taken, open.size], [[0, 3, 4], 0]);
});

Deno.test("sampledFrames() leaves no frame open when it is left early", async () => {
  const { frames, open } = framesAt(Array.from({ length: 60 }, (_, i) => 100 * i));
  for await (const { frame } of sampledFrames(frames, 5)) {
    if (frame.index >= 20) break;
  }
  assertEquals(open.size, 0);
});
