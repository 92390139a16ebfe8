import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { crowd, trackEvalOfTudCampus, tudCampus } from "../../tests/_tracked_scenes.ts";
import { clearOf } from "./clear.ts";
import type { NumberedBox } from "./compared_frame.ts";

function at(trackId: number, x: number): NumberedBox {
  return { trackId, box: { x1: x, y1: 0, x2: x + 10, y2: 20 } };
}

Deno.test("clearOf() says of TUD-Campus what TrackEval says", () => {
  const { CLEAR } = trackEvalOfTudCampus();
  const clear = clearOf(tudCampus());
  assertAlmostEquals(clear.mota!, CLEAR.MOTA!, 1e-12);
  assertAlmostEquals(clear.motp!, CLEAR.MOTP!, 1e-12);
  assertAlmostEquals(clear.recall!, CLEAR.CLR_Re!, 1e-12);
  assertAlmostEquals(clear.precision!, CLEAR.CLR_Pr!, 1e-12);
  assertEquals(
    [
      [clear.truePositives, clear.falsePositives, clear.falseNegatives, clear.idSwitches],
      [clear.fragmentations, clear.mostlyTracked, clear.partlyTracked, clear.mostlyLost],
    ],
    [
      [CLEAR.CLR_TP, CLEAR.CLR_FP, CLEAR.CLR_FN, CLEAR.IDSW],
      [CLEAR.Frag, CLEAR.MT, CLEAR.PT, CLEAR.ML],
    ],
  );
});

Deno.test("clearOf() says of a crowd what a second implementation says", () => {
  const { frames, clear: expected } = crowd();
  const found: Record<string, unknown> = { ...clearOf(frames) };
  for (const [key, value] of Object.entries(expected)) {
    assertAlmostEquals(found[key] as number, value, 1e-12, key);
  }
});

Deno.test("clearOf() lets an object keep its track, even where another overlaps more", () => {
  const frames = [
    { truth: [at(1, 0)], tracks: [at(7, 0)] },
    { truth: [at(1, 0)], tracks: [at(7, 2), at(8, 0)] },
  ];
  const { idSwitches, falsePositives, motp } = clearOf(frames);
  assertEquals([idSwitches, falsePositives], [0, 1]);
  assertAlmostEquals(motp!, (1 + 8 / 12) / 2);
});

Deno.test("clearOf() counts a switch after a gap, and a gap without any track as a fragment", () => {
  const seen = { truth: [at(1, 0)], tracks: [at(7, 0)] };
  const renamed = { truth: [at(1, 0)], tracks: [at(9, 0)] };
  const blind = { truth: [at(1, 0)], tracks: [] };
  const { idSwitches, idSwitchesPer100, fragmentations, mota } = clearOf([seen, blind, renamed]);
  assertEquals([idSwitches, fragmentations], [1, 1]);
  assertAlmostEquals(idSwitchesPer100!, 100 / 3);
  assertAlmostEquals(mota!, 1 - 2 / 3);
});

Deno.test("clearOf() gives no ratio of nothing", () => {
  const { mota, motp, recall, precision, idSwitchesPer100 } = clearOf([{ truth: [], tracks: [] }]);
  assertEquals([mota, motp, recall, precision, idSwitchesPer100], Array(5).fill(undefined));
});

Deno.test("clearOf() refuses a number that a frame has twice", () => {
  const frames = [{ truth: [at(1, 0), at(1, 50)], tracks: [] }];
  assertThrows(() => clearOf(frames), RangeError, "trackId must be there once: current value is 1");
  assertThrows(() => clearOf([], { minIou: 0 }), RangeError, "minIou");
});
