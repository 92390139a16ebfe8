/**
 * What it takes to read a network's outputs from a GPU, all of them or what passes a sieve.
 *
 * @module
 */

import { findAdapter } from "../../models/inference/adapter.ts";
import { requestDevice } from "../../models/inference/gpu_device.ts";
import { GpuReader } from "../../models/gpu/gpu_reader.ts";
import { yolo } from "../../models/yolo.ts";

const HEADS = [104, 52, 26];
const ANCHORS = [[10, 13], [16, 30], [33, 23]] as const;
/** One record in so many is worth reading. */
const ONE_IN = 200;

const found = await findAdapter();

/** The outputs of a YOLOv3 at 832x832. */
function outputsOf(classes: number, batch: number) {
  return HEADS.map((cells) => {
    const dims = [batch, 3 * (5 + classes), cells, cells];
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(-6);
    for (let i = 0; i < data.length; i += ONE_IN) data[i] = 2;
    return { name: `yolo_${cells}`, dims, data };
  });
}

for (const [classes, batch] of [[10, 1], [80, 1], [10, 8]] as const) {
  const outputs = outputsOf(classes, batch);
  const megabytes = outputs.reduce((sum, { data }) => sum + data.byteLength, 0) / 1e6;
  const detector = yolo({
    name: "bench",
    size: { width: 832, height: 832 },
    labels: Array.from({ length: classes }, (_, id) => String(id)),
    heads: outputs.map(({ name }) => ({ output: name, anchors: ANCHORS })),
  });
  const device = found && await requestDevice((await findAdapter())!.adapter);
  const reader = device && new GpuReader(device, () => {});
  const uploaded = device && Object.fromEntries(outputs.map(({ name, dims, data }) => {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const usage = STORAGE | COPY_SRC | COPY_DST;
    const gpuBuffer = device.createBuffer({ size: data.byteLength, usage });
    device.queue.writeBuffer(gpuBuffer, 0, data);
    return [name, { dims, gpuBuffer, dispose: () => {} }];
  }));
  const group = `${megabytes.toFixed(1)} MB of ${batch} frames, ${classes} classes, ` +
    (found?.description ?? "no GPU");
  const sieves = detector.sieves!(0.25);
  for (const [title, request] of [["all of it", {}], ["what passes", { sieves }]] as const) {
    Deno.bench(title, { group, baseline: title === "all of it", ignore: !found }, async () => {
      await reader!.start(uploaded!, { counts: [batch], ...request })();
    });
  }
}
