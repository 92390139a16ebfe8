import { assertAlmostEquals, assertEquals } from "@std/assert";
import { noiseOf } from "../../tests/_made_series.ts";
import type { Box } from "../box.ts";
import { boxesByTrack, type Coordinates, coordinatesOf, type PlacedBox } from "./coordinates.ts";
import { thirdDifferenceSigma } from "./temporal.ts";

const KEYS = ["centreXPercent", "centreYPercent", "widthPercent", "heightPercent"] as const;

function trembling(): PlacedBox[] {
  const noise = noiseOf(400, 3);
  return Array.from({ length: 100 }, (_, i) => ({
    timestampUs: i * 40_000,
    box: {
      x1: 100 + 2 * i + noise[4 * i]!,
      y1: 50 + noise[4 * i + 1]!,
      x2: 160 + 2 * i + noise[4 * i + 2]!,
      y2: 140 + noise[4 * i + 3]!,
    },
  }));
}

function sigmasOf(coordinates: Coordinates): number[] {
  return KEYS.map((key) => thirdDifferenceSigma(coordinates[key])!);
}

Deno.test("coordinatesOf() is in % of the median size, and in % of width and height", () => {
  const boxes = [{ x1: 10, y1: 0, x2: 30, y2: 20 }, { x1: 0, y1: 0, x2: 20, y2: 20 }];
  const { sizePx, centreXPercent, widthPercent } = coordinatesOf([
    { timestampUs: 0, box: boxes[0]! },
    { timestampUs: 1, box: boxes[1]! },
    { timestampUs: 2, box: { ...boxes[1]!, x2: 20 * 1.01 } },
  ])!;
  assertEquals(sizePx, 20);
  assertAlmostEquals(centreXPercent[0]!.value - centreXPercent[1]!.value, 50);
  assertAlmostEquals(widthPercent[2]!.value - widthPercent[1]!.value, 1, 0.01);
});

Deno.test("trembling in % is the same for a picture that is moved, mirrored, larger or turned", () => {
  const boxes = trembling();
  const expected = sigmasOf(coordinatesOf(boxes)!);
  const mapped = (map: (box: Box<"frame">) => Box<"frame">) =>
    sigmasOf(coordinatesOf(boxes.map(({ timestampUs, box }) => ({ timestampUs, box: map(box) })))!);
  const same = [
    mapped(({ x1, y1, x2, y2 }) => ({ x1: x1 - 70, y1: y1 + 9, x2: x2 - 70, y2: y2 + 9 })),
    mapped(({ x1, y1, x2, y2 }) => ({ x1: 640 - x2, y1, x2: 640 - x1, y2 })),
    mapped(({ x1, y1, x2, y2 }) => ({ x1: 2.5 * x1, y1: 2.5 * y1, x2: 2.5 * x2, y2: 2.5 * y2 })),
  ];
  for (const sigmas of same) {
    sigmas.forEach((sigma, i) => assertAlmostEquals(sigma, expected[i]!, 1e-9));
  }
  const turned = mapped(({ x1, y1, x2, y2 }) => ({ x1: y1, y1: x1, x2: y2, y2: x2 }));
  [1, 0, 3, 2].forEach((other, i) => assertAlmostEquals(turned[i]!, expected[other]!, 1e-9));
});

Deno.test("coordinatesOf() divides by the median size, which a few odd boxes do not move", () => {
  const course = [5, 20, 20, 21, 90].map((size, timestampUs) => ({
    timestampUs,
    box: { x1: 0, y1: 0, x2: size, y2: size },
  }));
  assertEquals(coordinatesOf(course)!.sizePx, 20);
});

Deno.test("coordinatesOf() leaves out boxes without an area", () => {
  const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
  const flat = { x1: 0, y1: 0, x2: 0, y2: 10 };
  const course = [{ timestampUs: 0, box }, { timestampUs: 1, box: flat }];
  assertEquals(coordinatesOf(course)!.widthPercent.length, 1);
  assertEquals(coordinatesOf(course.slice(1)), undefined);
});

Deno.test("boxesByTrack() follows each number through the frames", () => {
  const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
  const tracks = boxesByTrack([
    { timestampUs: 0, tracks: [{ trackId: 4, box }] },
    { timestampUs: 40_000, tracks: [{ trackId: 2, box }, { trackId: 4, box }] },
  ]);
  assertEquals([...tracks.keys()], [4, 2]);
  assertEquals(tracks.get(4)!.map(({ timestampUs }) => timestampUs), [0, 40_000]);
});
