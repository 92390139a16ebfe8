import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../../pipeline/metrics/random.ts";
import type { FrameReading } from "./frame_reading.ts";
import type { PerturbationKind, Perturbations } from "./perturbations.ts";
import { perturbationRatio, perturbationResult } from "./summary.ts";

const KINDS: readonly PerturbationKind[] = ["shift", "shift", "noise"];
const PERTURBATIONS: Perturbations = {
  all: KINDS.map((kind, i) => ({ kind, dx: i, dy: 0, gain: 1 })),
  periodPx: 16,
  reachPx: 8,
};

/** A reading of one object with a jitter of its own in each disturbance. */
function reading(jitters: readonly number[]): FrameReading {
  const rows = jitters.map((jitterPercent) => ({
    jitterPercent,
    xPercent: jitterPercent / 2,
    yPercent: jitterPercent / 2,
    logScalePercent: jitterPercent,
    logitDeviation: 0.1,
    flipRatePercent: 0,
    detections: 2,
    pairs: 1,
  }));
  return {
    boxes: rows,
    normaliser: "√(width · height)",
    objects: 1,
    nearEdge: 0,
    candidates: 3,
  };
}

function clipsOf(count: number, length: number, factor = 1): FrameReading[][] {
  const random = seededRandom(9);
  return Array.from(
    { length: count },
    () => Array.from({ length }, () => reading(KINDS.map(() => factor * (2 + random.uniform())))),
  );
}

const CHOICE = { kind: "shift", points: "boxes", quantity: "jitterPercent" } as const;

Deno.test("perturbationResult() takes the root of the mean square over pictures, kind by kind", () => {
  const { jitterPercent, byKind, byShift, pictures } = perturbationResult(
    [[reading([3, 4, 7]), reading([0, 5, 1])]],
    { perturbations: PERTURBATIONS, bootstrap: { resamples: 10 } },
  );
  assertAlmostEquals(jitterPercent.estimate!, Math.sqrt((9 + 16 + 0 + 25) / 4));
  assertEquals(pictures, 2);
  assertEquals(byKind.map(({ kind, pairs }) => [kind, pairs]), [["shift", 4], ["noise", 2]]);
  assertAlmostEquals(byKind[1]!.jitterPercent.estimate!, 5);
  assertEquals(byShift.map(({ dxPx, pairs }) => [dxPx, pairs]), [[0, 2], [1, 2]]);
  assertAlmostEquals(byShift[0]!.jitterPercent!, Math.sqrt(9 / 2));
});

Deno.test("perturbationResult() speaks of other clips from eight on, else of these only", () => {
  for (const [count, scope] of [[8, "tracks"], [7, "within these clips only"]] as const) {
    const options = { perturbations: PERTURBATIONS, bootstrap: { resamples: 200 } };
    const { jitterPercent: { estimate, interval } } = perturbationResult(
      clipsOf(count, 10),
      options,
    );
    assertEquals(interval?.scope, scope);
    assert(interval && interval.low < interval.high);
    assert(interval.low <= estimate! && estimate! <= interval.high);
  }
});

Deno.test("perturbationResult() gives the same numbers for the same seed", () => {
  const of = (seed: number) =>
    perturbationResult(clipsOf(3, 12), {
      perturbations: PERTURBATIONS,
      bootstrap: { seed, resamples: 50 },
    });
  assertEquals(of(1), of(1));
  assert(of(1).jitterPercent.interval?.low !== of(2).jitterPercent.interval?.low);
});

Deno.test("perturbationResult() of no clip, or of one picture, has no interval", () => {
  const options = { perturbations: PERTURBATIONS, bootstrap: {} };
  assertEquals(perturbationResult([], options).jitterPercent.estimate, null);
  assertEquals(perturbationResult([[reading([1, 1, 1])], []], options).jitterPercent, {
    estimate: 1,
    interval: null,
    count: 1,
  });
});

Deno.test("perturbationRatio() keeps both readings of a picture together", () => {
  const { estimate, interval } = perturbationRatio(clipsOf(3, 20, 0.6), clipsOf(3, 20), {
    perturbations: PERTURBATIONS,
    choice: CHOICE,
    bootstrap: { resamples: 100 },
  });
  // What differs from picture to picture differs for both, so nothing is uncertain.
  for (const value of [estimate, interval?.low, interval?.high]) assertAlmostEquals(value!, 0.6);
});

Deno.test("perturbationRatio() refuses readings of other pictures", () => {
  const options = { perturbations: PERTURBATIONS, choice: CHOICE, bootstrap: {} };
  assertThrows(
    () => perturbationRatio(clipsOf(2, 3), clipsOf(2, 4), options),
    RangeError,
    "same pictures",
  );
});
