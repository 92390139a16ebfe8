import { assert, assertEquals } from "@std/assert";
import { labelPlaces } from "./_label_places.ts";
import { frontOf, type Trade } from "./_pareto.ts";
import { seededRandom } from "../../../pipeline/metrics/random.ts";

function trade(name: string, lagMs: number, left: number): Trade {
  return { name, lagMs, left, isValid: true, isChosen: false };
}

Deno.test("frontOf() keeps what no other beats in both", () => {
  const trades = [
    trade("late and bad", 100, 0.8),
    trade("raw", 0, 1),
    trade("late and good", 120, 0.03),
    trade("soon", 20, 0.4),
    trade("as soon, worse", 20, 0.5),
    trade("as good, later", 40, 0.4),
  ];
  assertEquals(frontOf(trades).map(({ name }) => name), ["raw", "soon", "late and good"]);
});

Deno.test("labelPlaces() lets no name cover another, a point or the plot's edge", () => {
  const random = seededRandom(7);
  const points = Array.from({ length: 25 }, (_, at) => (
    { x: 40 + 440 * random.uniform(), y: 20 + 300 * random.uniform(), name: `method ${at}` }
  ));
  const places = labelPlaces(points, 56, 520);
  assert(places.filter((place) => place).length > 10);
  const boxes = places.flatMap((place, at) => {
    if (!place) return [];
    const { x, y, name } = points[at]!;
    const width = 7.2 * name.length;
    const left = place.anchor === "start" ? x + place.dx : x + place.dx - width;
    return [{ at, left, right: left + width, top: y + place.dy - 7, bottom: y + place.dy + 7 }];
  });
  for (const box of boxes) {
    assert(box.left >= 56 && box.right <= 520);
    for (const other of boxes) {
      if (other === box) continue;
      const isClear = other.left >= box.right || other.right <= box.left ||
        other.top >= box.bottom || other.bottom <= box.top;
      assert(isClear, `${box.at} covers ${other.at}`);
    }
    points.forEach(({ x, y }, at) => {
      const isInside = x > box.left && x < box.right && y > box.top && y < box.bottom;
      assert(at === box.at || !isInside, `${box.at} covers point ${at}`);
    });
  }
});
