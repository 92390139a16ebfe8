import { assertEquals } from "@std/assert";
import type { Track } from "../../pipeline/track.ts";
import { Presence } from "./presence.ts";

function track(trackId: number, confidence = 0.9): Track {
  return { trackId, confidence, classId: 0, label: "face", box: { x1: 0, y1: 0, x2: 9, y2: 9 } };
}

/** What happens as the tracks of each frame come in, ten frames a second. */
function told(frames: readonly (readonly number[])[], goneAfterS = 0.25): string[] {
  const presence = new Presence(goneAfterS);
  const changes = frames.flatMap((ids, at) =>
    presence.update(at * 100_000, ids.map((id) => track(id)))
      .map(({ event, track, firstUs, lastUs }) =>
        `${at}: ${event} ${track.trackId} ${firstUs / 1e5}-${lastUs / 1e5}`
      )
  );
  return [
    ...changes,
    ...presence.end().map(({ event, track }) => `end: ${event} ${track.trackId}`),
  ];
}

Deno.test("Presence tells each object once when it comes and once when it has gone", () => {
  assertEquals(told([[1], [1, 2], [2], [2], [2], [2], []]), [
    "0: appeared 1 0-0",
    "1: appeared 2 1-1",
    "4: left 1 0-1",
    "end: left 2",
  ]);
});

Deno.test("Presence bears that an object is unseen for a while", () => {
  assertEquals(told([[1], [], [], [1], [], [], [1]], 0.3), ["0: appeared 1 0-0", "end: left 1"]);
});

Deno.test("Presence has nothing to tell of nobody", () => {
  assertEquals(told([[], [], []]), []);
});
