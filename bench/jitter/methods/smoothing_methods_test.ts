import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { smoothOffline } from "../../../stages/smooth_offline.ts";
import { smootherFor } from "../../../stages/smoothing/smoother_for.ts";
import { METHOD_NAMES } from "../../../stages/smoothing/smoothing_from.ts";
import { madeClip } from "../controls/made_clip.ts";
import {
  AS_GIVEN,
  NONE,
  REFERENCE_METHODS,
  smoothingMethod,
  weighted,
} from "./smoothing_methods.ts";

const [{ frames: MADE }] = madeClip({
  seed: 5,
  tracks: 2,
  frames: 60,
  sigmaPercent: 1,
  correlation: 0,
}).observations;

Deno.test.each(
  [
    { name: "one-euro", options: { method: "one-euro" } },
    { name: "one-euro-mediapipe", options: { method: "one-euro", variant: "mediapipe" } },
    { name: "kalman", options: { method: "kalman" } },
    { name: "fixed-lag", options: { method: "fixed-lag" } },
    { name: "fixed-lag-1", options: { method: "fixed-lag", lag: 1 } },
  ] as const,
)(
  "$name is what smooth() does with these parameters left at their defaults",
  ({ name, options }) => {
    const smoother = smootherFor(options)!;
    const early = MADE.map((frame) => smoother.advance(frame)).filter((tracks) =>
      tracks !== undefined
    );
    assertEquals(smoothingMethod(name)!.run(MADE), [...early, ...smoother.finish()]);
  },
);

Deno.test("offline is what smoothOffline() does by default", () => {
  assertEquals(smoothingMethod("offline")!.run(MADE), smoothOffline(MADE));
});

Deno.test("smoothingMethod() knows its names, and no others", () => {
  for (const name of METHOD_NAMES) assertEquals(smoothingMethod(name)?.name, name);
  for (
    const name of ["", "fixed-lag-0", "fixed-lag-31", "fixed-lag-x", "Kalman", "none ", "kalman:"]
  ) {
    assertEquals(smoothingMethod(name), undefined, name);
  }
});

Deno.test("smoothingMethod() names the parameters that it was given", () => {
  const { name, parameters } = smoothingMethod("kalman:damping=0.4")!;
  assertEquals([name, parameters.damping, parameters.calmShare], ["kalman:damping=0.4", 0.4, 0.05]);
});

Deno.test("every method gives each frame the tracks that it has, under their numbers", () => {
  const numbers = MADE.map(({ tracks }) => tracks.map(({ trackId }) => trackId));
  const all = [...METHOD_NAMES.map((name) => smoothingMethod(name)!), ...REFERENCE_METHODS];
  for (const { name, run } of all) {
    const given = run(MADE).map((tracks) => tracks.map(({ trackId }) => trackId));
    assertEquals(given, numbers, name);
  }
});

/** An object whose centre is at given places, 10 by 10 pixels; no box where there is none. */
function moving(places: readonly (number | undefined)[]) {
  return places.map((x, i) => {
    const box = { x1: (x ?? 0) - 5, y1: 0, x2: (x ?? 0) + 5, y2: 10 };
    const thing = { trackId: 1, classId: 0, label: "thing", confidence: 1 };
    return {
      timestampUs: 40_000 * i,
      tracks: x === undefined ? [] : [{ ...thing, box, rawBox: box }],
    };
  });
}

Deno.test("weighted() is the mean of the newest boxes, and begins anew behind a gap", () => {
  const smoothed = weighted("", [1, 2, 1]).run(moving([0, 4, 8, 0, undefined, 12, 0]));
  const centres = smoothed.map(([track]) => track && (track.box.x1 + track.box.x2) / 2);
  [0, 4 / 3, 4, 5, undefined, 12, 8].forEach((expected, i) => {
    if (expected === undefined) return assertEquals(centres[i], undefined);
    // The newest weighs 1, the one before 2, the one before that 1; at the beginning, those there are.
    assertAlmostEquals(centres[i]!, expected, 1e-12);
  });
});

Deno.test("NONE shows raw boxes, AS_GIVEN those of the file", () => {
  const rawBox = { x1: 0, y1: 0, x2: 2, y2: 2 };
  const box = { ...rawBox, x1: 1 };
  const track = { trackId: 1, classId: 0, label: "", confidence: 1, box, rawBox };
  const frames = [{ timestampUs: 0, tracks: [track] }];
  assertEquals(NONE.run(frames)[0]![0]!.box, rawBox);
  assertEquals(AS_GIVEN.run(frames)[0]![0]!.box, box);
  assert(track.box === box);
});
