import { assertAlmostEquals, assertEquals } from "@std/assert";
import { crowd, trackEvalOfTudCampus, tudCampus } from "../../tests/_tracked_scenes.ts";
import { hotaOf } from "./hota.ts";

const BOX = { x1: 0, y1: 0, x2: 10, y2: 20 };

Deno.test("hotaOf() says of TUD-Campus what TrackEval says, at every limit", () => {
  const { HOTA } = trackEvalOfTudCampus();
  const { byLimit, ...means } = hotaOf(tudCampus())!;
  assertEquals(byLimit.length, HOTA.HOTA.length);
  byLimit.forEach((scores, i) => {
    assertAlmostEquals(scores.minIou, 0.05 * (i + 1));
    assertAlmostEquals(scores.hota, HOTA.HOTA[i]!, 1e-12);
    assertAlmostEquals(scores.detA, HOTA.DetA[i]!, 1e-12);
    assertAlmostEquals(scores.assA, HOTA.AssA[i]!, 1e-12);
    assertAlmostEquals(scores.locA, HOTA.LocA[i]!, 1e-12);
  });
  assertAlmostEquals(means.hota, 0.391397, 1e-6);
  assertAlmostEquals(means.detA, 0.418047, 1e-6);
  assertAlmostEquals(means.assA, 0.369121, 1e-6);
});

Deno.test("hotaOf() says of a crowd what a second implementation says, at every limit", () => {
  const { frames, hotaDetAssLoc } = crowd();
  hotaOf(frames)!.byLimit.forEach(({ hota, detA, assA, locA }, i) => {
    [hota, detA, assA, locA].forEach((score, k) =>
      assertAlmostEquals(score, hotaDetAssLoc[i]![k]!, 1e-12)
    );
  });
});

Deno.test("hotaOf() falls with the association alone when a track changes its number half way", () => {
  const frames = Array.from({ length: 10 }, (_, i) => ({
    truth: [{ trackId: 1, box: BOX }],
    tracks: [{ trackId: i < 5 ? 7 : 8, box: BOX }],
  }));
  // Each box belongs to a track that shares 5 of 10 frames with the object.
  const { hota, detA, assA, locA } = hotaOf(frames)!;
  assertAlmostEquals(detA, 1);
  assertAlmostEquals(locA, 1);
  assertAlmostEquals(assA, 0.5);
  assertAlmostEquals(hota, Math.SQRT1_2);
});

Deno.test("hotaOf() pairs an object with the track that lies on it all along", () => {
  const truth = [{ trackId: 1, box: BOX }];
  const steady = { trackId: 7, box: { ...BOX, x2: 3 } };
  const passing = { trackId: 8, box: { ...BOX, x2: 9 } };
  const alone = { truth, tracks: [steady] };
  const frames = [alone, alone, alone, { truth, tracks: [steady, passing] }];
  // The steady track shares 3 + 0.25 of 4.75 frames, the passing one 0.75 of 4.25: in the last
  // frame they score 0.684 x 0.3 = 0.21 and 0.176 x 0.9 = 0.16.
  const { detA, assA } = hotaOf(frames)!.byLimit[0]!;
  assertAlmostEquals(assA, 1);
  assertAlmostEquals(detA, 4 / 5);
});

Deno.test("hotaOf() is 0 without tracks, and nothing without truth and tracks", () => {
  assertEquals(hotaOf([{ truth: [{ trackId: 1, box: BOX }], tracks: [] }])!.hota, 0);
  assertEquals(hotaOf([{ truth: [], tracks: [{ trackId: 1, box: BOX }] }])!.hota, 0);
  assertEquals(hotaOf([{ truth: [], tracks: [] }]), undefined);
});
