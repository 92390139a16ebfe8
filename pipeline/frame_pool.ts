/** A picture's memory on loan: disposing gives it back, once. */
export interface PooledBuffer extends Disposable {
  /** The memory; not to be touched after disposal. */
  readonly buffer: ArrayBuffer;
}

/**
 * Memory for frames that is used again, so that a long run allocates no more than it has in flight.
 *
 * Taking and lending are two steps, since the reader of a byte stream detaches the memory that it
 * fills, and hands it back as another buffer.
 *
 * @example Two frames in turn share their memory
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const pool = new FramePool(1024);
 * const first = pool.lend(pool.take());
 * first[Symbol.dispose]();
 * assert(pool.take() === first.buffer);
 * ```
 */
export class FramePool {
  readonly #byteLength: number;
  readonly #free: ArrayBuffer[] = [];

  /**
   * Makes an empty pool.
   *
   * @param byteLength The size of each buffer.
   */
  constructor(byteLength: number) {
    this.#byteLength = byteLength;
  }

  /**
   * Hands out memory to be filled: some that was given back, else new.
   *
   * @returns The memory; its content is undefined.
   */
  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(this.#byteLength);
  }

  /**
   * Lends memory that is full, until it is disposed of.
   *
   * @param buffer The memory, of the pool's size.
   * @returns The loan.
   */
  lend(buffer: ArrayBuffer): PooledBuffer {
    let isOpen = true;
    return {
      buffer,
      [Symbol.dispose]: () => {
        if (isOpen) this.#free.push(buffer);
        isOpen = false;
      },
    };
  }
}
