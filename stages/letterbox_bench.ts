import type { InputSpec } from "../pipeline/detector.ts";
import { InputPool } from "../pipeline/input_pool.ts";
import { planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { tensorMaker } from "./sampling/tensor_maker.ts";
import { scaledTensorMaker } from "./scaling/scaled_tensor_maker.ts";

const FRAME = { width: 1920, height: 1080 };

const COLOUR = { matrix: "bt709", range: "limited", tags: {} } as const;

/** A picture that moves through all values, so that no branch is always taken. */
const planes = planesFrom(
  Uint8Array.from({ length: planesByteLength(FRAME.width, FRAME.height) }, (_, i) => 16 + i % 211),
  FRAME.width,
  FRAME.height,
);

function inputOf(width: number, height: number): InputSpec {
  return {
    width,
    height,
    layout: "nchw",
    channels: "rgb",
    resize: "letterbox",
    border: [0, 0, 0],
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
  };
}

for (const [width, height] of [[192, 192], [640, 360]] as const) {
  for (const resampler of ["bilinear", "area"] as const) {
    const maker = tensorMaker(inputOf(width, height), { frame: FRAME, colour: COLOUR, resampler });
    Deno.bench(`letterbox() with ${resampler}`, {
      group: `1920x1080 to ${width}x${height}`,
      baseline: resampler === "bilinear",
    }, () => pool.give(maker.make(planes, { pool }).data));
  }
}

/** What ffmpeg has scaled already: only numbers are left to be made of it. */
const input = inputOf(192, 192);
const size = { width: 192, height: 108 };
const picture = {
  ...size,
  data: Uint16Array.from({ length: 3 * size.width * size.height }, (_, i) => 256 * (16 + i % 211)),
};
const pool = new InputPool();
const makeScaled = scaledTensorMaker(input, COLOUR, pool);
Deno.bench(
  "letterbox() of a picture that is scaled already",
  { group: "1920x1080 to 192x192" },
  () => {
    pool.give(makeScaled({ input, picture, left: 0, top: 42 }).data);
  },
);
