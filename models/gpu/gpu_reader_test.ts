import { assert, assertEquals, assertThrows } from "@std/assert";
import { noise } from "../../tests/_model_inputs.ts";
import type { Detection } from "../../pipeline/detection.ts";
import { ModelError } from "../../pipeline/errors.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import { findAdapter } from "../inference/adapter.ts";
import { requestDevice } from "../inference/gpu_device.ts";
import { GpuReader } from "./gpu_reader.ts";
import type { Layout, NetworkShape } from "../layouts/layout.ts";
import { yolov3Grids, yolov5Grids } from "../layouts/yolo_grids.ts";
import { yolov5 } from "../layouts/yolov5.ts";
import { yolov8 } from "../layouts/yolov8.ts";

const found = await findAdapter();
const ignore = !found;

/** A network's outputs, and where its records lie in them. */
interface Case {
  readonly what: string;
  readonly layout: Layout;
  readonly size: number;
  readonly dims: readonly (readonly number[])[];
  /** Whether numbers are confidences already, not yet put through the logistic function. */
  readonly isPlain: boolean;
}

const CASES: readonly Case[] = [
  {
    what: "rows across cells (YOLOv8)",
    layout: yolov8,
    size: 320,
    dims: [[1, 84, 2100]],
    isPlain: true,
  },
  {
    what: "cells with rows (turned YOLOv8)",
    layout: yolov8,
    size: 320,
    dims: [[1, 2100, 84]],
    isPlain: true,
  },
  { what: "anchors (YOLOv5)", layout: yolov5, size: 320, dims: [[1, 6300, 85]], isPlain: true },
  {
    what: "heads (YOLOv3)",
    layout: yolov3Grids,
    size: 832,
    dims: [[1, 45, 26, 26], [1, 45, 104, 104], [1, 45, 52, 52]],
    isPlain: false,
  },
  {
    what: "deep heads (YOLOv5)",
    layout: yolov5Grids,
    size: 416,
    dims: [[1, 3, 52, 52, 15], [1, 3, 26, 26, 15], [1, 3, 13, 13, 15]],
    isPlain: false,
  },
];

function readingOf({ layout, size, dims }: Case) {
  const shape: NetworkShape = {
    outputs: dims.map((dims, i) => ({ name: `output ${i}`, dims })),
    size: { width: size, height: size },
    isSizeFree: false,
    isNamed: false,
  };
  const reading = layout.read(shape);
  assert(reading?.sieves);
  return { ...reading, sieves: reading.sieves };
}

/** What a network might say: of so many records, one has large numbers. */
function outputsOf(one: Case, { seed, oneIn }: { seed: number; oneIn: number }): Outputs {
  const random = noise(seed);
  const sieves = readingOf(one).sieves(0.3);
  return Object.fromEntries(one.dims.map((dims, i) => {
    const { axis, length } = sieves[i]!;
    const product = (sizes: readonly number[]) =>
      sizes.reduce((product, size) => product * size, 1);
    const step = product(dims.slice(axis + 1));
    const records = Array.from({ length: product(dims) / length }, () => random() * oneIn);
    const data = Float32Array.from({ length: product(dims) }, (_, place) => {
      const record = Math.floor(place / step / length) * step + place % step;
      const confidence = Math.abs(random()) * (Math.abs(records[record]!) < 1 ? 1 : 0.1);
      return one.isPlain ? confidence : Math.log(confidence / (1 - confidence));
    });
    return [`output ${i}`, { dims, data }];
  }));
}

/** The outputs of several inputs, one behind the other. */
function stacked(all: readonly Outputs[]): Outputs {
  return Object.fromEntries(
    Object.entries(all[0]!).map(([name, { dims: [, ...inner] }]) => {
      const numbers = all.flatMap((outputs) => [...outputs[name]!.data]);
      return [name, { dims: [all.length, ...inner], data: Float32Array.from(numbers) }];
    }),
  );
}

/** A GPU with a reader, which tells how much was read of it. */
async function watchedReader() {
  const device = await requestDevice((await findAdapter())!.adapter);
  const told = { overflows: 0, open: 0, reads: [] as number[] };
  const reader = new GpuReader(device, () => told.overflows++);
  const { createBuffer } = device;
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor);
    const { mapAsync } = buffer;
    buffer.mapAsync = (mode, offset, size) => {
      told.reads.push(size!);
      return mapAsync.call(buffer, mode, offset, size);
    };
    return buffer;
  };
  const outputsIn = (outputs: Outputs) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, { dims, data }]) => {
        const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
        const usage = STORAGE | COPY_SRC | COPY_DST;
        // Runtimes use memory again, so that there is more of it than numbers.
        const gpuBuffer = device.createBuffer({ size: data.byteLength + 256, usage });
        device.queue.writeBuffer(gpuBuffer, 0, new Float32Array(data));
        told.open++;
        return [name, { dims, gpuBuffer, dispose: () => void told.open-- }];
      }),
    );
  return { reader, outputsIn, told, [Symbol.dispose]: () => device.destroy() };
}

function byteLengthOf(outputs: Outputs): number {
  return Object.values(outputs).reduce((sum, { data }) => sum + data.byteLength, 0);
}

const LABELS = Array.from({ length: 80 }, (_, id) => `class ${id}`);

Deno.test.each(CASES)("GpuReader reads of $what what is decoded, in one piece", { ignore }, async (
  one,
) => {
  using gpu = await watchedReader();
  const { decode, sieves, classes } = readingOf(one);
  const labels = LABELS.slice(0, classes);
  const all = [1, 2, 3].map((seed) => outputsOf(one, { seed, oneIn: 100 }));
  const read = gpu.reader.start(gpu.outputsIn(stacked(all)), {
    counts: [1, 2],
    sieves: sieves(0.3),
  });
  const [first, rest] = await read();
  assertEquals(Object.values(rest!).map(({ dims }) => dims[0]), one.dims.map(() => 2));
  const separate = [0, 1].map((place) =>
    Object.fromEntries(
      Object.entries(rest!).map(([name, { dims: [, ...inner], data }]) => {
        const length = data.length / 2;
        return [name, {
          dims: [1, ...inner],
          data: data.slice(place * length, (place + 1) * length),
        }];
      }),
    )
  );
  let count = 0;
  for (const [i, outputs] of [first!, ...separate].entries()) {
    const expected = decode(all[i]!, 0.3, labels);
    assertEquals(decode(outputs, 0.3, labels), expected);
    count += expected.length;
  }
  assert(count > 0);
  assertEquals([gpu.told.reads.length, gpu.told.overflows, gpu.told.open], [1, 0, 0]);
  const share = gpu.told.reads[0]! / byteLengthOf(stacked(all));
  assert(share < 0.25, `${share} of all was read`);
});

Deno.test.each(CASES)("GpuReader reads all of $what where too much passes, and counts it", {
  ignore,
}, async (one) => {
  using gpu = await watchedReader();
  const { decode, sieves, classes } = readingOf(one);
  const outputs = outputsOf(one, { seed: 4, oneIn: 1 });
  const expected = decode(outputs, 0.3, LABELS.slice(0, classes));
  for (let run = 0; run < 2; run++) {
    const read = gpu.reader.start(gpu.outputsIn(outputs), { counts: [1], sieves: sieves(0.3) });
    const [found] = await read();
    assertEquals(found, outputs);
    assertEquals(decode(found!, 0.3, LABELS.slice(0, classes)), expected);
  }
  assertEquals([gpu.told.reads.length, gpu.told.overflows, gpu.told.open], [3, 1, 0]);
});

Deno.test("GpuReader has more room once there was too little", { ignore }, async () => {
  using gpu = await watchedReader();
  const one = CASES[0]!;
  const { decode, sieves } = readingOf(one);
  const outputs = outputsOf(one, { seed: 5, oneIn: 7 });
  const expected: Detection<"tensor">[] = decode(outputs, 0.3, LABELS);
  assert(expected.length > 2100 / 32 && expected.length < 2100 / 4, `${expected.length}`);
  for (let run = 0; run < 3; run++) {
    const read = gpu.reader.start(gpu.outputsIn(outputs), { counts: [1], sieves: sieves(0.3) });
    assertEquals(decode((await read())[0]!, 0.3, LABELS), expected);
  }
  assertEquals([gpu.told.reads.length, gpu.told.overflows], [4, 1]);
  const [, whole = 0, list = 0] = gpu.told.reads;
  assert(list < 0.3 * whole, `${list} of ${whole} bytes`);
});

Deno.test("GpuReader hides no network whose confidences are none", { ignore }, async () => {
  using gpu = await watchedReader();
  const one = CASES[2]!;
  const { decode, sieves } = readingOf(one);
  const outputs = outputsOf(one, { seed: 6, oneIn: 100 });
  outputs["output 0"]!.data[85 * 77 + 4] = -9; // As before the logistic function.
  const read = gpu.reader.start(gpu.outputsIn(outputs), { counts: [1], sieves: sieves(0.3) });
  const [found] = await read();
  assertThrows(() => decode(found!, 0.3, LABELS), ModelError, "the network gives -9");
});

Deno.test("GpuReader leaves alone what is small, or lies otherwise than its sieve", {
  ignore,
}, async () => {
  using gpu = await watchedReader();
  const large = outputsOf(CASES[0]!, { seed: 7, oneIn: 100 });
  const small = outputsOf({ ...CASES[0]!, size: 128, dims: [[1, 84, 336]] }, {
    seed: 7,
    oneIn: 100,
  });
  const sieve = readingOf(CASES[0]!).sieves(0.3)[0]!;
  const attempts = [
    { outputs: small, sieves: [sieve] },
    { outputs: large, sieves: [{ ...sieve, length: 85 }] },
    { outputs: large, sieves: [{ ...sieve, output: "another" }] },
    { outputs: large, sieves: [] },
  ];
  for (const { outputs, sieves } of attempts) {
    const read = gpu.reader.start(gpu.outputsIn(outputs), { counts: [1], sieves });
    assertEquals(gpu.told.open, 0); // Nothing keeps the runtime's memory.
    assertEquals((await read())[0], outputs);
  }
});
