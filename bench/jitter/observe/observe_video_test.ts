import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../../../models/registry.ts";
import { openSession } from "../../../models/session.ts";
import { observedVideo } from "./observe_video.ts";

const CLIP = new URL("../../../tests/fixtures/clips/talking_face.mp4", import.meta.url).pathname;

Deno.test("observedVideo() sees the same a second time, from what it remembers", async () => {
  const { detector, network } = await loadModel("blazeface-full");
  await using session = await openSession(network, { device: "cpu" });
  const counted: number[] = [];
  const clip = await observedVideo(CLIP, {
    detector,
    session,
    ways: [
      { ties: "blend", resize: "bilinear" },
      { ties: "blend", resize: "bilinear" },
      { ties: "suppress", resize: "bilinear" },
      { ties: "blend", resize: "area" },
    ],
    minConfidence: 0.6,
    durationS: 2,
    until: new AbortController().signal,
    onFrame: ({ detections }) => counted.push(detections),
  });
  const [first, again, suppressed, area] = clip!.observations.map(({ frames }) => frames);
  assertEquals(first!.length, 48);
  assertEquals(counted.length, 96); // Once for each way of scaling.
  const boxesOf = (frames: typeof first) =>
    frames!.map(({ tracks }) => tracks.map(({ trackId, rawBox }) => ({ trackId, rawBox })));
  assertEquals(boxesOf(again), boxesOf(first));
  for (const frames of [suppressed, area]) {
    assertEquals(frames!.map(({ timestampUs }) => timestampUs), first!.map((f) => f.timestampUs));
    // The same face, with another box.
    assert(frames!.every(({ tracks }) => tracks.length === 1));
    const [a, b] = [frames![20]!.tracks[0]!.box, first![20]!.tracks[0]!.box];
    assert(a.x1 !== b.x1 && Math.abs(a.x1 - b.x1) < 0.1 * (b.x2 - b.x1));
  }
  assertEquals(clip!.size, { width: 360, height: 288 });
});

Deno.test("observedVideo() that is ended before the first frame sees nothing", async () => {
  const { detector, network } = await loadModel("blazeface-full");
  await using session = await openSession(network, { device: "cpu" });
  const clip = await observedVideo(CLIP, {
    ...{ detector, session, minConfidence: 0.6, until: AbortSignal.abort() },
    ways: [{ ties: "blend", resize: "bilinear" }],
  });
  assertEquals(clip, undefined);
});

Deno.test.each([
  { pass: "first", abortAt: 10, frames: 10 },
  { pass: "second", abortAt: 30, frames: 24 },
])(
  "observedVideo() that is ended in its $pass pass keeps what the first has seen",
  async ({ abortAt, frames }) => {
    const { detector, network } = await loadModel("blazeface-full");
    await using session = await openSession(network, { device: "cpu" });
    const controller = new AbortController();
    let counted = 0;
    const clip = await observedVideo(CLIP, {
      ...{ detector, session, minConfidence: 0.6, durationS: 1, until: controller.signal },
      ways: [{ ties: "blend", resize: "bilinear" }, { ties: "suppress", resize: "bilinear" }, {
        ties: "blend",
        resize: "area",
      }],
      onFrame: () => {
        if (++counted === abortAt) controller.abort();
      },
    });
    assertEquals(clip!.observations.map(({ id }) => id), ["blend", "suppress"]);
    assertEquals(clip!.isInterrupted, true);
    const lengths = clip!.observations.map((observation) => observation.frames.length);
    assertEquals(lengths[0], lengths[1]);
    assert(lengths[0]! >= frames, `${lengths[0]} frames are left`);
  },
);
