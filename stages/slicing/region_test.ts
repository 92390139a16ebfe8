import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { checkRegions, isInside, isTouching, type Polygon, polygonOf } from "./region.ts";

type Corner = Polygon[number];

/** On which side of the line from a to b a point lies. */
function side([ax, ay]: Corner, [bx, by]: Corner, [x, y]: Corner): number {
  return Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
}

/** Whether a point lies in a triangle: on the same side of all its edges. */
function isInTriangle([a, b, c]: readonly [Corner, Corner, Corner], point: Corner): boolean {
  return side(a, b, point) === side(b, c, point) && side(b, c, point) === side(c, a, point);
}

/** Whether two convex shapes share an area: no edge of either has them on different sides of it. */
function isShared(first: Polygon, second: Polygon): boolean {
  return [first, second].every((shape) =>
    shape.every(([x, y], i) => {
      const [nextX, nextY] = shape[(i + 1) % shape.length]!;
      const along = (other: Polygon) =>
        other.map(([ox, oy]) => (nextY - y) * ox - (nextX - x) * oy);
      const [a, b] = [along(first), along(second)];
      return Math.max(...a) > Math.min(...b) && Math.max(...b) > Math.min(...a);
    })
  );
}

Deno.test("isInside() and isTouching() agree with other ways to tell, on triangles", () => {
  const random = seededRandom(1);
  const counts = { inside: 0, touching: 0 };
  for (let i = 0; i < 5000; i++) {
    // Odd and even coordinates, so that no point lies on an edge.
    const place = (): Corner => [2 * random.below(100), 2 * random.below(100)];
    const triangle = [place(), place(), place()] as const;
    const [x, y] = place().map((length) => length + 0.37) as [number, number];
    const isIn = isInside(triangle, x, y);
    assertEquals(isIn, isInTriangle(triangle, [x, y]));
    if (isIn) counts.inside++;
    const [width, height] = [1 + random.below(60), 1 + random.below(60)];
    const corners: Polygon = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    const isTouched = isTouching(triangle, { x, y, width, height });
    if (side(...triangle) !== 0) assertEquals(isTouched, isShared(triangle, corners));
    if (isTouched) counts.touching++;
  }
  assert(counts.inside > 200 && counts.touching > 1000);
});

Deno.test("isInside() leaves out what a region encloses twice", () => {
  const bow: Polygon = [[0, 0], [10, 10], [10, 0], [0, 10]];
  assertEquals([[1, 5], [9, 5], [5, 1]].map(([x, y]) => isInside(bow, x!, y!)), [
    true,
    true,
    false,
  ]);
});

Deno.test("polygonOf() takes pixels, and shares of the frame", () => {
  const frame = { width: 200, height: 50 };
  assertEquals(
    polygonOf([[0, "100%"], ["12.5%", 7], ["-10%", -3]], frame),
    [[0, 50], [25, 7], [-20, -3]],
  );
});

Deno.test("checkRegions() refuses what is no polygon", () => {
  assertThrows(() => checkRegions("look", [[[0, 0], [1, 1]]]), RangeError, "at least 3 corners");
  const odd = "12abc%" as "12%";
  assertThrows(() => checkRegions("look", [[[0, 0], [1, odd], [2, 2]]]), RangeError, "12abc%");
  assertThrows(() => checkRegions("look", [[[0, 0], [1, NaN], [2, 2]]]), RangeError, "NaN");
});
