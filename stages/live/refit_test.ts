import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Colour, yuvFromRgb } from "../../pipeline/colour.ts";
import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import { Refit } from "./refit.ts";

const BT601 = { matrix: "bt601", range: "limited" } as const;

function filled(
  width: number,
  height: number,
  rgb: readonly [number, number, number],
  colour: Pick<Colour, "matrix" | "range">,
): Planes {
  const planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  const { y, u, v } = yuvFromRgb(rgb, colour);
  planes.y.fill(y);
  planes.u.fill(u);
  planes.v.fill(v);
  return planes;
}

function memoryFor({ form: { width, height } }: Refit): Uint8Array<ArrayBuffer> {
  return new Uint8Array(planesByteLength(width, height));
}

Deno.test("Refit leaves a picture of the output's form as it is", () => {
  const refit = new Refit({ width: 64, height: 48, colour: BT601 });
  const planes = filled(64, 48, [9, 99, 199], BT601);
  assert(refit.fit(planes, BT601, memoryFor(refit)) === planes);
});

Deno.test("Refit makes an odd size even by repeating its edge", () => {
  const refit = new Refit({ width: 5, height: 3, colour: BT601 });
  const planes = filled(5, 3, [200, 100, 50], BT601);
  const fitted = refit.fit(planes, BT601, memoryFor(refit));
  assertEquals([fitted.width, fitted.height], [6, 4]);
  assertEquals(new Set(fitted.y), new Set(planes.y));
});

const SIZES = [
  { from: [320, 240], left: 80, right: 560, top: 0, bottom: 360 },
  { from: [1280, 720], left: 0, right: 640, top: 0, bottom: 360 },
  { from: [1280, 360], left: 0, right: 640, top: 90, bottom: 270 },
  { from: [99, 401], left: 275, right: 364, top: 0, bottom: 360 },
] as const;

Deno.test.each(SIZES)("Refit shows all of $from, undistorted, with black bars", (size) => {
  const { from: [width, height], left, right, top, bottom } = size;
  const refit = new Refit({ width: 640, height: 360, colour: BT601 });
  const white = filled(width, height, [255, 255, 255], BT601);
  const fitted = refit.fit(white, BT601, memoryFor(refit));
  for (let y = 0; y < 360; y++) {
    for (let x = 0; x < 640; x++) {
      const isInside = x >= left && x < right && y >= top && y < bottom;
      assertEquals(fitted.y[y * 640 + x], isInside ? 235 : 16, `at (${x}, ${y})`);
    }
  }
});

Deno.test("Refit keeps a slope a slope, and each point in its place", () => {
  const refit = new Refit({ width: 200, height: 100, colour: BT601 });
  for (const [width, height] of [[100, 50], [400, 200], [320, 160]] as const) {
    const planes = filled(width, height, [0, 0, 0], BT601);
    for (const at of planes.y.keys()) planes.y[at] = 20 + 200 * ((at % width) + 0.5) / width;
    const { y } = refit.fit(planes, BT601, memoryFor(refit));
    for (let x = 4; x < 196; x++) {
      assertAlmostEquals(y[50 * 200 + x]!, 20 + 200 * (x + 0.5) / 200, 1.6);
    }
  }
});

const COLOURS: readonly Pick<Colour, "matrix" | "range">[] = [
  BT601,
  { matrix: "bt709", range: "limited" },
  { matrix: "bt601", range: "full" },
  { matrix: "bt2020", range: "full" },
];

Deno.test("Refit keeps colours when a feed comes back with another matrix or range", () => {
  for (const from of COLOURS) {
    for (const to of COLOURS) {
      const refit = new Refit({ width: 32, height: 32, colour: to });
      for (const rgb of [[255, 255, 255], [0, 0, 0], [180, 60, 30], [20, 90, 200]] as const) {
        for (const side of [32, 64]) {
          const fitted = refit.fit(filled(side, side, rgb, from), from, memoryFor(refit));
          const wanted = yuvFromRgb(rgb, to);
          assertAlmostEquals(fitted.y[100]!, wanted.y, 1.5);
          assertAlmostEquals(fitted.u[50]!, wanted.u, 1.5);
          assertAlmostEquals(fitted.v[50]!, wanted.v, 1.5);
        }
      }
    }
  }
});
