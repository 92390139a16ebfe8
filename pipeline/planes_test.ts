import { assert, assertEquals, assertThrows } from "@std/assert";
import { planesByteLength, planesFrom } from "./planes.ts";

Deno.test("planesByteLength() is 1.5 bytes a pixel, odd sizes rounded up in chroma", () => {
  assertEquals(planesByteLength(1920, 1080), 3_110_400);
  assertEquals(planesByteLength(3, 3), 9 + 4 + 4);
  assertEquals(planesByteLength(1, 1), 3);
  assertEquals(planesByteLength(321, 241), 321 * 241 + 2 * 161 * 121);
});

Deno.test("planesFrom() finds each plane behind the one before, in the same memory", () => {
  const data = Uint8Array.from({ length: 3 * 5 + 2 * 6 }, (_, i) => i);
  const planes = planesFrom(data, 3, 5);
  assertEquals([planes.width, planes.height, planes.chromaWidth, planes.chromaHeight], [
    3,
    5,
    2,
    3,
  ]);
  assertEquals([planes.y[0], planes.y.at(-1)], [0, 14]);
  assertEquals([planes.u[0], planes.u.at(-1)], [15, 20]);
  assertEquals([planes.v[0], planes.v.at(-1)], [21, 26]);
  assert(planes.y.buffer === data.buffer && planes.v.buffer === data.buffer);
  planes.u[0] = 99;
  assertEquals(data[15], 99);
});

Deno.test("planesFrom() views a part of a larger buffer", () => {
  const memory = Uint8Array.from({ length: 20 }, (_, i) => i);
  assertEquals([...planesFrom(memory.subarray(4, 10), 2, 2).v], [9]);
});

Deno.test("planesFrom() refuses bytes that are too few or too many", () => {
  for (const length of [0, 5, 7]) {
    assertThrows(
      () => planesFrom(new Uint8Array(length), 2, 2),
      RangeError,
      `Cannot view ${length} bytes as 2x2 yuv420p: it takes 6`,
    );
  }
});
