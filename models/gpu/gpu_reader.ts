import type { Sieve } from "../../pipeline/sieve.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import { GpuSifter, type GpuTensor, type Sifted } from "./gpu_sifter.ts";

/** An output of a run, whose memory the runtime takes back. */
export interface GpuOutput extends GpuTensor {
  dispose(): void;
}

/** What is asked of an answer. */
export interface ReadRequest {
  /** How many of a batch belong to each of those who asked: one may get all. */
  readonly counts: readonly number[];
  /** What of the outputs may be left out. */
  readonly sieves?: readonly Sieve[];
}

/** An output on its way back. */
interface Part {
  readonly name: string;
  readonly output: GpuOutput;
  /** What is read of it, if not all. */
  readonly sifted: Sifted | undefined;
}

/** Numbers of an output, in memory of their own. */
type Numbers = (from: number, to: number) => Float32Array<ArrayBuffer>;

const WORD_BYTES = Float32Array.BYTES_PER_ELEMENT;

function lengthOf({ dims }: GpuTensor): number {
  return dims.reduce((product, size) => product * size, 1);
}

/**
 * Reads outputs back from a GPU, all of one run at once: in Deno, waiting for a buffer takes 11 ms
 * whatever its size, as the wait is a poll of the device and a sleep of 10 ms
 * (ext/webgpu/buffer.rs).
 */
export class GpuReader {
  readonly #device: GPUDevice;
  readonly #sifter: GpuSifter;
  /** Buffers that nothing is read from at the moment. */
  readonly #free: GPUBuffer[] = [];
  readonly #onOverflow: () => void;

  /**
   * Makes a reader.
   *
   * @param device The GPU.
   * @param onOverflow Called when more passed the sieves than there was room for: all is read, then.
   */
  constructor(device: GPUDevice, onOverflow: () => void) {
    this.#device = device;
    this.#sifter = new GpuSifter(device);
    this.#onOverflow = onOverflow;
  }

  /**
   * Starts copying the outputs of a run, and gives their buffers back as soon as they may be used again.
   *
   * @param outputs The outputs, by name.
   * @param request To whom they go.
   * @returns What waits for the copies and reads them, for each of those who asked.
   */
  start(
    outputs: Readonly<Record<string, GpuOutput>>,
    { counts, sieves = [] }: ReadRequest,
  ): () => Promise<Outputs[]> {
    const commands = this.#device.createCommandEncoder();
    const parts = Object.entries(outputs).map(([name, output]): Part => {
      const sieve = sieves.find((sieve) => sieve.output === name);
      return { name, output, sifted: sieve && this.#sifter.sift(commands, output, sieve) };
    });
    const read = this.#staged(commands, parts, counts);
    const dispose = () => Object.values(outputs).forEach((output) => output.dispose());
    // Once copies of all are submitted, the buffers may be used again; else they would pile up.
    const isCopied = parts.every(({ sifted }) => !sifted);
    if (isCopied) dispose();
    return async () => {
      try {
        return await read() ?? await this.#readAll(parts, counts);
      } finally {
        if (!isCopied) dispose();
      }
    };
  }

  /** Reads once more, without sieves. */
  async #readAll(parts: readonly Part[], counts: readonly number[]): Promise<Outputs[]> {
    this.#onOverflow();
    const whole = parts.map((part) => ({ ...part, sifted: undefined }));
    return (await this.#staged(this.#device.createCommandEncoder(), whole, counts)())!;
  }

  /**
   * Copies what is to be read to one buffer, and submits.
   *
   * @returns What waits for it and reads it, for each of those who asked; nothing comes of it if
   * something did not find room.
   */
  #staged(
    commands: GPUCommandEncoder,
    parts: readonly Part[],
    counts: readonly number[],
  ): () => Promise<Outputs[] | undefined> {
    const lengths = parts.map(({ output, sifted }) =>
      sifted ? sifted.byteLength / WORD_BYTES : lengthOf(output)
    );
    const byteLength = WORD_BYTES * lengths.reduce((sum, length) => sum + length, 0);
    const staging = this.#take(byteLength);
    let offset = 0;
    for (const [i, { output, sifted }] of parts.entries()) {
      const buffer = sifted?.buffer ?? output.gpuBuffer;
      const length = lengths[i]! * WORD_BYTES;
      if (length) commands.copyBufferToBuffer(buffer, 0, staging, offset, length);
      offset += length;
    }
    this.#device.queue.submit([commands.finish()]);
    return async () => {
      await staging.mapAsync(GPUMapMode.READ, 0, byteLength);
      try {
        const mapped = new Float32Array(staging.getMappedRange(0, byteLength));
        const numbers = numbersOf(parts, lengths, mapped);
        return numbers && counts.map((_, who) => outputsFor(who, counts, parts, numbers));
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
      size: Math.max(byteLength, WORD_BYTES),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }
}

/** What was read of each part; nothing if something did not find room. */
function numbersOf(
  parts: readonly Part[],
  lengths: readonly number[],
  mapped: Float32Array<ArrayBuffer>,
): Numbers[] | undefined {
  let start = 0;
  let isWhole = true;
  const numbers = parts.map(({ sifted }, i): Numbers => {
    const own = mapped.subarray(start, start += lengths[i]!);
    if (!sifted) return (from, to) => own.slice(from, to);
    const words = new Uint32Array(own.buffer, own.byteOffset, own.length);
    if (!sifted.isWhole(words)) isWhole = false;
    return (from, to) => sifted.restored(words, from, to);
  });
  return isWhole ? numbers : undefined;
}

/** What one of those who asked gets. */
function outputsFor(
  who: number,
  counts: readonly number[],
  parts: readonly Part[],
  numbers: readonly Numbers[],
): Outputs {
  const sumOf = (some: readonly number[]) => some.reduce((sum, count) => sum + count, 0);
  const batch = sumOf(counts);
  const before = sumOf(counts.slice(0, who));
  return Object.fromEntries(parts.map(({ name, output }, i) => {
    const [outer, ...inner] = output.dims;
    if (counts.length > 1 && outer !== batch) {
      throw new Error(`of a batch of ${batch}, the output "${name}" has ${output.dims.join("x")}`);
    }
    const each = lengthOf(output) / batch;
    const data = numbers[i]!(each * before, each * (before + counts[who]!));
    const dims = counts.length > 1 ? [counts[who]!, ...inner] : [...output.dims];
    return [name, { dims, data }];
  }));
}
