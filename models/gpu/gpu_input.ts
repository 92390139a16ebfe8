import { GpuLetterbox } from "./gpu_letterbox.ts";
import type { SharedPicture } from "./shared_picture.ts";

/** A network's input in a GPU's memory. */
export interface GpuInputTensor {
  readonly buffer: GPUBuffer;
  readonly dims: readonly number[];
}

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
  #buffer: GPUBuffer | undefined;

  /**
   * Makes an input.
   *
   * @param device The GPU.
   */
  constructor(device: GPUDevice) {
    this.#device = device;
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
    const buffer = this.#bufferOf(dims.reduce((product, size) => product * size, 4));
    this.#letterbox.make(pictures, { tensors: buffer, type: "f32" });
    return { buffer, dims };
  }

  #bufferOf(size: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= size) return this.#buffer;
    this.#buffer?.destroy();
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage; // What the inference runtime asks for.
    return this.#buffer = this.#device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  }
}
