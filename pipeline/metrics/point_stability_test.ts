import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { scipySeries } from "../../tests/_made_series.ts";
import { accelerationError, normalisedMeanFlicker, type PointFrame } from "./point_stability.ts";

function framesOf(
  { points, truth }: {
    readonly points: readonly (readonly (readonly [number, number])[])[];
    readonly truth: readonly (readonly (readonly [number, number])[])[];
  },
): PointFrame[] {
  const named = (frame: readonly (readonly [number, number])[]) =>
    frame.map(([x, y]) => ({ x, y }));
  return points.map((frame, i) => ({
    timestampUs: i * 40_000,
    points: named(frame),
    truth: named(truth[i]!),
  }));
}

Deno.test("normalisedMeanFlicker() and accelerationError() equal numpy's", () => {
  const { points, truth, flicker, accelerationError: expected } = scipySeries().points;
  const frames = framesOf({ points, truth });
  assertAlmostEquals(normalisedMeanFlicker(frames)!, flicker, 1e-9);
  assertAlmostEquals(accelerationError(frames)! / expected, 1, 1e-12);
});

Deno.test("a constant offset neither flickers nor accelerates, and a size scales flicker away", () => {
  const { points, truth } = scipySeries().points;
  const frames = framesOf({ points, truth });
  const offset = frames.map(({ timestampUs, truth }) => ({
    timestampUs,
    truth,
    points: truth.map(({ x, y }) => ({ x: x + 9, y: y - 4 })),
  }));
  assertAlmostEquals(normalisedMeanFlicker(offset)!, 0, 1e-9);
  assertAlmostEquals(accelerationError(offset)!, 0, 1e-6);
  const stretched = frames.map(({ timestampUs, points, truth }) => ({
    timestampUs,
    points: points.map(({ x, y }) => ({ x: 640 - 3 * x, y: 3 * y })),
    truth: truth.map(({ x, y }) => ({ x: 640 - 3 * x, y: 3 * y })),
  }));
  assertAlmostEquals(normalisedMeanFlicker(stretched)!, normalisedMeanFlicker(frames)!, 1e-9);
  assertAlmostEquals(accelerationError(stretched)!, 3 * accelerationError(frames)!, 1e-6);
});

Deno.test("accelerationError() knows a constant acceleration at uneven times", () => {
  const frames = [0, 0.01, 0.05, 0.06, 0.2].map((seconds) => ({
    timestampUs: seconds * 1e6,
    points: [{ x: 50 * seconds ** 2 / 2, y: 120 * seconds ** 2 / 2 }],
    truth: [{ x: 0, y: 0 }],
  }));
  assertAlmostEquals(accelerationError(frames)!, 130, 1e-6);
});

Deno.test("neither measures across a gap, nor anything of too few frames", () => {
  const { points, truth } = scipySeries().points;
  const frames = framesOf({ points, truth });
  const late = frames.map((frame) => ({ ...frame, timestampUs: frame.timestampUs + 5e6 }));
  assertAlmostEquals(accelerationError([...frames, ...late])!, accelerationError(frames)!, 1e-6);
  const flicker = normalisedMeanFlicker([...frames, ...late])!;
  assertAlmostEquals(flicker, normalisedMeanFlicker(frames)!, 1e-9);
  assertEquals(accelerationError(frames.slice(0, 2)), undefined);
  assertEquals(normalisedMeanFlicker(frames.slice(0, 1)), undefined);
  const single = frames.map((frame) => ({
    ...frame,
    points: frame.points.slice(0, 1),
    truth: frame.truth.slice(0, 1),
  }));
  assertEquals(normalisedMeanFlicker(single), undefined); // One point has no size.
});

Deno.test("neither takes frames whose points do not belong together", () => {
  const frame = { timestampUs: 0, points: [{ x: 0, y: 0 }], truth: [] };
  assertThrows(() => accelerationError([frame]), RangeError, "current value is 1 and 0");
  assertThrows(() => normalisedMeanFlicker([frame]), RangeError, "current value is 1 and 0");
});
