import { densify } from "./_densify.ts";
import type { TfliteModel, TfliteTensor } from "./_tflite_schema.ts";

/** How many numbers a file's constants may come to: a small file may claim any size. */
const MAX_NUMBERS = 2 ** 27;

/** A list of sizes is no longer than this. */
const MAX_SIZES_BYTES = 256;

/** The numbers that a TFLite file holds, as 32-bit floats whatever they were stored as. */
export class Constants {
  readonly #tensors: readonly TfliteTensor[];
  readonly #computed = new Map<number, Float32Array<ArrayBuffer>>();
  #numbersLeft = MAX_NUMBERS;

  constructor({ tensors }: TfliteModel) {
    this.#tensors = tensors;
  }

  /** The dimensions of a tensor. */
  dimsOf(tensor: number): readonly number[] {
    return this.#tensor(tensor).shape;
  }

  /** Makes one tensor the same as another, which holds constants: DEQUANTIZE of floats. */
  copy(from: number, to: number): void {
    this.#computed.set(to, this.floats(from));
  }

  /** Makes one tensor the dense form of another: DENSIFY. */
  densify(from: number, to: number): void {
    const { shape, sparsity } = this.#tensor(from);
    if (!sparsity) throw new RangeError("Cannot fill in a tensor that is not sparse");
    this.#take(from);
    this.#computed.set(to, densify({ shape, sparsity, values: this.#stored(from) }));
  }

  /**
   * The numbers of a tensor.
   *
   * @throws {RangeError} If it does not hold floats, or another count than its shape tells.
   */
  floats(tensor: number): Float32Array<ArrayBuffer> {
    const computed = this.#computed.get(tensor);
    if (computed) return computed;
    const { name, shape, sparsity } = this.#tensor(tensor);
    if (sparsity) throw new RangeError(`Cannot read ${JSON.stringify(name)}: it is sparse`);
    this.#take(tensor);
    const floats = this.#stored(tensor);
    if (floats.length !== sizeOf(shape)) {
      throw new RangeError(
        `Cannot read ${JSON.stringify(name)}: it holds ${floats.length} numbers, not [${shape}]`,
      );
    }
    return floats;
  }

  /**
   * The whole numbers of a tensor that holds sizes; none if it is computed.
   *
   * @throws {RangeError} If it does not hold such.
   */
  integers(tensor: number): Int32Array {
    const { name, type, data } = this.#tensor(tensor);
    const { byteLength } = data;
    if (type !== "INT32" || byteLength % 4 !== 0 || byteLength > MAX_SIZES_BYTES) {
      throw new RangeError(
        `Cannot read ${JSON.stringify(name)}: it is no list of sizes, but ${type}`,
      );
    }
    return new Int32Array(data.slice().buffer);
  }

  #tensor(tensor: number): TfliteTensor {
    const found = this.#tensors[tensor];
    if (!found) throw new RangeError(`Cannot read tensor ${tensor}: there is none`);
    return found;
  }

  #stored(tensor: number): Float32Array<ArrayBuffer> {
    const { name, type, data } = this.#tensor(tensor);
    if (data.byteLength === 0) {
      throw new RangeError(`Cannot read ${JSON.stringify(name)}: it is no constant`);
    }
    if (type === "FLOAT32" && data.byteLength % 4 === 0) {
      return new Float32Array(data.slice().buffer);
    }
    if (type === "FLOAT16" && data.byteLength % 2 === 0) {
      return Float32Array.from(new Float16Array(data.slice().buffer));
    }
    throw new RangeError(`Cannot read ${JSON.stringify(name)}: it holds ${type}, not floats`);
  }

  #take(tensor: number): void {
    const { shape } = this.#tensor(tensor);
    this.#numbersLeft -= sizeOf(shape);
    if (!(this.#numbersLeft >= 0)) {
      throw new RangeError(`Cannot read the constants: they are more than ${MAX_NUMBERS} numbers`);
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
