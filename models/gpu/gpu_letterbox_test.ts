import { assert, assertEquals } from "@std/assert";
import type { Colour } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import { type Fit, letterboxFit, stretchFit } from "../../pipeline/fit.ts";
import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import { noise } from "../../tests/_model_inputs.ts";
import { tensorMaker } from "../../stages/sampling/tensor_maker.ts";
import { findAdapter } from "../inference/adapter.ts";
import { requestDevice } from "../inference/gpu_device.ts";
import { GpuLetterbox } from "./gpu_letterbox.ts";
import { PictureSharer } from "./shared_picture.ts";
import { inputOf } from "../../tests/_input_of.ts";

const found = await findAdapter();
const ignore = !found;

/** What networks are trained with: -1 to 1. */
const INPUT: InputSpec = inputOf(48, 40, {
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
});

const COLOUR: Colour = { matrix: "bt709", range: "limited", tags: {} };

interface Case {
  readonly size: readonly [number, number];
  readonly input?: Partial<InputSpec>;
  readonly colour?: Partial<Colour>;
  readonly fits?: readonly Fit[];
}

function noisyPlanes(width: number, height: number): Planes {
  const random = noise(width * 7919 + height);
  const data = Uint8Array.from(
    { length: planesByteLength(width, height) },
    () => (random() * 1e6 & 255),
  );
  return planesFrom(data, width, height);
}

async function readBack(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = device.createBuffer({ size: buffer.size, usage });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([commands.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  return bytes;
}

/** The tensors of pictures, made on the GPU in one go. */
async function tensorsOf(
  cases: readonly (Case & { readonly planes: Planes })[],
  resampler: "bilinear" | "area",
  type: "f32" | "f16" = "f32",
): Promise<ArrayLike<number>> {
  const device = await requestDevice((await findAdapter())!.adapter); // Each opens one device only.
  const failures: string[] = [];
  device.addEventListener("uncapturederror", (event) => {
    failures.push((event as GPUUncapturedErrorEvent).error.message);
  });
  const sharer = new PictureSharer();
  const pictures = cases.map(({ planes, input, colour, fits }) => {
    const spec = { ...INPUT, ...input };
    const fit = (spec.resize === "letterbox" ? letterboxFit : stretchFit)(planes, spec);
    return {
      planes,
      input: spec,
      resampler,
      colour: { ...COLOUR, ...colour },
      fits: fits ?? [fit],
    };
  });
  const numbers = pictures.reduce(
    (sum, { input, fits }) => sum + 3 * input.width * input.height * fits.length,
    0,
  );
  const tensors = device.createBuffer({
    size: numbers * (type === "f32" ? 4 : 2),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const shared: Parameters<GpuLetterbox["make"]>[0][number][] = [];
  await Promise.all(
    pictures.map((picture) => sharer.sharing(picture, (one) => Promise.resolve(shared.push(one)))),
  );
  new GpuLetterbox(device).make(shared, { tensors, type });
  const bytes = await readBack(device, tensors);
  assertEquals(failures, []);
  device.destroy();
  return type === "f32" ? new Float32Array(bytes) : new Float16Array(bytes);
}

/** The same, made by the stage on the processor. */
function expectedOf(
  { planes, input, colour }: Case & { readonly planes: Planes },
  resampler: "bilinear" | "area",
  parts?: Parameters<typeof tensorMaker>[1]["parts"],
): { readonly data: Float32Array; readonly fits: readonly Fit[] } {
  const { make, fits } = tensorMaker({ ...INPUT, ...input }, {
    frame: { width: planes.width, height: planes.height },
    colour: { ...COLOUR, ...colour },
    resampler,
    ...parts && { parts },
  });
  return { data: make(planes).data, fits };
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(actual.length, expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }
  assert(worst <= tolerance, `the worst differs by ${worst}`);
}

const CASES: readonly (Case & { readonly what: string })[] = [
  { what: "a large frame", size: [320, 180] },
  { what: "4K", size: [3840, 2160] },
  { what: "odd sizes", size: [101, 67] },
  { what: "a frame smaller than the tensor", size: [17, 5] },
  { what: "a single pixel", size: [1, 1] },
  { what: "a column", size: [1, 31] },
  { what: "the tensor's own size", size: [48, 40] },
  { what: "an odd whole ratio", size: [144, 120] },
  { what: "a stretched frame", size: [211, 97], input: { resize: "stretch" } },
  { what: "a border with a colour", size: [90, 200], input: { border: [55, 155, 255] } },
  { what: "interleaved channels", size: [120, 66], input: { layout: "nhwc" } },
  { what: "blue first", size: [120, 66], input: { channels: "bgr" } },
  { what: "blue first, interleaved", size: [50, 66], input: { channels: "bgr", layout: "nhwc" } },
  {
    what: "means and deviations of its own for each channel",
    size: [120, 66],
    input: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  },
  ...(["bt601", "bt709", "bt2020"] as const).flatMap((matrix) =>
    (["limited", "full"] as const).map((range) => (
      { what: `${range} ${matrix}`, size: [75, 49], colour: { matrix, range } } as const
    ))
  ),
];

for (const resampler of ["bilinear", "area"] as const) {
  Deno.test.each(CASES)(
    `GpuLetterbox with ${resampler} makes of $what what the processor does`,
    { ignore },
    async (one) => {
      const planes = noisyPlanes(...one.size);
      const { data } = expectedOf({ ...one, planes }, resampler);
      assertClose(await tensorsOf([{ ...one, planes }], resampler), data, 1e-5);
    },
  );
}

Deno.test("GpuLetterbox makes a batch of pictures and of their slices", { ignore }, async () => {
  const whole = { size: [130, 70], planes: noisyPlanes(130, 70) } as const;
  const small = { size: [20, 33], planes: noisyPlanes(20, 33) } as const;
  const sliced = { ...whole, planes: noisyPlanes(130, 70) };
  const parts = [
    { x: 0, y: 0, width: 64, height: 64 },
    { x: 66, y: 6, width: 64, height: 64 },
    { x: 31, y: 3, width: 33, height: 20 },
  ];
  const { data, fits } = expectedOf(sliced, "bilinear", parts);
  const first = expectedOf(whole, "bilinear").data;
  const last = expectedOf(small, "bilinear").data;
  assertClose(
    await tensorsOf([whole, { ...sliced, fits }, small], "bilinear"),
    [...first, ...data, ...last],
    1e-5,
  );
});

Deno.test("GpuLetterbox makes more slices at once than it keeps plans of", { ignore }, async () => {
  const one = { size: [130, 70], planes: noisyPlanes(130, 70) } as const;
  const parts = Array.from(
    { length: 70 },
    (_, i) => ({ x: i % 60, y: i % 7, width: 64, height: 60 }),
  );
  const { data, fits } = expectedOf(one, "bilinear", parts);
  assertClose(await tensorsOf([{ ...one, fits }], "bilinear"), data, 1e-5);
});

Deno.test("GpuLetterbox makes tensors of half precision, as near as they can be", {
  ignore: !found?.adapter.features.has("shader-f16"),
}, async () => {
  const one = { size: [101, 67], planes: noisyPlanes(101, 67) } as const;
  const { data } = expectedOf(one, "bilinear");
  // From 0.5 to 1, halves lie 2^-11 apart: half of that, and what the rest is off by.
  assertClose(await tensorsOf([one], "bilinear", "f16"), data, 2 ** -12 + 1e-5);
});
