import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Planes, planesByteLength, planesFrom } from "../../../pipeline/planes.ts";
import { TileSheet } from "./_tile_sheet.ts";

/** A picture whose planes are functions of the place. */
function picture(width: number, height: number, of: (x: number, y: number) => number): Planes {
  const planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) planes.y[y * width + x] = of(x, y);
  }
  planes.u.fill(90);
  planes.v.fill(160);
  return planes;
}

Deno.test("TileSheet copies a square of its own size as it is, to its place", () => {
  const source = picture(20, 20, (x, y) => 10 * y + x);
  const sheet = new TileSheet(3, 4, 2);
  assertEquals([sheet.planes.width, sheet.planes.height], [8, 8]);
  sheet.fill(1, source, { x: 6, y: 8, side: 4 });
  sheet.fill(2, source, { x: 0, y: 0, side: 4 });
  const row = (y: number) => [...sheet.planes.y.subarray(8 * y, 8 * y + 8)];
  assertEquals(row(0), [0, 0, 0, 0, 86, 87, 88, 89]);
  assertEquals(row(3), [0, 0, 0, 0, 116, 117, 118, 119]);
  assertEquals(row(4), [0, 1, 2, 3, 0, 0, 0, 0]);
  assertEquals([...sheet.planes.u.subarray(0, 4)], [0, 0, 90, 90]);
});

Deno.test("TileSheet averages over what a pixel covers, between pixels too", () => {
  const source = picture(64, 64, (x) => 3 * x);
  const sheet = new TileSheet(1, 8, 1);
  // Each pixel covers 2.5 of the source, of which the middle of the first is at 10.3 + 1.25.
  sheet.fill(0, source, { x: 10.3, y: 7.7, side: 20 });
  for (let at = 0; at < 8; at++) {
    const middle = 10.3 + 2.5 * (at + 0.5) - 0.5; // Pixel 0 has its middle at 0.5.
    assertAlmostEquals(sheet.planes.y[at]!, 3 * middle, 0.75);
  }
});

Deno.test("TileSheet repeats the picture's edge beyond it", () => {
  const source = picture(10, 10, (x, y) => x === 0 || y === 0 ? 200 : 50);
  const sheet = new TileSheet(1, 4, 1);
  sheet.fill(0, source, { x: -8, y: -8, side: 4 });
  assertEquals([...sheet.planes.y], new Array(16).fill(200));
});
