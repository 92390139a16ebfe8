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
   * @returns What waits for the copies and reads them.
   */
  start(results: Readonly<Record<string, GpuTensor>>): () => Promise<Outputs> {
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
    return () => this.#read(staging, byteLength, outputs);
  }

  async #read(
    staging: GPUBuffer,
    byteLength: number,
    outputs: readonly (readonly [string, GpuTensor])[],
  ): Promise<Outputs> {
    await staging.mapAsync(GPUMapMode.READ, 0, byteLength);
    const mapped = new Float32Array(staging.getMappedRange(0, byteLength));
    let start = 0;
    const tensors = outputs.map(([name, { dims }]) => {
      const end = start + dims.reduce((product, size) => product * size, 1);
      const data = mapped.slice(start, end);
      start = end;
      return [name, { dims: [...dims], data }];
    });
    staging.unmap();
    this.#free.push(staging);
    return Object.fromEntries(tensors);
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
