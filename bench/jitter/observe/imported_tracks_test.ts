import { assert, assertEquals, assertRejects } from "@std/assert";
import { SourceError } from "../../../pipeline/errors.ts";
import { inTempDir } from "../../../tests/_temp_dir.ts";
import { importedTracks } from "./imported_tracks.ts";

const MOT = new URL("../../../tests/fixtures/mot/", import.meta.url).pathname;

/** Imports a text. */
async function imported(text: string, fps?: number) {
  let clip: Awaited<ReturnType<typeof importedTracks>> | undefined;
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/tracks`, text);
    clip = await importedTracks(`${dir}/tracks`, { fps });
  });
  return clip!;
}

/** The boxes of each frame, by the number of their track. */
function boxesOf({ observations: [{ frames }] }: Awaited<ReturnType<typeof imported>>) {
  return frames.map(({ tracks }) =>
    tracks.map(({ trackId, box: { x1, y1, x2, y2 } }) => [trackId, x1, y1, x2, y2])
  );
}

Deno.test("importedTracks() reads a tracker's MOT text, every frame of it", async () => {
  const clip = await importedTracks(`${MOT}TUD-Campus.test.txt`, { fps: 25 });
  const [{ frames }] = clip.observations;
  assertEquals([clip.hasOwnNumbers, clip.hasOtherBoxes, clip.name], [
    true,
    false,
    "TUD-Campus.test.txt",
  ]);
  assertEquals(frames.map(({ timestampUs }) => timestampUs), frames.map((_, i) => 40_000 * i));
  const rows = (await Deno.readTextFile(`${MOT}TUD-Campus.test.txt`)).trim().split("\n");
  assertEquals(frames.reduce((sum, { tracks }) => sum + tracks.length, 0), rows.length);
  // 1,3,113.84,274.5,57.307,130.05: pixels count from 1.
  const { box, confidence } = frames[0]!.tracks.find(({ trackId }) => trackId === 3)!;
  assertEquals([box.x1, box.y1, confidence], [112.84, 273.5, 1]);
});

Deno.test("importedTracks() follows MOT detections that have no numbers", async () => {
  const clip = await importedTracks(`${MOT}TUD-Campus.det.txt`, { fps: 25 });
  assertEquals(clip.hasOwnNumbers, false);
  const counts = new Map<number, number>();
  for (const { tracks } of clip.observations[0].frames) {
    for (const { trackId } of tracks) counts.set(trackId, (counts.get(trackId) ?? 0) + 1);
  }
  assert(Math.max(...counts.values()) > 40, "nobody is followed through most of the clip");
});

Deno.test("importedTracks() takes DL Streamer's shares of the frame, not its whole pixels", async () => {
  const line = (timestamp: number, xMin: number) =>
    JSON.stringify({
      resolution: { width: 1000, height: 500 },
      source: "x.mp4",
      timestamp,
      tags: {},
      objects: [{
        x: 100,
        y: 50,
        w: 200,
        h: 100,
        id: 3,
        roi_type: "face",
        detection: {
          bounding_box: { x_min: xMin, x_max: 0.3004, y_min: 0.1, y_max: 0.3 },
          confidence: 0.91,
          label_id: 1,
          label: "face",
        },
      }],
    });
  const clip = await imported(`${line(0, 0.1001)}\n${line(33_366_700, 0.1002)}\n`);
  assertEquals(boxesOf(clip), [
    [[3, 0.1001 * 1000, 50, 0.3004 * 1000, 150]],
    [[3, 0.1002 * 1000, 50, 0.3004 * 1000, 150]],
  ]);
  assertEquals(clip.size, { width: 1000, height: 500 });
  const [{ frames: [first, second] }] = clip.observations;
  assertEquals([first!.timestampUs, second!.timestampUs], [0, 33_367]);
  const { label, classId, confidence } = first!.tracks[0]!;
  assertEquals([label, classId, confidence], ["face", 1, 0.91]);
});

Deno.test("importedTracks() keeps raw and smoothed boxes of its own JSON lines apart, and leaves held frames out", async () => {
  const line = (timestamp: number, held: boolean, x: number) =>
    JSON.stringify({
      timestamp,
      ...held && { held },
      objects: [{
        x,
        y: 0,
        w: 10,
        h: 10,
        id: 1,
        ...!held && { raw: { x: x + 1, y: 0, w: 10, h: 10 } },
      }],
    });
  const clip = await imported(
    [line(0, false, 5), line(1e7, true, 6), line(2e7, false, 7)].join("\n"),
  );
  assertEquals(boxesOf(clip), [[[1, 5, 0, 15, 10]], [[1, 7, 0, 17, 10]]]);
  assertEquals(clip.heldFrames, [1]);
  assertEquals(clip.observations[0].frames[0]!.tracks[0]!.rawBox, { x1: 6, y1: 0, x2: 16, y2: 10 });
  assertEquals(clip.hasOtherBoxes, true);
});

Deno.test.each([
  {
    what: "no MOT row",
    text: "1,1,0,0,9,9,1\n1,2,x,0,9,9,1\n",
    says: "line 2 is no row of MOT text",
  },
  { what: "a frame 0", text: "0,1,0,0,9,9,1\n", says: "line 1 is no row of MOT text" },
  { what: "a frame of next year", text: "99999999999,1,0,0,9,9,1\n", says: "line 1 is no row" },
  {
    what: "a number twice",
    text: "1,1,0,0,9,9,1\n1,1,5,5,9,9,1\n",
    says: "several objects in frame 1",
  },
  { what: "nothing", text: "", says: "no objects in it" },
  { what: "a row cut off", text: "1,1,0\n", says: "line 1 is no row" },
])("importedTracks() refuses $what in one line", async ({ text, says }) => {
  const { message } = await assertRejects(() => imported(text, 25), SourceError, says);
  assert(!message.includes("\n"));
});

Deno.test.each([
  { what: "half a line", text: '{"timestamp":0,"objects":[{', says: "line 1 is no frame" },
  { what: "a list", text: "[1,2]", says: "line 1 is no frame" },
  {
    what: "a box without a height",
    text: '{"timestamp":0,"objects":[{"x":1,"y":1,"w":1}]}',
    says: "(objects.0.h)",
  },
  {
    what: "times that stand still",
    text: '{"timestamp":0,"objects":[{"x":1,"y":1,"w":1,"h":1}]}\n{"timestamp":0}',
    says: "the time of frame 2 is not after",
  },
])("importedTracks() refuses JSON lines with $what in one line", async ({ text, says }) => {
  const { message } = await assertRejects(() => imported(text), SourceError, says);
  assert(!message.includes("\n"));
});

Deno.test("importedTracks() wants a frame rate where there are no times, and only there", async () => {
  await assertRejects(() => imported("1,1,0,0,9,9,1"), RangeError, "has no times");
  await assertRejects(() => imported('{"objects":[]}'), RangeError, "has no times");
  await assertRejects(() => imported('{"timestamp":0}', 25), RangeError, "has times");
});
