const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/** How much memory without use is kept for the inputs to come. */
const MAX_FREE = 4;

/**
 * Memory for a network's inputs that other threads see as well: it need not be copied on its way to
 * them, and is used again.
 *
 * @example Memory that comes back is given out again
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new InputPool();
 * const memory = pool.take(12);
 * pool.give(memory);
 * assertEquals([pool.take(8) === memory, pool.take(12) === memory], [false, true]);
 * ```
 */
export class InputPool {
  readonly #free: Float32Array<SharedArrayBuffer>[] = [];

  /**
   * Gives memory out.
   *
   * @param length How many numbers it holds; there may be others in them.
   */
  take(length: number): Float32Array<SharedArrayBuffer> {
    const at = this.#free.findIndex((memory) => memory.length === length);
    const [memory] = at < 0 ? [] : this.#free.splice(at, 1);
    return memory ?? new Float32Array(new SharedArrayBuffer(length * BYTES_PER_NUMBER));
  }

  /**
   * Takes memory back, which nobody may use any more then.
   *
   * @param memory Whatever numbers were in; what other threads do not see is left alone.
   */
  give(memory: Float32Array): void {
    if (isShared(memory) && this.#free.push(memory) > MAX_FREE) this.#free.shift();
  }

  /**
   * The same numbers in memory that other threads see: where they are, or in memory of the pool.
   *
   * @param numbers The numbers.
   */
  shared(numbers: Float32Array): Float32Array<SharedArrayBuffer> {
    if (isShared(numbers)) return numbers;
    const memory = this.take(numbers.length);
    memory.set(numbers);
    return memory;
  }
}

/** Whether all of it, and nothing but it, is seen by other threads. */
function isShared(memory: Float32Array): memory is Float32Array<SharedArrayBuffer> {
  return memory.buffer instanceof SharedArrayBuffer &&
    memory.byteLength === memory.buffer.byteLength;
}
