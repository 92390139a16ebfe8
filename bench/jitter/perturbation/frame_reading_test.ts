import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Box } from "../../../pipeline/box.ts";
import type { Detection } from "../../../pipeline/detection.ts";
import { type Random, seededRandom } from "../../../pipeline/metrics/random.ts";
import { type FrameReading, frameReadingOf } from "./frame_reading.ts";
import { perturbationsFor } from "./perturbations.ts";
import type { PerturbedRun } from "./perturbed_runs.ts";
import { type ClipReadings, perturbationRatio, perturbationResult } from "./summary.ts";
import type { TieMethod } from "./tie_methods.ts";

const PERTURBATIONS = perturbationsFor({ width: 128, height: 128 }, 16);
const SCALE = { x: 3, y: 3 };
const WINDOW = { width: 384, height: 384 };
const BLEND: TieMethod = { ties: "blend", minConfidence: 0.5, iou: 0.3, maxDetections: 10 };
const SUPPRESS: TieMethod = { ...BLEND, ties: "suppress" };
const OVER_TIME: TieMethod = { ...BLEND, ties: "blend-over-time" };
const PLACE = { x1: 100, y1: 120, x2: 180, y2: 220 };
const EYES_APART = 40;

/** A face whose numbers are all wrong by an error of their own. */
function face(
  box: Box<"frame">,
  { error = () => 0, confidence = 0.9 }: { error?: () => number; confidence?: number } = {},
): Detection {
  const y = box.y1 + 30;
  return {
    box: {
      x1: box.x1 + error(),
      y1: box.y1 + error(),
      x2: box.x2 + error(),
      y2: box.y2 + error(),
    },
    confidence,
    classId: 0,
    label: "face",
    keypoints: [
      { label: "right eye", x: box.x1 + 20 + error(), y: y + error() },
      { label: "left eye", x: box.x1 + 20 + EYES_APART + error(), y: y + error() },
    ],
  };
}

function moved({ x1, y1, x2, y2 }: Box<"frame">, dx: number, dy: number): Box<"frame"> {
  return { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy };
}

/** A picture in which a made network finds candidates, told where the content was moved to. */
function runOf(
  found: (move: { readonly dx: number; readonly dy: number }) => Detection[],
  past: PerturbedRun["past"] = [],
): PerturbedRun {
  return {
    timestampUs: 1_000_000,
    resampler: "bilinear",
    window: WINDOW,
    scale: SCALE,
    candidates: found({ dx: 0, dy: 0 }),
    past,
    views: PERTURBATIONS.all.map(({ dx, dy }) => found({ dx: dx * SCALE.x, dy: dy * SCALE.y })),
  };
}

function noise(random: Random, sigma: number): () => number {
  return () => sigma * random.normal();
}

function summaryOf(readings: readonly FrameReading[]) {
  return perturbationResult([readings], {
    perturbations: PERTURBATIONS,
    bootstrap: { resamples: 20 },
  });
}

function ratioOf(ours: ClipReadings, theirs: ClipReadings): number {
  const choice = { kind: "shift", points: "boxes", quantity: "jitterPercent" } as const;
  const bootstrap = { resamples: 20 };
  const options = { perturbations: PERTURBATIONS, choice, bootstrap };
  return perturbationRatio(ours, theirs, options).estimate!;
}

Deno.test("frameReadingOf() reads 0 of a network that answers exactly, in every disturbance", () => {
  const run = runOf(({ dx, dy }) => [face(moved(PLACE, dx, dy))]);
  for (const method of [SUPPRESS, BLEND, OVER_TIME]) {
    const reading = frameReadingOf(run, method, PERTURBATIONS);
    for (const row of [...reading.boxes, ...reading.keypoints!]) {
      assertAlmostEquals(row.jitterPercent!, 0, 1e-9);
      assertAlmostEquals(row.logScalePercent!, 0, 1e-9);
      assertEquals([row.logitDeviation, row.flipRatePercent, row.pairs], [0, 0, 1]);
    }
    assertEquals([reading.objects, reading.nearEdge, reading.candidates], [1, 0, 1]);
  }
});

Deno.test("frameReadingOf() reads white noise of σ as J = 2 σ / N, of boxes and keypoints", () => {
  const sigma = 1.2;
  const error = noise(seededRandom(8), sigma);
  const readings = Array.from({ length: 150 }, () =>
    frameReadingOf(
      runOf(({ dx, dy }) => [face(moved(PLACE, dx, dy), { error })]),
      SUPPRESS,
      PERTURBATIONS,
    ));
  const result = summaryOf(readings);
  const expected = 100 * 2 * sigma / EYES_APART;
  // The noise of a picture is in all its pairs, so that 150 of them tell to about 1.5 %.
  assertAlmostEquals(result.jitterPercent.estimate!, expected, 0.04 * expected);
  assertAlmostEquals(result.keypointJitterPercent!.estimate!, expected, 0.04 * expected);
  assertAlmostEquals(result.xPercent.estimate!, expected / 2, 0.06 * expected / 2);
  assertAlmostEquals(result.yPercent.estimate!, expected / 2, 0.06 * expected / 2);
  // ln √(w h) = (ln w + ln h) / 2, sides of 80 and 100 with √2 σ each, and two predictions.
  const logScale = 100 * Math.sqrt(2) * Math.hypot(Math.SQRT2 / 80, Math.SQRT2 / 100) / 2 * sigma;
  assertAlmostEquals(result.logScalePercent.estimate!, logScale, 0.08 * logScale);
  assertEquals(result.normaliser, "inter-ocular distance");
});

Deno.test("frameReadingOf() divides by the size of objects without eyes", () => {
  const { keypoints: _, ...plain } = face(PLACE);
  const run = runOf(({ dx, dy }) => [{ ...plain, box: moved(PLACE, dx, dx || dy ? dy + 2 : 0) }]);
  const reading = frameReadingOf(run, BLEND, PERTURBATIONS);
  const result = summaryOf([reading, reading]);
  assertEquals([result.normaliser, result.keypointJitterPercent], ["√(width · height)", null]);
  assertAlmostEquals(result.jitterPercent.estimate!, 100 * 2 / Math.sqrt(80 * 100));
});

Deno.test("frameReadingOf() reads a bias with the period of the stride back, in a map over shifts", () => {
  // The place is wrong by a sine of its phase in a cell of 16 pixels of the input.
  const bias = (shift: number) => 3 * Math.sin(2 * Math.PI * (shift / SCALE.x) / 16);
  const run = runOf(({ dx, dy }) => [face(moved(PLACE, dx + bias(dx), dy))]);
  const { byShift } = summaryOf([frameReadingOf(run, BLEND, PERTURBATIONS)]);
  assertEquals(byShift.length, 63);
  for (const { dxPx, jitterPercent, pairs } of byShift) {
    const expected = 100 * Math.abs(3 * Math.sin(2 * Math.PI * dxPx / 16)) / EYES_APART;
    assertAlmostEquals(jitterPercent!, expected, 1e-9);
    assertEquals(pairs, 1);
  }
});

Deno.test("frameReadingOf() finds blending n independent candidates steadier by √n than one", () => {
  const error = noise(seededRandom(2), 0.8);
  const ours: FrameReading[] = [];
  const theirs: FrameReading[] = [];
  for (let i = 0; i < 100; i++) {
    const run = runOf(({ dx, dy }) =>
      [0.9, 0.9, 0.9, 0.9].map((confidence) => face(moved(PLACE, dx, dy), { error, confidence }))
    );
    ours.push(frameReadingOf(run, BLEND, PERTURBATIONS));
    theirs.push(frameReadingOf(run, SUPPRESS, PERTURBATIONS));
  }
  assertEquals([ours[0]!.candidates, ours[0]!.objects], [4, 1]);
  assertAlmostEquals(ratioOf([ours], [theirs]), 1 / 2, 0.03);
});

Deno.test("frameReadingOf() finds blending over time to take half of what one frame adds", () => {
  const error = noise(seededRandom(6), 0.8);
  const ours: FrameReading[] = [];
  const theirs: FrameReading[] = [];
  for (let i = 0; i < 50; i++) {
    const past = Array.from({ length: 16 }, (_, k) => (
      { timestampUs: 1_000_000 - (16 - k) * 33_333, candidates: [face(PLACE)] }
    ));
    const run = runOf(({ dx, dy }) => [face(moved(PLACE, dx, dy), { error })], past);
    ours.push(frameReadingOf(run, OVER_TIME, PERTURBATIONS));
    theirs.push(frameReadingOf(run, BLEND, PERTURBATIONS));
  }
  // The steady gain at 30 frames a second, 1 / (1 + weight), with the weight of 1.
  assertAlmostEquals(ratioOf([ours], [theirs]), 1 / 2, 0.005);
});

Deno.test("frameReadingOf() counts what comes and goes, and does not drop it", () => {
  const run = runOf(({ dx, dy }) => {
    // To the right it falls below the limit.
    return [face(moved(PLACE, dx, dy), { confidence: dx > 0 ? 0.4 : 0.8 })];
  });
  const { flipRatePercent, byKind, jitterPercent } = summaryOf([
    frameReadingOf(run, BLEND, PERTURBATIONS),
  ]);
  const shifts = PERTURBATIONS.all.filter(({ kind }) => kind === "shift");
  const gone = shifts.filter(({ dx }) => dx > 0).length;
  const seen = shifts.length - gone;
  assertAlmostEquals(flipRatePercent.estimate!, 100 * gone / (gone + 2 * seen));
  assertEquals(byKind[0]!.pairs, seen);
  assertAlmostEquals(jitterPercent.estimate!, 0, 1e-9);
  const lower = frameReadingOf(run, { ...BLEND, minConfidence: 0.3 }, PERTURBATIONS);
  assertEquals(summaryOf([lower]).flipRatePercent.estimate, 0);
});

Deno.test("frameReadingOf() leaves out what the farthest shift cuts off, in all disturbances", () => {
  const reach = PERTURBATIONS.reachPx * SCALE.x;
  const near = { x1: reach - 1, y1: 120, x2: 60, y2: 160 };
  const within = { x1: 384 - reach - 90, y1: 300 - reach, x2: 384 - reach, y2: 384 - reach };
  const run = runOf(({ dx, dy }) => [near, within].map((box) => face(moved(box, dx, dy))));
  const reading = frameReadingOf(run, BLEND, PERTURBATIONS);
  assertEquals([reading.objects, reading.nearEdge], [1, 1]);
  assert(reading.boxes.every(({ pairs, flipRatePercent }) => pairs === 1 && flipRatePercent === 0));
  assertEquals(summaryOf([reading, reading]).nearEdge, 2);
});

Deno.test("frameReadingOf() reads the logit of a confidence as a deviation of one prediction", () => {
  const random = seededRandom(1);
  const sigma = 0.3;
  const found = ({ dx, dy }: { dx: number; dy: number }) => {
    const confidence = 1 / (1 + Math.exp(-2 - sigma * random.normal()));
    return [face(moved(PLACE, dx, dy), { confidence })];
  };
  const readings = Array.from(
    { length: 100 },
    () => frameReadingOf(runOf(found), BLEND, PERTURBATIONS),
  );
  assertAlmostEquals(summaryOf(readings).confidenceLogitDeviation.estimate!, sigma, 0.08 * sigma);
});

Deno.test("frameReadingOf() reads pictures in which nothing is found as nothing", () => {
  const reading = frameReadingOf(runOf(() => []), BLEND, PERTURBATIONS);
  assertEquals([reading.objects, reading.candidates, reading.keypoints], [0, 0, undefined]);
  const result = summaryOf([reading]);
  assertEquals(result.jitterPercent, { estimate: null, interval: null, count: 0 });
  assertEquals(result.flipRatePercent.estimate, null);
});
