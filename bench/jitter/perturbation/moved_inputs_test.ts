import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { InputSpec } from "../../../pipeline/detector.ts";
import { seededRandom } from "../../../pipeline/metrics/random.ts";
import type { Planes } from "../../../pipeline/planes.ts";
import { letterbox } from "../../../stages/letterbox.ts";
import { planesOf, stillFrame } from "../../../tests/_still_frame.ts";
import { movedInputs } from "./moved_inputs.ts";
import { inputOf } from "../../../tests/_input_of.ts";

const INPUT: InputSpec = inputOf(16, 16);

const RESAMPLERS = ["bilinear", "area"] as const;

/** A noisy picture on black, its content moved by whole pixels; chroma lies in blocks of 2x2. */
function pictureOf(
  { width, height, dx = 0, dy = 0 }: {
    readonly width: number;
    readonly height: number;
    readonly dx?: number;
    readonly dy?: number;
  },
): Planes {
  const random = seededRandom(3);
  const values = Array.from({ length: width * height }, () => random.below(200));
  const isInside = (x: number, y: number) =>
    x >= 12 && x < width - 12 && y >= 12 && y < height - 12;
  const luma = (x: number, y: number) => isInside(x, y) ? values[y * width + x]! : 0;
  const colour = (x: number, y: number) =>
    isInside(2 * x, 2 * y) ? [100 + values[y * width + x]! / 4, 110] as const : [128, 128] as const;
  return planesOf(
    width,
    height,
    (x, y) => luma(x - dx, y - dy),
    (x, y) => colour(x - dx / 2, y - dy / 2),
  );
}

async function letterboxed(planes: Planes, input: InputSpec, resampler: "bilinear" | "area") {
  const frames = ReadableStream.from([stillFrame(planes)]);
  const [item] = await Array.fromAsync(frames.pipeThrough(letterbox(input, { resampler })));
  return item!.input!;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    // 32-bit numbers of up to 255.
    assertAlmostEquals(actual[i]!, expected[i]!, 1e-4, `at ${i}: ${actual[i]}, ${expected[i]}`);
  }
}

for (const resampler of RESAMPLERS) {
  for (const layout of ["nchw", "nhwc"] as const) {
    for (const [width, height] of [[64, 64], [64, 48], [48, 64]] as const) {
      Deno.test(`movedInputs() moves as the picture moves, pixel for pixel: ${width}x${height}, ${resampler}, ${layout}`, async () => {
        const input = { ...INPUT, layout };
        const { canvasOf, sampled } = movedInputs(input, stillFrame(pictureOf({ width, height })), {
          resampler,
          reachPx: 3,
        });
        const planes = pictureOf({ width, height });
        const cut = canvasOf(planes);
        for (const [dx, dy] of [[0, 0], [1, 0], [0, -2], [-3, 3]] as const) {
          // 4 pixels of the frame make one of the input.
          const moved = pictureOf({ width, height, dx: 4 * dx, dy: 4 * dy });
          const expected = await letterboxed(moved, input, resampler);
          assertEquals(cut({ dx, dy }).dims, expected.dims);
          assertClose(cut({ dx, dy }).data, expected.data);
          assertClose(sampled(planes, { dx, dy }).data, expected.data);
        }
        // Half a pixel of the input.
        const moved = pictureOf({ width, height, dx: 2, dy: -2 });
        const expected = await letterboxed(moved, input, resampler);
        assertClose(sampled(planes, { dx: 0.5, dy: -0.5 }).data, expected.data);
      });
    }
  }
}

Deno.test("movedInputs() has on all sides of the canvas what the picture has, then the border", () => {
  const planes = planesOf(64, 32, () => 200);
  const input = { ...INPUT, border: [9, 9, 9] } as const;
  const { canvasOf, fit } = movedInputs(input, stillFrame(planes), {
    resampler: "area",
    reachPx: 4,
  });
  assertEquals(fit, { scaleX: 4, scaleY: 4, offsetX: 0, offsetY: -16 });
  // The picture fills rows 4 to 12, all columns.
  const { data } = canvasOf(planes)({ dx: 4, dy: -4 });
  const at = (x: number, y: number) => Math.round(data[y * 16 + x]!);
  assertEquals([at(3, 0), at(4, 0), at(15, 7), at(15, 8), at(0, 3)], [9, 200, 200, 9, 9]);
});

Deno.test("movedInputs() keeps a stretched picture's own scale on each axis", async () => {
  const input = { ...INPUT, resize: "stretch" } as const;
  const size = { width: 64, height: 32 };
  const planes = pictureOf(size);
  const { canvasOf, fit } = movedInputs(input, stillFrame(planes), {
    resampler: "bilinear",
    reachPx: 2,
  });
  assertEquals([fit.scaleX, fit.scaleY], [4, 2]);
  const expected = await letterboxed(pictureOf({ ...size, dx: -8, dy: 2 }), input, "bilinear");
  assertClose(canvasOf(planes)({ dx: -2, dy: 1 }).data, expected.data);
});
