import { assertAlmostEquals, assertEquals } from "@std/assert";
import { trackEvalOfTudCampus, tudCampus } from "../../tests/_tud_campus.ts";
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

Deno.test("hotaOf() is 0 without tracks, and nothing without truth and tracks", () => {
  assertEquals(hotaOf([{ truth: [{ trackId: 1, box: BOX }], tracks: [] }])!.hota, 0);
  assertEquals(hotaOf([{ truth: [], tracks: [{ trackId: 1, box: BOX }] }])!.hota, 0);
  assertEquals(hotaOf([{ truth: [], tracks: [] }]), undefined);
});
