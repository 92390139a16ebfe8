import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { isInside, polygonOf, type Rectangle, type Region } from "./region.ts";
import { slicesOf } from "./slices_of.ts";

/** Sizes of frames and slices, and overlaps, of all kinds. */
const CUTS = Array.from({ length: 400 }, (_, seed) => {
  const random = seededRandom(seed);
  const frame = { width: 1 + random.below(4000), height: 1 + random.below(2500) };
  const size = { width: 32 + random.below(900), height: 32 + random.below(900) };
  return { frame, size, overlap: random.below(91) / 100 };
});

/** Where slices begin along an axis, each once. */
function starts(slices: readonly Rectangle[], axis: "x" | "y"): number[] {
  return [...new Set(slices.map((slice) => slice[axis]))].sort((a, b) => a - b);
}

Deno.test("slicesOf() covers the frame, and overlaps by as much as asked for", () => {
  for (const { frame, size, overlap } of CUTS) {
    const slices = slicesOf(frame, { size, overlap, regions: [] });
    if (frame.width <= size.width && frame.height <= size.height) {
      assertEquals(slices, []);
      continue;
    }
    for (const [axis, side] of [["x", "width"], ["y", "height"]] as const) {
      const places = starts(slices, axis);
      const length = Math.min(size[side], frame[side]);
      assertEquals([places[0], places.at(-1)! + length], [0, frame[side]]);
      for (const [i, start] of places.slice(1).entries()) {
        const shared = places[i]! + length - start;
        assert(shared >= Math.floor(size[side] * overlap), `${shared} of ${length} at ${start}`);
      }
      assert(slices.every((slice) => slice[side] === length && Number.isInteger(slice[axis])));
    }
    assertEquals(slices.length, starts(slices, "x").length * starts(slices, "y").length);
  }
});

/** How many slices SAHI's get_slice_bboxes makes along an axis: it goes on until one ends outside. */
function countInSahi(length: number, size: number, overlap: number): number {
  let count = 0;
  for (let start = 0, end = 0; end < length; start = end - Math.floor(overlap * size)) {
    end = start + size;
    count++;
  }
  return count;
}

Deno.test("slicesOf() makes as many slices as SAHI", () => {
  for (const { frame, size, overlap } of CUTS) {
    const slices = slicesOf(frame, { size, overlap, regions: [] });
    if (slices.length === 0) continue;
    assertEquals(
      slices.length,
      countInSahi(frame.width, size.width, overlap) *
        countInSahi(frame.height, size.height, overlap),
    );
  }
});

Deno.test("slicesOf() leaves out slices outside of all regions, and no others", () => {
  const frame = { width: 1920, height: 1080 };
  const cut = { size: { width: 300, height: 200 }, overlap: 0.2 };
  const all = slicesOf(frame, { ...cut, regions: [] });
  for (let seed = 0; seed < 30; seed++) {
    const random = seededRandom(seed);
    const regions = Array.from(
      { length: 1 + random.below(2) },
      (): Region =>
        Array.from(
          { length: 3 },
          () => [random.below(2400) - 200, `${random.below(100)}%`] as const,
        ),
    );
    const kept = slicesOf(frame, { ...cut, regions });
    const polygons = regions.map((region) => polygonOf(region, frame));
    const isWanted = (x: number, y: number) => polygons.some((one) => isInside(one, x, y));
    for (let x = 0.5; x < frame.width; x += 5) {
      for (let y = 0.5; y < frame.height; y += 5) {
        if (!isWanted(x, y)) continue;
        const holds = (slice: Rectangle) =>
          x > slice.x && x < slice.x + slice.width && y > slice.y && y < slice.y + slice.height;
        assertEquals(kept.filter(holds).length, all.filter(holds).length, `at ${x}, ${y}`);
      }
    }
    assert(kept.length < all.length);
  }
});

Deno.test("slicesOf() keeps exactly the slices that an upright region touches", () => {
  const regions: Region[] = [[[300, 0], ["50%", 0], ["50%", 100], [300, 100]]];
  const slices = slicesOf({ width: 1200, height: 200 }, {
    size: { width: 300, height: 200 },
    overlap: 0,
    regions,
  });
  assertEquals(slices, [{ x: 300, y: 0, width: 300, height: 200 }]);
});
