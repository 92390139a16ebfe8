/** A picture's memory on loan: disposing gives it back, once. */
export interface PooledBuffer extends Disposable {
  /** The memory; not to be touched after disposal. */
  readonly buffer: ArrayBuffer;
}

/**
 * Memory for frames that is used again, so that a long run allocates no more than it has in flight.
 *
 * @example Two frames in turn share their memory
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const pool = new FramePool(1024);
 * const first = pool.take();
 * const memory = first.buffer;
 * first[Symbol.dispose]();
 * assert(pool.take().buffer === memory);
 * ```
 */
export class FramePool {
  readonly #byteLength: number;
  readonly #free: ArrayBuffer[] = [];
  #lent = 0;

  /**
   * Makes an empty pool.
   *
   * @param byteLength The size of each buffer.
   */
  constructor(byteLength: number) {
    this.#byteLength = byteLength;
  }

  /** How many buffers are on loan. */
  get lent(): number {
    return this.#lent;
  }

  /**
   * Lends a buffer: one given back before, else a new one. Its content is undefined.
   *
   * @returns The buffer.
   */
  take(): PooledBuffer {
    return this.lend(this.takeBuffer());
  }

  /**
   * Lends memory that was {@linkcode FramePool.take}n as a bare buffer and has been transferred since
   * (a byte stream's reader detaches what it fills).
   *
   * @param buffer The memory, of the pool's size.
   * @returns The same memory on loan.
   */
  lend(buffer: ArrayBuffer): PooledBuffer {
    this.#lent++;
    let open = true;
    return {
      buffer,
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        this.#lent--;
        this.#free.push(buffer);
      },
    };
  }

  /**
   * A bare buffer for a reader to fill, to be {@linkcode FramePool.lend}ed when it is full.
   *
   * @returns The memory.
   */
  takeBuffer(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(this.#byteLength);
  }
}
