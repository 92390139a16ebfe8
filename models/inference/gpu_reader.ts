import type { Outputs } from "../../pipeline/tensor.ts";

/** A tensor in a GPU's memory. */
export interface GpuTensor {
  readonly dims: readonly number[];
  readonly gpuBuffer: GPUBuffer;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

function byteLengthOf({ dims }: GpuTensor): number {
  return dims.reduce((product, size) => product * size, FLOAT_BYTES);
}

/**
 * Reads outputs back from a GPU, all of one run at once: in Deno, waiting for a buffer takes 11 ms
 * whatever its size, as the wait is a poll of the device and a sleep of 10 ms
 * (ext/webgpu/buffer.rs).
 */
export class GpuReader {
  readonly #device: GPUDevice;
  /** Buffers that nothing is read from at the moment. */
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Starts copying the outputs of a run; afterwards their buffers may be used again.
   *
   * @param results The outputs, by name.
   * @param counts How many of a batch belong to each of those who asked: one may get all.
   * @returns What waits for the copies and reads them, for each of those.
   */
  start(
    results: Readonly<Record<string, GpuTensor>>,
    counts: readonly number[],
  ): () => Promise<Outputs[]> {
    const outputs = Object.entries(results);
    const byteLength = outputs.reduce((sum, [, output]) => sum + byteLengthOf(output), 0);
    const staging = this.#take(byteLength);
    const commands = this.#device.createCommandEncoder();
    let offset = 0;
    for (const [, output] of outputs) {
      const length = byteLengthOf(output);
      if (length) commands.copyBufferToBuffer(output.gpuBuffer, 0, staging, offset, length);
      offset += length;
    }
    this.#device.queue.submit([commands.finish()]);
    return async () => {
      await staging.mapAsync(GPUMapMode.READ, 0, byteLength);
      try {
        const mapped = new Float32Array(staging.getMappedRange(0, byteLength));
        return counts.map((_, who) => outputsFor(who, counts, outputs, mapped));
      } finally {
        staging.unmap();
        this.#free.push(staging);
      }
    };
  }

  /** A buffer of at least that size; smaller ones that are free are given up. */
  #take(byteLength: number): GPUBuffer {
    for (let buffer; (buffer = this.#free.pop());) {
      if (buffer.size >= byteLength) return buffer;
      buffer.destroy();
    }
    return this.#device.createBuffer({
      size: Math.max(byteLength, FLOAT_BYTES),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }
}

/** What one of those who asked gets, in memory of its own. */
function outputsFor(
  who: number,
  counts: readonly number[],
  outputs: readonly (readonly [string, GpuTensor])[],
  mapped: Float32Array<ArrayBuffer>,
): Outputs {
  const sumOf = (some: readonly number[]) => some.reduce((sum, count) => sum + count, 0);
  const batch = sumOf(counts);
  const before = sumOf(counts.slice(0, who));
  let start = 0;
  return Object.fromEntries(outputs.map(([name, output]) => {
    const [outer, ...inner] = output.dims;
    if (counts.length > 1 && outer !== batch) {
      throw new Error(`of a batch of ${batch}, the output "${name}" has ${output.dims.join("x")}`);
    }
    const length = byteLengthOf(output) / FLOAT_BYTES;
    const from = start + length / batch * before;
    const data = mapped.slice(from, from + length / batch * counts[who]!);
    start += length;
    const dims = counts.length > 1 ? [counts[who]!, ...inner] : [...output.dims];
    return [name, { dims, data }];
  }));
}
