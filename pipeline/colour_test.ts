import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Colour, rgbFromYuv, type Yuv, yuvFromRgb } from "./colour.ts";
import PATCHES from "../tests/fixtures/letterbox/patches.json" with { type: "json" };

type Rgb = readonly [number, number, number];

/** The formula that the doc of `RgbFromYuv` gives. */
function converted({ y, u, v }: Yuv, colour: Pick<Colour, "matrix" | "range">): Rgb {
  const by = rgbFromYuv(colour);
  const luma = (y - by.lumaOffset) * by.lumaGain;
  return [
    luma + by.redFromV * (v - 128),
    luma + by.greenFromU * (u - 128) + by.greenFromV * (v - 128),
    luma + by.blueFromU * (u - 128),
  ];
}

Deno.test("rgbFromYuv() has the coefficients of JPEG (JFIF 1.02) in full-range BT.601", () => {
  const by = rgbFromYuv({ matrix: "bt601", range: "full" });
  assertEquals([by.lumaOffset, by.lumaGain], [0, 1]);
  assertAlmostEquals(by.redFromV, 1.402, 1e-9);
  assertAlmostEquals(by.greenFromU, -0.34414, 5e-6);
  assertAlmostEquals(by.greenFromV, -0.71414, 5e-6);
  assertAlmostEquals(by.blueFromU, 1.772, 1e-9);
});

Deno.test("rgbFromYuv() converts as ffmpeg does, to 8 bits", () => {
  for (const { matrix, range, rgb } of PATCHES.sets) {
    for (const [i, [y, u, v]] of PATCHES.yuv.entries()) {
      const actual = converted({ y: y!, u: u!, v: v! }, { matrix, range } as Colour);
      for (const channel of [0, 1, 2]) {
        const seen = Math.min(255, Math.max(0, actual[channel]!));
        assertAlmostEquals(seen, rgb[i]![channel]!, 1);
      }
    }
  }
});

/** Colour bars at 100 %, as published for 8 bits: red, green, blue, white, black. */
const BARS = [
  ["bt601", "limited", [[81, 90, 240], [145, 54, 34], [41, 240, 110], [235, 128, 128], [
    16,
    128,
    128,
  ]]],
  ["bt709", "limited", [[63, 102, 240], [173, 42, 26], [32, 240, 118], [235, 128, 128], [
    16,
    128,
    128,
  ]]],
  ["bt601", "full", [[76, 85, 255], [150, 44, 21], [29, 255, 107], [255, 128, 128], [0, 128, 128]]],
] as const;

const SCREEN: readonly Rgb[] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0]];

Deno.test("yuvFromRgb() gives the known levels of the colour bars", () => {
  for (const [matrix, range, bars] of BARS) {
    for (const [i, [y, u, v]] of bars.entries()) {
      assertEquals(yuvFromRgb(SCREEN[i]!, { matrix, range }), { y, u, v });
    }
  }
});

Deno.test("a colour comes back from RGB to YUV to RGB within what rounding takes", () => {
  for (const matrix of ["bt601", "bt709", "bt2020"] as const) {
    for (const range of ["limited", "full"] as const) {
      for (const rgb of [[200, 30, 90], [12, 240, 128], [77, 77, 77], [1, 2, 250]] as Rgb[]) {
        const back = converted(yuvFromRgb(rgb, { matrix, range }), { matrix, range });
        // Half a step of luma and of the widest chroma.
        for (const channel of [0, 1, 2]) assertAlmostEquals(back[channel]!, rgb[channel]!, 1.8);
      }
    }
  }
});
