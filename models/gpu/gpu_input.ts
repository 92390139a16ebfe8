import { GpuLetterbox, type LetterboxTarget } from "./gpu_letterbox.ts";
import type { SharedPicture } from "./shared_picture.ts";

/** A network's input in a GPU's memory. */
export interface GpuInputTensor {
  readonly buffer: GPUBuffer;
  readonly dims: readonly number[];
}

const BYTES = { f32: 4, f16: 2 } as const;

/** The size of a network's input. */
export function inputDims(
  { input: { layout, width, height } }: Pick<SharedPicture, "input">,
  count: number,
): number[] {
  return layout === "nchw" ? [count, 3, height, width] : [count, height, width, 3];
}

/**
 * Makes a network's inputs in one buffer, again and again: whatever is submitted to a GPU is done in
 * order, so that the next input does not overwrite one that is still read.
 */
export class GpuInput {
  readonly #device: GPUDevice;
  readonly #letterbox: GpuLetterbox;
  readonly #type: LetterboxTarget["type"];
  #buffer: GPUBuffer | undefined;

  /**
   * Makes an input.
   *
   * @param device The GPU.
   * @param type What the input holds.
   */
  constructor(device: GPUDevice, type: LetterboxTarget["type"]) {
    this.#device = device;
    this.#type = type;
    this.#letterbox = new GpuLetterbox(device);
  }

  /**
   * Starts making the input.
   *
   * @param pictures What it shows: at least one picture, all for inputs of one size.
   * @returns The input, one tensor for each fit, in their order.
   */
  make(pictures: readonly SharedPicture[]): GpuInputTensor {
    const count = pictures.reduce((sum, { fits }) => sum + fits.length, 0);
    const dims = inputDims(pictures[0]!, count);
    const byteLength = dims.reduce((product, size) => product * size, BYTES[this.#type]);
    const buffer = this.#bufferOf(Math.ceil(byteLength / 4) * 4); // As copies move whole words.
    this.#letterbox.make(pictures, { tensors: buffer, type: this.#type });
    return { buffer, dims };
  }

  #bufferOf(size: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= size) return this.#buffer;
    this.#buffer?.destroy();
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage; // What the inference runtime asks for.
    return this.#buffer = this.#device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  }
}
