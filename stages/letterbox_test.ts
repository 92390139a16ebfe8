import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Colour } from "../pipeline/colour.ts";
import type { InputSpec } from "../pipeline/detector.ts";
import type { Frame } from "../pipeline/frame.ts";
import type { Prepared } from "../pipeline/items.ts";
import { type Planes, planesFrom } from "../pipeline/planes.ts";
import { planesOf, stillFrame } from "../tests/_still_frame.ts";
import { letterbox, type LetterboxOptions } from "./letterbox.ts";
import CASES from "../tests/fixtures/letterbox/cases.json" with { type: "json" };
import PATCHES from "../tests/fixtures/letterbox/patches.json" with { type: "json" };
import { inputOf } from "../tests/_input_of.ts";

const FIXTURES = new URL("../tests/fixtures/letterbox/", import.meta.url);
const PICTURE = Deno.readFileSync(new URL("picture.yuv", FIXTURES));
const WARPED = Deno.readFileSync(new URL("warped.rgb", FIXTURES));

const RESAMPLERS = ["bilinear", "area"] as const;

/** An input whose numbers are the colours themselves: 0 to 255, interleaved. */
const PLAIN: InputSpec = inputOf(8, 8, { layout: "nhwc" });

async function prepared(
  frames: Frame[],
  input: InputSpec,
  options?: LetterboxOptions,
): Promise<Prepared[]> {
  return await Array.fromAsync(ReadableStream.from(frames).pipeThrough(letterbox(input, options)));
}

async function tensorOf(
  frame: Frame,
  input: InputSpec,
  resampler: "bilinear" | "area" = "bilinear",
): Promise<Float32Array> {
  const [item] = await prepared([frame], input, { resampler });
  assert(item?.input);
  return item.input.data;
}

/** Red, green and blue of an interleaved tensor's pixel. */
function pixel(data: Float32Array, width: number, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assertAlmostEquals(
      actual[i]!,
      expected[i]!,
      tolerance,
      `at ${i}: ${actual[i]}, ${expected[i]}`,
    );
  }
}

/** A part of the picture, from even coordinates. */
function part([left, top, width, height]: readonly number[]): Planes {
  const whole = planesFrom(PICTURE, CASES.width, CASES.height);
  return planesOf(
    width!,
    height!,
    (x, y) => whole.y[(top! + y) * whole.width + left! + x]!,
    (x, y) => {
      const i = (top! / 2 + y) * whole.chromaWidth + left! / 2 + x;
      return [whole.u[i]!, whole.v[i]!];
    },
  );
}

let start = 0;
for (const { part: area, tensor, resize, border, matrix, range } of CASES.cases) {
  const [width, height] = tensor as [number, number];
  const expected = WARPED.subarray(start, start += 3 * width * height);
  const name = `${area[2]}x${area[3]} to ${width}x${height} (${resize}, ${matrix}, ${range})`;
  Deno.test(`letterbox() comes within 2/255 of OpenCV's warpAffine: ${name}`, async () => {
    const colour = { matrix, range, tags: {} } as Colour;
    const input = {
      ...PLAIN,
      width,
      height,
      resize: resize as InputSpec["resize"],
      border: border as [number, number, number],
    };
    assertClose(await tensorOf(stillFrame(part(area), { colour }), input), expected, 2);
  });
}

for (const { matrix, range, rgb } of PATCHES.sets) {
  Deno.test(`letterbox() converts ${range} ${matrix} as ffmpeg does`, async () => {
    const colour = { matrix, range, tags: {} } as Colour;
    for (const [i, [y, u, v]] of (PATCHES.yuv as [number, number, number][]).entries()) {
      const frame = stillFrame(planesOf(6, 6, () => y, () => [u, v]), { colour });
      for (const resampler of RESAMPLERS) {
        const data = await tensorOf(frame, { ...PLAIN, width: 4, height: 4 }, resampler);
        assertClose(pixel(data, 4, 1, 2), rgb[i]!, 1);
      }
    }
  });
}

Deno.test("letterbox() with bilinear reads a ramp at the centres of the tensor's pixels", async () => {
  const ramp = planesOf(50, 30, (x, y) => 4 * x + 1 * y + 10);
  const input = { ...PLAIN, width: 16, height: 16, resize: "stretch" } as const;
  const data = await tensorOf(stillFrame(ramp), input);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const frameX = (x + 0.5) * 50 / 16 - 0.5;
      const frameY = (y + 0.5) * 30 / 16 - 0.5;
      assertAlmostEquals(pixel(data, 16, x, y)[1]!, 4 * frameX + frameY + 10, 1e-4);
    }
  }
});

/** The u of each pixel of a grey picture, told by its blue. */
function bluesOf(data: Float32Array): number[] {
  return Array.from(data.filter((_, i) => i % 3 === 2), (blue) => (blue - 128) / 1.772 + 128);
}

Deno.test("letterbox() with bilinear reads a ramp of chroma where H.264 puts its samples", async () => {
  const ramp = planesOf(50, 30, () => 128, (x, y) => [90 + 2 * x + y, 128]);
  const input = { ...PLAIN, width: 40, height: 24, resize: "stretch" } as const;
  const values = bluesOf(await tensorOf(stillFrame(ramp), input));
  for (let y = 1; y < 23; y++) {
    for (let x = 0; x < 39; x++) {
      // Sample (k, l) lies at the pixel (2k, 2l + 0.5).
      const column = ((x + 0.5) * 50 / 40 - 0.5) / 2;
      const row = ((y + 0.5) * 30 / 24 - 0.5 - 0.5) / 2;
      assertAlmostEquals(values[40 * y + x]!, 90 + 2 * column + row, 1e-4);
    }
  }
});

Deno.test("letterbox() with bilinear goes on with the outermost chroma at the edge", async () => {
  const samples = [[100, 140], [116, 124]];
  for (const size of [3, 4]) {
    const frame = stillFrame(planesOf(size, size, () => 128, (x, y) => [samples[y]![x]!, 128]));
    const values = bluesOf(await tensorOf(frame, { ...PLAIN, width: size, height: size }));
    const expected = [
      [100, 120, 140, 140],
      [104, 120, 136, 136],
      [112, 120, 128, 128],
      [116, 120, 124, 124],
    ].slice(0, size).flatMap((row) => row.slice(0, size));
    assertClose(values, expected, 1e-4);
  }
});

Deno.test("letterbox() with bilinear fades into the border at the edge", async () => {
  const white = stillFrame(planesOf(4, 2, () => 255));
  const data = await tensorOf(white, { ...PLAIN, border: [55, 155, 255] });
  // A tensor pixel is half a frame pixel: the frame spans rows 2 to 6.
  assertEquals(pixel(data, 8, 4, 0), [55, 155, 255]);
  assertEquals(pixel(data, 8, 4, 1), [105, 180, 255]);
  assertEquals(pixel(data, 8, 4, 2), [205, 230, 255]);
  assertEquals(pixel(data, 8, 4, 3), [255, 255, 255]);
  assertEquals(pixel(data, 8, 0, 4), [205, 230, 255]);
});

Deno.test("letterbox() with area counts what lies outside as border", async () => {
  const white = stillFrame(planesOf(4, 3, () => 255));
  const input = { ...PLAIN, width: 2, height: 2, border: [55, 155, 255] } as const;
  const data = await tensorOf(white, input, "area");
  assertEquals(pixel(data, 2, 0, 0), [205, 230, 255]); // Three quarters of it are white.
  assertEquals(pixel(data, 2, 1, 1), [205, 230, 255]);
});

Deno.test("letterbox() with area takes the mean of blocks at whole ratios", async () => {
  // The colours stay within what RGB can show, so that the mean of the converted is wanted.
  const luma = (x: number, y: number) => 100 + (x * 7 + y * 13) % 50;
  const chroma = (x: number, y: number) =>
    [120 + (x * 5 + y) % 17, 121 + (x + y * 3) % 13] as const;
  const frame = stillFrame(planesOf(24, 15, luma, chroma));
  const data = await tensorOf(frame, { ...PLAIN, width: 8, height: 5 }, "area");
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 8; column++) {
      const sum = [0, 0, 0];
      for (let k = 0; k < 9; k++) {
        const x = column * 3 + k % 3;
        const y = row * 3 + Math.floor(k / 3);
        const [u, v] = chroma(x >> 1, y >> 1);
        sum[0]! += luma(x, y) + 1.402 * (v - 128);
        sum[1]! += luma(x, y) - 0.344136 * (u - 128) - 0.714136 * (v - 128);
        sum[2]! += luma(x, y) + 1.772 * (u - 128);
      }
      assertClose(pixel(data, 8, column, row), sum.map((value) => value / 9), 1e-4);
    }
  }
});

Deno.test("letterbox() with area preserves the mean at any ratio", async () => {
  for (const [width, height] of [[37, 23], [9, 7], [101, 3], [1, 1]] as const) {
    const luma = (x: number, y: number) => (x * 37 + y * 101) % 251;
    const planes = planesOf(width, height, luma);
    const input = { ...PLAIN, width: 10, height: 7, resize: "stretch" } as const;
    const data = await tensorOf(stillFrame(planes), input, "area");
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    assertAlmostEquals(mean(data), mean(planes.y), 1e-4);
  }
});

for (const resampler of RESAMPLERS) {
  Deno.test(`letterbox() with ${resampler} keeps a flat picture flat`, async () => {
    for (const [width, height] of [[1, 1], [3, 200], [77, 5], [640, 480], [5, 5]] as const) {
      const frame = stillFrame(planesOf(width, height, () => 90, () => [100, 150]));
      const flat = [90 + 1.402 * 22, 90 + 0.344136 * 28 - 0.714136 * 22, 90 - 1.772 * 28];
      const border = flat as [number, number, number];
      const data = await tensorOf(frame, { ...PLAIN, width: 12, height: 9, border }, resampler);
      for (let i = 0; i < data.length; i++) assertAlmostEquals(data[i]!, flat[i % 3]!, 1e-3);
    }
  });

  Deno.test(`letterbox() with ${resampler} puts a spot where the fit says`, async () => {
    const spot = { x: 203.3, y: 88.8 };
    const planes = planesOf(321, 241, (x, y) => {
      const distance = Math.hypot(x + 0.5 - spot.x, y + 0.5 - spot.y);
      return Math.round(255 * Math.exp(-distance * distance / (2 * 15 * 15)));
    });
    const input = { ...PLAIN, width: 96, height: 64 };
    const [item] = await prepared([stillFrame(planes)], input, { resampler });
    assert(item?.input);
    const sum = { weight: 0, x: 0, y: 0 };
    for (let i = 0; i < 96 * 64; i++) {
      const value = item.input.data[3 * i]!;
      sum.weight += value;
      sum.x += value * (i % 96 + 0.5);
      sum.y += value * (Math.floor(i / 96) + 0.5);
    }
    const { scaleX, scaleY, offsetX, offsetY } = item.fit;
    // In frame pixels; rounding to 8 bits moves the centre by less than that.
    assertAlmostEquals(sum.x / sum.weight * scaleX + offsetX, spot.x, 0.05);
    assertAlmostEquals(sum.y / sum.weight * scaleY + offsetY, spot.y, 0.05);
  });

  Deno.test(`letterbox() with ${resampler} serves both layouts and channel orders`, async () => {
    const frame = stillFrame(part([10, 4, 101, 67]));
    const plain = { ...PLAIN, width: 6, height: 5 };
    const rgb = await tensorOf(frame, plain, resampler);
    const wanted = { mean: [10, 20, 30], std: [2, 4, 8] } as const;
    for (const channels of ["rgb", "bgr"] as const) {
      for (const layout of ["nchw", "nhwc"] as const) {
        const input = { ...plain, ...wanted, channels, layout };
        const [item] = await prepared([frame], input, { resampler });
        assertEquals(item?.input?.dims, layout === "nchw" ? [1, 3, 5, 6] : [1, 5, 6, 3]);
        for (let i = 0; i < 30; i++) {
          for (let place = 0; place < 3; place++) {
            const channel = channels === "rgb" ? place : 2 - place;
            const actual = item?.input?.data[layout === "nchw" ? place * 30 + i : i * 3 + place];
            const value = (rgb[3 * i + channel]! - wanted.mean[channel]!) / wanted.std[channel]!;
            assertAlmostEquals(actual!, value, 1e-4);
          }
        }
      }
    }
  });
}

Deno.test("letterbox() normalises the border with the rest", async () => {
  const half = [127.5, 127.5, 127.5] as const;
  const frame = stillFrame(planesOf(8, 2, () => 255));
  const data = await tensorOf(frame, { ...PLAIN, mean: half, std: half });
  assertEquals([pixel(data, 8, 4, 0), pixel(data, 8, 4, 7)], [[-1, -1, -1], [-1, -1, -1]]);
  assertEquals(pixel(data, 8, 4, 4), [1, 1, 1]);
});

Deno.test("letterbox() gives an input to every n-th frame and a fit to all", async () => {
  const planes = planesOf(4, 4, () => 0);
  const frames = [0, 1, 2, 3, 4, 5, 6].map((index) => stillFrame(planes, { index }));
  const items = await prepared(frames, PLAIN, { stride: 3 });
  assertEquals(items.map(({ input }) => !!input), [true, false, false, true, false, false, true]);
  assertEquals(items.map(({ frame }) => frame), frames);
  assertEquals(items[1]?.fit, { scaleX: 0.5, scaleY: 0.5, offsetX: 0, offsetY: 0 });
});

Deno.test("letterbox() follows a change of size or colour in mid-stream", async () => {
  const bt709: Colour = { matrix: "bt709", range: "limited", tags: {} };
  const frames = [
    stillFrame(part([0, 0, 100, 60])),
    stillFrame(part([0, 0, 60, 100])),
    stillFrame(part([0, 0, 60, 100]), { colour: bt709 }),
    stillFrame(part([0, 0, 100, 60])),
  ];
  for (const resampler of RESAMPLERS) {
    const together = await prepared(frames, PLAIN, { resampler });
    for (const [i, frame] of frames.entries()) {
      assertEquals(together[i]?.input?.data, await tensorOf(frame, PLAIN, resampler));
    }
    assert(together[1]?.input?.data.some((value, i) => value !== together[2]?.input?.data[i]));
  }
});

Deno.test("letterbox() leaves the frame untouched and gives each tensor memory of its own", async () => {
  const planes = part([0, 0, 192, 108]);
  const before = planes.data.slice();
  const frames = [stillFrame(planes), stillFrame(planes, { index: 1 })];
  const [first, second] = await prepared(frames, PLAIN);
  assertEquals(planes.data, before);
  assert(first?.input && first.input.data.buffer !== second?.input?.data.buffer);
  assertEquals(first.input.data, second?.input?.data);
});

Deno.test("letterbox() refuses options that make no sense", () => {
  for (const stride of [0, -1, 1.5, NaN]) {
    assertThrows(() => letterbox(PLAIN, { stride }), RangeError, `current value is ${stride}`);
  }
  assertThrows(() => letterbox(PLAIN, { resampler: "cubic" as "area" }), RangeError, `"cubic"`);
  assertThrows(() => letterbox({ ...PLAIN, width: 0 }), RangeError, "0x8");
  assertThrows(() => letterbox({ ...PLAIN, std: [1, 0, 1] }), RangeError, "std");
});
