import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { StageError } from "../pipeline/errors.ts";
import { type Box, iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detected, Tracked } from "../pipeline/items.ts";
import { clearOf } from "../pipeline/metrics/clear.ts";
import type { ComparedFrame, NumberedBox } from "../pipeline/metrics/compared_frame.ts";
import { hotaOf } from "../pipeline/metrics/hota.ts";
import { identityOf } from "../pipeline/metrics/identity.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Similarity } from "../pipeline/similarity.ts";
import { byteTracked } from "../tests/_byte_track.ts";
import { cameraAt, movedBox, movedPlanes, scene } from "../tests/_camera_moves.ts";
import { detected, found } from "../tests/_detected.ts";
import { tudCampus, tudCampusDetections } from "../tests/_tracked_scenes.ts";
import { track, type TrackOptions } from "./track.ts";

/** A box of a size around a point. */
function square(x: number, y: number, size = 40): Box<"frame"> {
  return { x1: x - size / 2, y1: y - size / 2, x2: x + size / 2, y2: y + size / 2 };
}

/** Frames of a clip at a rate, or at times given in milliseconds. */
function framesOf(
  detections: readonly (readonly Detection[])[],
  times: number | readonly number[] = 25,
): Detected[] {
  const timeBase = { num: 1, den: 1000 };
  return detections.map((inFrame, index) =>
    detected({
      index,
      pts: typeof times === "number" ? Math.round(1000 * index / times) : times[index]!,
      source: { timeBase },
      detections: inFrame,
    })
  );
}

function followed(items: readonly Detected[], options: TrackOptions = {}): Promise<Tracked[]> {
  return Array.fromAsync(ReadableStream.from(items).pipeThrough(track(options)));
}

/** The numbers in each frame. */
async function idsIn(items: readonly Detected[], options: TrackOptions = {}): Promise<number[][]> {
  return (await followed(items, options)).map(({ detections: tracks }) =>
    tracks.map((t) => t.trackId)
  );
}

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** HOTA, IDF1 and id switches of tracking the clip TUD-Campus, the first two in %. */
function judged(tracks: readonly (readonly NumberedBox[])[]) {
  const frames: ComparedFrame[] = tudCampus().map(({ truth }, i) => ({
    truth,
    tracks: tracks[i]!,
  }));
  return {
    hota: 100 * hotaOf(frames)!.hota,
    idf1: 100 * identityOf(frames).idf1!,
    switches: clearOf(frames).idSwitches,
  };
}

Deno.test("track() follows the people of TUD-Campus like ByteTrack or better", async () => {
  const detections = tudCampusDetections();
  const results = await Promise.all([0.5, 0.6, 0.7].map(async (minConfidence) => {
    const tracked = await followed(framesOf(detections), { minConfidence });
    return {
      ours: judged(tracked.map(({ detections: tracks }) => tracks)),
      theirs: judged(byteTracked(detections, { threshold: minConfidence, buffer: 30 })),
    };
  }));
  for (const { ours, theirs } of results.slice(0, 2)) { // The program's own threshold, the paper's.
    assert(ours.hota >= theirs.hota - 0.5, `HOTA ${ours.hota}, ByteTrack's ${theirs.hota}`);
    assert(ours.idf1 >= theirs.idf1 - 0.5, `IDF1 ${ours.idf1}, ByteTrack's ${theirs.idf1}`);
  }
  const gain = (of: "hota" | "idf1" | "switches") =>
    results.reduce((sum, { ours, theirs }) => sum + ours[of] - theirs[of], 0) / results.length;
  assert(gain("hota") >= 0, `HOTA is ${gain("hota")} above ByteTrack's`);
  assert(gain("idf1") >= 0, `IDF1 is ${gain("idf1")} above ByteTrack's`);
  assert(gain("switches") <= 0.5, `There are ${gain("switches")} more id switches`);
});

for (const fps of [10, 25, 60]) {
  Deno.test(`track() keeps the numbers of objects that cross at ${fps} fps`, async () => {
    // Side by side at 1.5 s, when they overlap by more than half.
    const items = framesOf(
      range(3 * fps, (i) => {
        const t = i / fps;
        return [found(square(80 + 80 * t, 100)), found(square(320 - 80 * t, 112))];
      }),
      fps,
    );
    const tracked = await followed(items);
    for (const [i, { detections: tracks }] of tracked.entries()) {
      assertEquals(tracks.map((t) => t.trackId), [1, 2]);
      assertEquals(tracks.map((t) => t.box), items[i]!.detections.map((d) => d.box));
    }
  });

  Deno.test(`track() knows a moving object again after gaps at ${fps} fps`, async () => {
    for (const gapS of [0.1, 0.4, 0.9]) {
      const isSeen = (t: number) => t < 1 || t >= 1 + gapS;
      const items = framesOf(
        range(Math.ceil((2 + gapS) * fps), (i) => {
          const t = i / fps;
          return isSeen(t) ? [found(square(50 + 90 * t, 100 + 30 * t))] : [];
        }),
        fps,
      );
      const ids = await idsIn(items);
      assertEquals(ids, items.map(({ detections }) => detections.map(() => 1)), `${gapS} s`);
    }
  });
}

Deno.test("track() gives a new number after a longer gap than wanted", async () => {
  const object = found(square(50, 50));
  const withGap = (missing: number) => [[object], ...range(missing, () => []), [object]];
  assertEquals((await idsIn(framesOf(withGap(24)))).at(-1), [1]);
  assertEquals((await idsIn(framesOf(withGap(25)))).at(-1), [2]);
  assertEquals((await idsIn(framesOf(withGap(3)), { maxGapS: 0.1 })).at(-1), [2]);
  assertEquals((await idsIn(framesOf(withGap(2)), { maxGapS: 0.12 })).at(-1), [1]);
  // Without a frame in which it was missed there is no gap, however long that takes.
  assertEquals(await idsIn(framesOf(withGap(0), [0, 60_000]), { maxGapS: 0 }), [[1], [1]]);
});

Deno.test("track() predicts in real time, at whatever times frames come", async () => {
  const random = seededRandom(5);
  let ms = 0;
  const times = range(120, () => ms += 8 + random.below(200));
  const items = framesOf(
    times.map((t, i) => i % 7 === 3 ? [] : [found(square(20 + 0.15 * t, 100))]),
    times,
  );
  const ids = await idsIn(items);
  assertEquals(ids, items.map(({ detections }) => detections.map(() => 1)));
});

Deno.test("track() lets an object appear at the threshold, and stay below it", async () => {
  const random = seededRandom(9);
  const confidences = range(60, (i) => i < 5 ? 0.49 : 0.5 + (random.uniform() - 0.5) * 0.3);
  confidences[5] = 0.51;
  const items = framesOf(
    confidences.map((confidence, i) => [found(square(60 + i, 60), { confidence })]),
  );
  const tracked = await followed(items, { minConfidence: 0.5 });
  assert(confidences.slice(6).some((confidence) => confidence < 0.4));
  assertEquals(
    tracked.map(({ detections: tracks }) => tracks.map((t) => [t.trackId, t.confidence])),
    confidences.map((confidence, i) => i < 5 ? [] : [[1, confidence]]),
  );
});

Deno.test("track() takes nothing doubtful for an object elsewhere, or for one that was gone", async () => {
  const doubtful = { confidence: 0.3 };
  const items = framesOf([
    [found(square(50, 50))],
    [found(square(75, 50), doubtful)], // Its overlap is 3/13.
    [found(square(50, 50), doubtful)], // It was not there in the frame before.
    [found(square(50, 50))],
  ]);
  assertEquals(await idsIn(items, { minConfidence: 0.5 }), [[1], [], [], [1]]);
});

Deno.test("track() never shows an object in a frame in which it was not seen", async () => {
  const random = seededRandom(2);
  const items = framesOf(range(200, (i) =>
    range(6, (k) => k).filter(() => random.uniform() < 0.7)
      .map((k) => found(square(60 + 90 * k + 20 * Math.sin(i / 9 + k), 60 + 0.5 * i)))));
  for (const [i, { detections: tracks }] of (await followed(items)).entries()) {
    const { detections } = items[i]!;
    assertEquals(
      tracks.map((t) => t.box).sort((a, b) => a.x1 - b.x1),
      detections.map((d) => d.box),
    );
    assertEquals(tracks.map((t) => t.rawBox), tracks.map((t) => t.box));
    assertEquals(tracks.map((t) => t.trackId), tracks.map((t) => t.trackId).sort((a, b) => a - b));
  }
});

Deno.test("track() keeps small objects that jump by more than their size", async () => {
  // 12 pixels wide, 14 pixels a frame, and slower than that by the end.
  const items = framesOf(range(25, (i) => [
    found(square(20 + 14 * i - 0.2 * i * i, 50, 12)),
    found(square(400, 60 + 14 * i, 12)),
  ]));
  assertEquals(await idsIn(items), items.map(() => [1, 2]));
});

Deno.test("track() keeps classes apart unless told otherwise", async () => {
  const items = framesOf(
    range(6, (i) => [found(square(50 + i, 50), { classId: i % 2, label: `${i % 2}` })]),
  );
  assertEquals(await idsIn(items), [[1], [2], [1], [2], [1], [2]]);
  const across = await followed(items, { acrossClasses: true });
  assertEquals(across.map(({ detections: tracks }) => tracks[0]!.trackId), [1, 1, 1, 1, 1, 1]);
  assertEquals(across.map(({ detections: tracks }) => tracks[0]!.label), [
    "0",
    "1",
    "0",
    "1",
    "0",
    "1",
  ]);
});

Deno.test("track() passes on what it knows of a detection, and the frame", async () => {
  const keypoints = [{ x: 52, y: 41, label: "nose" }];
  const detection = found(square(50, 50), { keypoints, confidence: 0.8 });
  const [item] = framesOf([[detection]]);
  const [tracked] = await followed([item!]);
  assertEquals(tracked, {
    frame: item!.frame,
    detections: [{ ...detection, trackId: 1, rawBox: detection.box }],
  });
});

Deno.test("track() shows where objects are to be expected on frames that were passed over", async () => {
  const place = (i: number) => square(60 + 4 * i, 80 + 2 * i);
  const items = range(31, (i) => {
    const at = i - i % 3;
    const { x1, y1 } = place(at);
    const keypoints = [{ x: x1 + 10, y: y1 + 5, label: "eye" }];
    const detections = [found(place(at), { keypoints })];
    return detected({ index: i, detections, ...i % 3 && { isHeld: true } });
  });
  const tracked = await followed(items);
  for (const [i, { detections: tracks, isHeld }] of tracked.entries()) {
    assertEquals(isHeld, i % 3 ? true : undefined);
    assertEquals(tracks.map((t) => t.trackId), [1]);
    assertEquals(tracks[0]!.rawBox === undefined, i % 3 > 0);
    if (i < 12) continue; // Its velocity has to be known first.
    const { box, keypoints } = tracks[0]!;
    assert(iouOf(box, place(i)) > 0.97, `IoU ${iouOf(box, place(i))} in frame ${i}`);
    assertAlmostEquals(keypoints![0]!.x, box.x1 + 10, 0.2);
    assertAlmostEquals(keypoints![0]!.y, box.y1 + 5, 0.2);
  }
});

Deno.test("track() copes with frames without anything, and with none", async () => {
  assertEquals(await followed([]), []);
  assertEquals(await idsIn(framesOf(range(5, () => []))), range(5, () => []));
});

Deno.test("track() leaves out what is no place at all", async () => {
  const good = found(square(50, 50));
  const bad = [
    found({ ...good.box, x1: NaN }),
    found({ ...good.box, y2: Infinity }),
    found({ x1: -1e300, y1: -1e300, x2: 1e300, y2: 1e300 }),
    found({ x1: 9, y1: 9, x2: 9, y2: 20 }),
    found({ x1: 9, y1: 9, x2: 2, y2: 2 }),
    found({ x1: 9, y1: 9, x2: 9 + 1e-200, y2: 20 }),
    found(square(50, 50), { confidence: NaN }),
  ];
  const ids = await idsIn(framesOf([bad, [...bad, good], [good, ...bad]]));
  assertEquals(ids, [[], [1], [1]]);
});

Deno.test("track() takes frames of the same time, but none that is earlier than the last", async () => {
  const object = [found(square(50, 50))];
  assertEquals(await idsIn(framesOf([object, object, object], [0, 40, 40])), [[1], [1], [1]]);
  const error = await assertRejects(
    () => followed(framesOf([object, object], [40, 39])),
    StageError,
    "time must not run backwards: current value is 39000 us after 40000 us",
  );
  assertEquals(error.stage, "track");
});

Deno.test("track() always gives the same numbers", async () => {
  const items = framesOf(tudCampusDetections());
  const [once, again] = [await followed(items), await followed(items)];
  assertEquals(once, again);
  const born = once.flatMap(({ detections: tracks }) => tracks.map((t) => t.trackId));
  const firsts = [...new Set(born)];
  assertEquals(firsts, range(firsts.length, (i) => i + 1));
});

/** TUD-Campus at half its size before a scene, all of it moved, and its truth. */
function movedCampus(move: (frame: number) => Similarity) {
  const background = scene(1);
  const moved = <T extends { box: Box<"frame"> }>(object: T, frame: number): T => {
    const { x1, y1, x2, y2 } = object.box;
    const half = { x1: x1 / 2, y1: y1 / 2, x2: x2 / 2, y2: y2 / 2 };
    return { ...object, box: movedBox(half, move(frame)) };
  };
  const items = framesOf(tudCampusDetections()).map(({ frame, detections }, i): Detected => ({
    frame: { ...frame, planes: movedPlanes(background, move(i)) },
    detections: detections.map((detection) => moved(detection, i)),
  }));
  const truth = tudCampus().map(({ truth }, i) => truth.map((object) => moved(object, i)));
  return { items, truth };
}

Deno.test("track() changes no more numbers when the camera moves than when it stands still", async () => {
  const judge = async ({ items, truth }: ReturnType<typeof movedCampus>, camera: boolean) => {
    const tracked = await followed(items, { minConfidence: 0.5, camera });
    assert(tracked.every(({ isCut }) => !isCut));
    const frames = tracked.map(({ detections: tracks }, i) => ({ truth: truth[i]!, tracks }));
    return { switches: clearOf(frames).idSwitches, hota: hotaOf(frames)!.hota };
  };
  const size = { width: 320, height: 240 };
  const shaken = movedCampus((frame) => cameraAt(8 * frame, size));
  const still = await judge(movedCampus(() => cameraAt(0, size)), true);
  const moving = await judge(shaken, true);
  const unaware = await judge(shaken, false);
  assert(moving.switches <= still.switches, `${moving.switches} against ${still.switches}`);
  assert(moving.hota >= still.hota - 0.005, `HOTA ${moving.hota} against ${still.hota}`);
  assert(unaware.switches > moving.switches, "The camera's motion makes no difference");
});

Deno.test("track() carries objects along with the camera on frames that were passed over", async () => {
  const size = { width: 320, height: 240 };
  const start = square(160, 120, 60);
  const items = range(16, (i): Detected => {
    const place = cameraAt(4 * (i - i % 4), size);
    const item = detected({
      index: i,
      detections: [found(movedBox(start, place))],
      ...i % 4 && { isHeld: true },
    });
    return {
      ...item,
      frame: { ...item.frame, planes: movedPlanes(scene(5), cameraAt(4 * i, size)) },
    };
  });
  for (const [i, { detections: tracks, cameraMotion }] of (await followed(items)).entries()) {
    // The object lies in the scene as what is behind it does.
    const truth = movedBox(start, cameraAt(4 * i, size));
    assert(
      iouOf(tracks[0]!.box, truth) > 0.93,
      `IoU ${iouOf(tracks[0]!.box, truth)} in frame ${i}`,
    );
    assertEquals(cameraMotion === undefined, i === 0);
  }
});

Deno.test("track() ends all objects at a cut, and says so", async () => {
  const items = framesOf(range(6, () => [found(square(50, 50))]))
    .map((item, i) => ({ ...item, frame: { ...item.frame, planes: scene(i < 3 ? 1 : 2) } }));
  const tracked = await followed(items);
  assertEquals(tracked.map(({ isCut }) => isCut), [
    undefined,
    undefined,
    undefined,
    true,
    undefined,
    undefined,
  ]);
  assertEquals(tracked.map(({ detections: tracks }) => tracks[0]!.trackId), [1, 1, 1, 2, 2, 2]);
  assertEquals(await idsIn(items, { camera: false }), range(6, () => [1]));
  const held = [items[2]!, { ...items[3]!, isHeld: true as const }];
  assertEquals(await idsIn(held), [[1], []]);
});

Deno.test("track() refuses options that make no sense", () => {
  for (const minConfidence of [-0.1, 1.1, NaN]) {
    assertThrows(
      () => track({ minConfidence }),
      RangeError,
      `minConfidence must be from 0 to 1: current value is ${minConfidence}`,
    );
  }
  for (const maxGapS of [-1, NaN]) {
    assertThrows(() => track({ maxGapS }), RangeError, `current value is ${maxGapS}`);
  }
});

Deno.test("track() keeps numbers over a short outage of a feed, but not over another size", async () => {
  const items = [0, 100, 600, 700].map((pts, index) => {
    const source = { timeBase: { num: 1, den: 1000 }, connection: pts < 500 ? 0 : 1 };
    return detected({ index, pts, source, detections: [found(square(100, 100))] });
  });
  assertEquals(await idsIn(items, { camera: false }), [[1], [1], [1], [1]]);
  const resized = items.map((item) => {
    const { source } = item.frame;
    const width = source.connection === 0 ? source.width : 2 * source.width;
    return { ...item, frame: { ...item.frame, source: { ...source, width } } };
  });
  const tracked = await followed(resized, { camera: false });
  assertEquals(tracked.map(({ detections: [object] }) => object?.trackId), [1, 1, 2, 2]);
  assertEquals(tracked.map(({ isCut = false }) => isCut), [false, false, true, false]);
});
