import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Box } from "../box.ts";
import { tudCampus } from "../../tests/_tracked_scenes.ts";
import { stabilityOf } from "./stability.ts";

/** What the evaluation of Flow-Guided Feature Aggregation says of one clip. */
interface Expected {
  readonly fragment: number;
  readonly center: number;
  readonly scale_ratio: number;
  readonly total: number;
  readonly per_track: Record<string, Record<"n" | "sx" | "sy" | "sr" | "ss", number>>;
}

function expectedOfTudCampus(): Expected {
  const file = new URL("../../tests/fixtures/stability/zhang_wang_expected.json", import.meta.url);
  const { cases } = JSON.parse(Deno.readTextFileSync(file)) as { cases: Record<string, Expected> };
  return cases["TUD-Campus"]!;
}

Deno.test("stabilityOf() says of TUD-Campus what the published evaluation says", () => {
  const expected = expectedOfTudCampus();
  const stability = stabilityOf(tudCampus())!;
  assertAlmostEquals(stability.fragment, expected.fragment, 1e-12);
  assertAlmostEquals(stability.centre, expected.center, 1e-12);
  assertAlmostEquals(stability.scaleRatio, expected.scale_ratio, 1e-12);
  assertAlmostEquals(stability.total, expected.total, 1e-12);
  assertEquals(stability.unfound, 0);
  assertEquals(stability.objects.length, Object.keys(expected.per_track).length);
  for (const object of stability.objects) {
    const track = expected.per_track[object.trackId]!;
    assertEquals(object.found, track.n);
    assertAlmostEquals(object.centreX, track.sx!, 1e-12);
    assertAlmostEquals(object.centreY, track.sy!, 1e-12);
    assertAlmostEquals(object.scale, track.ss!, 1e-12);
    assertAlmostEquals(object.ratio, track.sr!, 1e-12);
  }
});

Deno.test("stabilityOf() does not mind a constant offset, nor a stretched or mirrored picture", () => {
  const frames = tudCampus();
  const expected = stabilityOf(frames)!;
  const mapped = (map: (box: Box<"frame">) => Box<"frame">) =>
    stabilityOf(frames.map(({ truth, tracks }) => ({
      truth: truth.map((each) => ({ ...each, box: map(each.box) })),
      tracks: tracks.map((each) => ({ ...each, box: map(each.box) })),
    })))!;
  const moved = mapped(({ x1, y1, x2, y2 }) => ({
    x1: x1 + 7,
    y1: y1 - 3,
    x2: x2 + 7,
    y2: y2 - 3,
  }));
  const mirrored = mapped(({ x1, y1, x2, y2 }) => ({ x1: 640 - x2, y1, x2: 640 - x1, y2 }));
  const stretched = mapped(({ x1, y1, x2, y2 }) => ({
    x1: 3 * x1,
    y1: 2 * y1,
    x2: 3 * x2,
    y2: 2 * y2,
  }));
  for (const { fragment, centre, scaleRatio } of [moved, mirrored, stretched]) {
    assertAlmostEquals(fragment, expected.fragment, 1e-12);
    assertAlmostEquals(centre, expected.centre, 1e-12);
    assertAlmostEquals(scaleRatio, expected.scaleRatio, 1e-12);
  }
  const box = { x1: 0, y1: 0, x2: 10, y2: 20 };
  const offset = { x1: 1, y1: -1, x2: 12, y2: 20 };
  const still = Array.from({ length: 5 }, () => ({
    truth: [{ trackId: 1, box }],
    tracks: [{ trackId: 1, box: offset }],
  }));
  assertAlmostEquals(stabilityOf(still)!.total, 0);
});

Deno.test("stabilityOf() tells how many objects were never found", () => {
  const box = { x1: 0, y1: 0, x2: 10, y2: 20 };
  const away = { x1: 50, y1: 0, x2: 60, y2: 20 };
  const truth = [{ trackId: 1, box }, { trackId: 2, box: away }];
  const found = { truth, tracks: [{ trackId: 1, box }] };
  const lost = { truth, tracks: [] };
  const { fragment, unfound, objects } = stabilityOf([found, lost, found, found])!;
  assertEquals([unfound, objects.length], [1, 1]);
  assertAlmostEquals(fragment, 2 / 3);
  assertEquals(stabilityOf([lost]), undefined);
});
