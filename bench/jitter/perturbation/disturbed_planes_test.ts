import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { seededRandom } from "../../../pipeline/metrics/random.ts";
import { planesOf } from "../../../tests/_still_frame.ts";
import { brightenedPlanes, noisyPlanes } from "./disturbed_planes.ts";

function momentsOf(
  values: Iterable<number>,
): { readonly mean: number; readonly deviation: number } {
  const all = [...values];
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
  return { mean, deviation: Math.sqrt(variance) };
}

Deno.test("noisyPlanes() adds noise of deviation 2 to luma and chroma", () => {
  const planes = planesOf(401, 303, () => 120, () => [90, 150]);
  const noisy = noisyPlanes(planes, seededRandom(5));
  for (const [plane, level] of [[noisy.y, 120], [noisy.u, 90], [noisy.v, 150]] as const) {
    const { mean, deviation } = momentsOf(plane);
    // Rounding adds a twelfth to the variance.
    assertAlmostEquals(deviation, Math.sqrt(4 + 1 / 12), 0.05);
    assertAlmostEquals(mean, level, 0.05);
  }
  // White: neighbours along and across know nothing of each other.
  const errorAt = (i: number) => noisy.y[i]! - 120;
  for (const step of [1, 401]) {
    let product = 0;
    for (let i = 0; i < 401 * 302; i++) product += errorAt(i) * errorAt(i + step);
    assertAlmostEquals(product / (401 * 302) / 4, 0, 0.02);
  }
});

Deno.test("noisyPlanes() is the same with the same seed, and leaves the picture as it is", () => {
  const planes = planesOf(64, 48, (x, y) => (x * y) % 256);
  const before = planes.data.slice();
  assertEquals(
    noisyPlanes(planes, seededRandom(1)).data,
    noisyPlanes(planes, seededRandom(1)).data,
  );
  const other = noisyPlanes(planes, seededRandom(2)).data;
  assert(noisyPlanes(planes, seededRandom(1)).data.some((value, i) => value !== other[i]));
  assertEquals(planes.data, before);
});

Deno.test("noisyPlanes() cuts off what 8 bits do not hold", () => {
  const { y } = noisyPlanes(planesOf(200, 200, (x) => x < 100 ? 0 : 255), seededRandom(1));
  // Half of the noise would lie beyond, and wraps around if it is not cut.
  for (const [i, value] of y.entries()) assert(i % 200 < 100 ? value < 20 : value > 235);
});

Deno.test("brightenedPlanes() multiplies what lies above black, and the colours", () => {
  const planes = planesOf(4, 4, (x) => [16, 116, 235, 16][x]!, () => [28, 228]);
  const limited = brightenedPlanes(planes, 1.1, "limited");
  assertEquals([...limited.y.subarray(0, 4)], [16, 126, 255, 16]);
  assertEquals([limited.u[0], limited.v[0]], [18, 238]);
  const full = brightenedPlanes(planes, 0.5, "full");
  assertEquals([...full.y.subarray(0, 4)], [8, 58, 118, 8]); // Halves go to the even neighbour.
  assertEquals([full.u[0], full.v[0]], [78, 178]);
});
