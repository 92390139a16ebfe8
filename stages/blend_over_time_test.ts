import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Detection } from "../pipeline/detection.ts";
import { KalmanFilter } from "../pipeline/filters/kalman.ts";
import { piecewiseNoise } from "../pipeline/filters/process_noise.ts";
import type { Detected } from "../pipeline/items.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import { blackFrame } from "../tests/_frames.ts";
import { blended } from "./blend.ts";
import {
  blendedOverTime,
  blendOverTime,
  type BlendOverTimeOptions,
  type Remembered,
} from "./blend_over_time.ts";

/** A square of 100 pixels. */
function thing(x: number, y = 0, confidence = 0.9, classId = 0): Detection {
  const box = { x1: x, y1: y, x2: x + 100, y2: y + 100 };
  return { box, confidence, classId, label: `class ${classId}` };
}

interface Moment {
  readonly timestampUs: number;
  readonly detections: readonly Detection[];
}

/** What becomes of frames, one after the other. */
function run(moments: Iterable<Moment>, options?: BlendOverTimeOptions): Detection[][] {
  let memory: readonly Remembered[] = [];
  const results: Detection[][] = [];
  for (const { timestampUs, detections } of moments) {
    const result = blendedOverTime(detections, { memory, timestampUs }, options);
    memory = result.memory;
    results.push(result.detections);
  }
  return results;
}

/** One thing that is somewhere else in each frame, at 30 frames a second unless said otherwise. */
function moving(places: readonly number[], intervalUs = 1e6 / 30): Moment[] {
  return places.map((x, i) => ({ timestampUs: i * intervalUs, detections: [thing(x)] }));
}

function leftEdges(results: readonly (readonly Detection[])[]): number[] {
  return results.map(([first]) => first?.box.x1 ?? NaN);
}

function noise(count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.normal());
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** What an alpha-beta filter leaves of the variance of white noise (Kalata 1984). */
function shareOfVariance(alpha: number): number {
  const beta = 2 * (2 - alpha) - 4 * Math.sqrt(1 - alpha);
  return (2 * alpha ** 2 + 2 * beta - 3 * alpha * beta) / (alpha * (4 - 2 * alpha - beta));
}

Deno.test("blendedOverTime() with a weight of 0 is blended(), whatever was before", () => {
  const random = seededRandom(7);
  const moments = Array.from({ length: 50 }, (_, i) => ({
    timestampUs: i * 33_333,
    detections: Array.from({ length: 30 }, () => ({
      ...thing(random.below(400), random.below(300), random.below(1000) / 1000, random.below(2)),
      keypoints: [{ x: random.below(400), y: random.below(300), label: "nose" }],
    })),
  }));
  const expected = moments.map(({ detections }) => blended(detections));
  assertEquals(run(moments, { weight: 0 }), expected);
});

for (const weight of [0.3, 1, 3]) {
  Deno.test(`blendedOverTime() cuts the variance at rest as derived: weight ${weight}`, () => {
    const edges = leftEdges(run(moving(noise(10_000)), { weight })).slice(100);
    const expected = shareOfVariance(1 / (1 + weight));
    assert(Math.abs(varianceOf(edges) / expected - 1) < 0.1, `${varianceOf(edges)} ${expected}`);
  });
}

for (const fps of [15, 25, 30, 60]) {
  Deno.test(`blendedOverTime() settles at the gains of the Kalman filter of its model at ${fps} fps`, () => {
    const weight = 1;
    const alpha = 1 / (1 + weight);
    const beta = 2 * (2 - alpha) - 4 * Math.sqrt(1 - alpha);
    const index = beta / Math.sqrt(1 - alpha); // At 30 frames a second.
    const kalman = new KalmanFilter({
      processNoise: piecewiseNoise(index * 30 ** 2),
      measurementSd: 1,
      initialVelocitySd: 100,
    });
    const places = noise(400, 3);
    const edges = leftEdges(run(moving(places, 1e6 / fps), { weight }));
    const expected = places.map((x, i) => kalman.filter(x, i * 1e6 / fps));
    for (let i = 300; i < 400; i++) assertAlmostEquals(edges[i]!, expected[i]!, 1e-9);
  });
}

Deno.test("blendedOverTime() follows an even motion without lag, however frames are spaced", () => {
  const intervalsUs = [8000, 33_000, 100_000, 400_000];
  let timestampUs = 0;
  const moments = Array.from({ length: 60 }, (_, i) => {
    timestampUs += intervalsUs[i % 4]!;
    return { timestampUs, detections: [thing(timestampUs * 40e-6)] };
  });
  const edges = leftEdges(run(moments, { weight: 3 }));
  edges.forEach((edge, i) => assertAlmostEquals(edge, moments[i]!.timestampUs * 40e-6, 1e-9));
});

Deno.test("blendedOverTime() shows nothing where there is no candidate", () => {
  const moments = moving([0, 1, 2, 3]);
  const results = run([
    ...moments,
    { timestampUs: 140_000, detections: [] },
    { timestampUs: 170_000, detections: [thing(900)] },
    { timestampUs: 200_000, detections: [thing(6)] },
  ]);
  assertEquals(results.map(({ length }) => length), [1, 1, 1, 1, 0, 1, 1]);
  assertEquals(results[5]![0]!.box, thing(900).box);
});

Deno.test("blendedOverTime() remembers an object over a short gap, and forgets it over a long one", () => {
  const steady = moving(new Array(10).fill(0));
  const lastUs = steady.at(-1)!.timestampUs;
  const after = (gapUs: number) =>
    leftEdges(run([...steady, { timestampUs: lastUs + gapUs, detections: [thing(8)] }], {
      weight: 4,
    })).at(-1)!;
  assert(after(33_333) > 0 && after(33_333) < 4);
  assert(after(400_000) > after(33_333) && after(400_000) < 8, `${after(400_000)}`);
  assertEquals(after(500_001), 8);
});

Deno.test("blendedOverTime() begins anew where a box has jumped too far, as behind a cut", () => {
  const results = run(moving([0, 0, 0, 0, 60, 60]), { iou: 0.3 });
  assertEquals(leftEdges(results).slice(4, 5), [60]);
});

Deno.test("blendedOverTime() keeps objects apart that cross", () => {
  // They overlap by a quarter at most, and each overlaps its own past.
  const moments = Array.from({ length: 60 }, (_, i) => ({
    timestampUs: i * 33_333,
    detections: [thing(5 * i, 0, 0.6 + 0.3 * Math.sin(i)), thing(300 - 5 * i, 61, 0.7)],
  }));
  for (const [i, objects] of run(moments, { weight: 2 }).entries()) {
    const byHeight = objects.toSorted((a, b) => a.box.y1 - b.box.y1);
    assertAlmostEquals(byHeight[0]!.box.x1, 5 * i, 1e-9);
    assertAlmostEquals(byHeight[1]!.box.x1, 300 - 5 * i, 1e-9);
    assertAlmostEquals(byHeight[1]!.box.y1, 61, 1e-9);
  }
});

Deno.test("blendedOverTime() keeps classes apart unless told otherwise", () => {
  const moments = moving([0, 0, 0, 0]);
  const other = { timestampUs: 133_333, detections: [thing(10, 0, 0.9, 1)] };
  assertEquals(leftEdges(run([...moments, other]))[4], 10);
  assert(leftEdges(run([...moments, other], { acrossClasses: true }))[4]! < 9);
});

Deno.test("blendedOverTime() blends all candidates of a tie, and keypoints, with the past", () => {
  const at = (x: number, confidence: number): Detection => ({
    ...thing(x, 0, confidence),
    keypoints: [{ x, y: 50, label: "nose" }],
  });
  const past = { timestampUs: 0, detections: [at(0, 0.5)] };
  const again = { timestampUs: 33_333, detections: [at(0, 0.5)] };
  const now = { timestampUs: 66_666, detections: [at(12, 0.8), at(6, 0.4)] };
  const [object] = run([past, again, now], { weight: 1 })[2]!;
  // The tie's own mean is 10; the line through 0, 0 and 10 ends at 10 * 5 / 6.
  assertAlmostEquals(object!.box.x1, 50 / 6, 1e-9);
  assertAlmostEquals(object!.keypoints![0]!.x, 50 / 6, 1e-9);
  assertEquals([object!.confidence, object!.label], [0.8, "class 0"]);
});

Deno.test("blendedOverTime() takes frames of the same time, and candidates without numbers", () => {
  const moments = [0, 0, 0].map((timestampUs) => ({
    timestampUs,
    detections: [thing(NaN, 0, 0.2), thing(5), thing(300, 0, NaN)],
  }));
  for (const objects of run(moments)) {
    assertEquals(objects.filter(({ box }) => box.x1 === 5).length, 1);
  }
});

Deno.test("blendOverTime() repeats the last frame's objects on a frame that was passed over", async () => {
  const items: Detected[] = [0, 4, 4, 4].map((x, index) => ({
    frame: blackFrame(index),
    detections: [thing(x)],
    ...index % 2 === 1 && { isHeld: true as const },
  }));
  const results = await Array.fromAsync(
    ReadableStream.from(items).pipeThrough(blendOverTime({ weight: 3 })),
  );
  assertEquals(results[1]!.detections, results[0]!.detections);
  assertEquals(results[3]!.detections, results[2]!.detections);
  assertEquals(results.map(({ isHeld }) => isHeld), [undefined, true, undefined, true]);
});

Deno.test("blendOverTime() throws if an option makes no sense", () => {
  for (const options of [{ weight: -1 }, { weight: NaN }, { weight: Infinity }, { iou: 2 }]) {
    assertThrows(() => blendOverTime(options), RangeError, "Cannot blend as");
  }
});

Deno.test("blendOverTime() knows nothing of what was before a feed was lost", async () => {
  const items = [0, 0, 1].map((connection, index): Detected => {
    const black = blackFrame(index);
    const frame = {
      ...black,
      timestampUs: index * 33_333,
      source: { ...black.source, connection },
    };
    return { frame, detections: [thing(4 * index)] };
  });
  const results = await Array.fromAsync(ReadableStream.from(items).pipeThrough(blendOverTime()));
  const [, second, third] = leftEdges(results.map(({ detections }) => detections));
  assertEquals(third, 8);
  assert(second! <= 4);
});
