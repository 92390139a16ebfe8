import { rgbFromYuv } from "../../pipeline/colour.ts";
import type { InputSpec } from "../../pipeline/detector.ts";
import { letterboxFit } from "../../pipeline/fit.ts";
import { planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import { tensorMaker } from "../../stages/sampling/tensor_maker.ts";
import { findAdapter } from "../../models/inference/adapter.ts";
import { requestDevice } from "../../models/inference/gpu_device.ts";
import { GpuLetterbox } from "../../models/gpu/gpu_letterbox.ts";

const FRAME = { width: 1920, height: 1080 };
const COLOUR = { matrix: "bt709", range: "limited", tags: {} } as const;
/** How many frames go at once, so that the wait of 11 ms in Deno is shared. */
const BATCH = 8;

const INPUT: InputSpec = {
  width: 192,
  height: 192,
  layout: "nchw",
  channels: "rgb",
  resize: "letterbox",
  border: [0, 0, 0],
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
};

const found = await findAdapter();
const byteLength = planesByteLength(FRAME.width, FRAME.height);
const samples = Uint8Array.from({ length: byteLength }, (_, i) => 16 + i % 211);

for (const resampler of ["bilinear", "area"] as const) {
  const group = `${BATCH} frames of 1920x1080 to 192x192, ${resampler}`;

  const planes = planesFrom(samples, FRAME.width, FRAME.height);
  const maker = tensorMaker(INPUT, { frame: FRAME, colour: COLOUR, resampler });
  Deno.bench("on the processor", { group, baseline: true }, () => {
    for (let i = 0; i < BATCH; i++) maker.make(planes);
  });

  const device = found && await requestDevice((await findAdapter())!.adapter);
  const letterbox = device && new GpuLetterbox(device);
  const tensors = device?.createBuffer({
    size: 12 * BATCH * INPUT.width * INPUT.height,
    usage: GPUBufferUsage.STORAGE,
  });
  const memory = new SharedArrayBuffer(byteLength);
  new Uint8Array(memory).set(samples);
  let pixelsId = 0;
  Deno.bench(`on ${found?.description ?? "a GPU"}, planes sent up`, {
    group,
    ignore: !found,
  }, async () => {
    const pictures = Array.from({ length: BATCH }, () => ({
      pixelsId: ++pixelsId,
      memory,
      byteLength,
      size: FRAME,
      rgbFromYuv: rgbFromYuv(COLOUR),
      input: INPUT,
      resampler,
      fits: [letterboxFit(FRAME, INPUT)],
    }));
    letterbox!.make(pictures, { tensors: tensors!, type: "f32" });
    await device!.queue.onSubmittedWorkDone();
  });
}
