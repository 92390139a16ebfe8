import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Box, Point } from "./box.ts";
import {
  frameBoxFromTensor,
  framePointFromTensor,
  letterboxFit,
  stretchFit,
  tensorBoxFromFrame,
} from "./fit.ts";

const SIZES = [
  [1920, 1080],
  [1080, 1920],
  [321, 241],
  [1, 1],
  [4096, 2160],
  [7, 3000],
  [192, 192],
] as const;

const TENSORS = [[192, 192], [128, 128], [640, 384], [300, 300], [33, 57]] as const;

/** MediaPipe's padding, as a share of the padded picture (image_to_tensor_utils.cc, PadRoi). */
function paddingOf(width: number, height: number, tensorWidth: number, tensorHeight: number) {
  const frameRatio = height / width;
  const tensorRatio = tensorHeight / tensorWidth;
  return tensorRatio > frameRatio
    ? { x: 0, y: (1 - frameRatio / tensorRatio) / 2 }
    : { x: (1 - tensorRatio / frameRatio) / 2, y: 0 };
}

Deno.test("letterboxFit() pads as MediaPipe does", () => {
  for (const [width, height] of SIZES) {
    for (const [tensorWidth, tensorHeight] of TENSORS) {
      const fit = letterboxFit({ width, height }, { width: tensorWidth, height: tensorHeight });
      const padding = paddingOf(width, height, tensorWidth, tensorHeight);
      const frame = tensorBoxFromFrame({ x1: 0, y1: 0, x2: width, y2: height }, fit);
      assertAlmostEquals(frame.x1 / tensorWidth, padding.x, 1e-12);
      assertAlmostEquals(frame.y1 / tensorHeight, padding.y, 1e-12);
      assertAlmostEquals(frame.x2 / tensorWidth, 1 - padding.x, 1e-12);
      assertAlmostEquals(frame.y2 / tensorHeight, 1 - padding.y, 1e-12);
      assertEquals(fit.scaleX, fit.scaleY);
    }
  }
});

Deno.test("stretchFit() puts the corners of the frame on the corners of the tensor", () => {
  const fit = stretchFit({ width: 1920, height: 1080 }, { width: 300, height: 200 });
  const whole = frameBoxFromTensor({ x1: 0, y1: 0, x2: 300, y2: 200 }, fit);
  assertEquals(whole, { x1: 0, y1: 0, x2: 1920, y2: 1080 });
});

Deno.test("a box comes back from tensor to frame to tensor within 1e-6 pixels", () => {
  const box = { x1: -12.34567, y1: 0.1, x2: 101.7, y2: 191.999 };
  for (const [width, height] of SIZES) {
    for (const [tensorWidth, tensorHeight] of TENSORS) {
      for (const fitted of [letterboxFit, stretchFit]) {
        const fit = fitted({ width, height }, { width: tensorWidth, height: tensorHeight });
        const back = tensorBoxFromFrame(frameBoxFromTensor(box, fit), fit);
        for (const edge of ["x1", "y1", "x2", "y2"] as const) {
          assertAlmostEquals(back[edge], box[edge], 1e-6);
        }
      }
    }
  }
});

Deno.test("framePointFromTensor() agrees with frameBoxFromTensor()", () => {
  const fit = letterboxFit({ width: 321, height: 241 }, { width: 192, height: 192 });
  const box = frameBoxFromTensor({ x1: 3, y1: 50, x2: 90, y2: 77 }, fit);
  assertEquals(framePointFromTensor({ x: 3, y: 50 }, fit), { x: box.x1, y: box.y1 });
  assertEquals(framePointFromTensor({ x: 90, y: 77 }, fit), { x: box.x2, y: box.y2 });
});

Deno.test("the middle of the tensor is the middle of the frame", () => {
  const fit = letterboxFit({ width: 641, height: 77 }, { width: 192, height: 128 });
  const { x, y } = framePointFromTensor({ x: 96, y: 64 }, fit);
  assertAlmostEquals(x, 320.5, 1e-9);
  assertAlmostEquals(y, 38.5, 1e-9);
});

Deno.test("what lies in the frame is not taken for what lies in the tensor", () => {
  const fit = stretchFit({ width: 2, height: 2 }, { width: 1, height: 1 });
  const box: Box<"frame"> = { x1: 0, y1: 0, x2: 1, y2: 1 };
  const point: Point<"frame"> = { x: 1, y: 1 };
  // @ts-expect-error: The box is in the frame already.
  assertEquals(frameBoxFromTensor(box, fit).x2, 2);
  // @ts-expect-error: The point is in the frame already.
  assertEquals(framePointFromTensor(point, fit).x, 2);
  const inTensor: Box<"tensor"> = { x1: 0, y1: 0, x2: 1, y2: 1 };
  // @ts-expect-error: The box is in the tensor already.
  assertEquals(tensorBoxFromFrame(inTensor, fit).x2, 0.5);
});
