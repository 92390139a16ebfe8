import { assert, assertEquals } from "@std/assert";
import { colourOf, inkOn, PALETTE, type Rgb } from "./palette.ts";

type Matrix = readonly (readonly [number, number, number])[];

/**
 * How colours look to people who lack one kind of cone: Machado, Oliveira and Fernandes, "A
 * Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0, on
 * linear RGB.
 */
const VISIONS: { readonly name: string; readonly matrix: Matrix }[] = [
  { name: "all cones", matrix: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] },
  {
    name: "protanopia",
    matrix: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
  },
  {
    name: "deuteranopia",
    matrix: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.011820, 0.042940, 0.968881],
    ],
  },
  {
    name: "tritanopia",
    matrix: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.303900],
    ],
  },
];

/** From sRGB to linear light, IEC 61966-2-1. */
function linear(value: number): number {
  return value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
}

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * (vector[i] ?? 0), 0));
}

/** CIE L*a*b* under D65. */
function lab(rgb: readonly number[]): number[] {
  const xyz = times([
    [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
    [0.2126, 0.7152, 0.0722],
    [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
  ], rgb);
  const [x = 0, y = 0, z = 0] = xyz.map((value) =>
    value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 * value + 16) / 116
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

Deno.test.each(VISIONS)("PALETTE has colours that $name tells apart", ({ matrix }) => {
  const seen = PALETTE.map((colour) =>
    lab(times(matrix, colour.map(linear)).map((value) => Math.min(1, Math.max(0, value))))
  );
  for (const [index, one] of seen.entries()) {
    for (const other of seen.slice(index + 1)) {
      const difference = Math.hypot(...one.map((value, axis) => value - (other[axis] ?? 0)));
      assert(difference > 10, `${one} and ${other} differ by ${difference}`); // 2.3 is just seen.
    }
  }
});

Deno.test("colourOf() gives neighbouring classes different colours, whatever the number", () => {
  for (let id = 0; id < 20; id++) assert(colourOf(id) !== colourOf(id + 1));
  for (const id of [-1, 0.5, NaN, Infinity, 1e12]) assert(PALETTE.includes(colourOf(id)));
});

Deno.test("inkOn() keeps a contrast of at least 4.5 to 1 on all colours", () => {
  const luminance = (colour: Rgb) => lab(colour.map(linear))[0] as number;
  for (const ground of PALETTE) {
    const [light, dark] = [ground, inkOn(ground)].map((colour) => {
      const y = (luminance(colour) + 16) / 116; // Back from L* to relative luminance.
      return y ** 3 > 216 / 24389 ? y ** 3 : luminance(colour) * 27 / 24389;
    }).sort((a, b) => b - a) as [number, number];
    assert((light + 0.05) / (dark + 0.05) >= 4.5);
  }
  assertEquals(inkOn([255, 255, 255]), [0, 0, 0]);
  assertEquals(inkOn([0, 0, 0]), [255, 255, 255]);
});
