import { type RgbFromYuv, rgbFromYuv } from "../../pipeline/colour.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Picture } from "../../pipeline/picture.ts";
import type { Planes } from "../../pipeline/planes.ts";

/** A {@linkcode Picture} in memory that two threads can see. */
export interface SharedPicture extends Omit<Picture, "planes" | "colour"> {
  /** Which picture it is: the same number stands for the same pixels. */
  readonly pixelsId: number;
  /** Its planes, one behind the other; there may be more memory than they take. */
  readonly memory: SharedArrayBuffer;
  /** How many bytes they take. */
  readonly byteLength: number;
  /** Its size. */
  readonly size: Size;
  /** What turns its numbers into colours. */
  readonly rgbFromYuv: RgbFromYuv;
}

/** Shared memory that holds a picture's planes, and how many runs need it. */
interface Loan {
  readonly pixelsId: number;
  readonly memory: SharedArrayBuffer;
  runs: number;
}

/** How much memory without use is kept for the pictures to come. */
const MAX_FREE = 16;

/**
 * Copies pictures to where a worker sees them: once each, however many runs need it at a time, and
 * into memory that is used again.
 */
export class PictureSharer {
  readonly #loans = new Map<Planes, Loan>();
  readonly #free: SharedArrayBuffer[] = [];
  #lastId = 0;

  /** How many pictures are shared at the moment. */
  get count(): number {
    return this.#loans.size;
  }

  /**
   * Shares a picture while something is done with it.
   *
   * @param picture The picture: its planes must stay as they are meanwhile.
   * @param use What is done.
   * @returns What comes of it.
   */
  async sharing<T>(
    { planes, colour, ...rest }: Picture,
    use: (shared: SharedPicture) => Promise<T>,
  ): Promise<T> {
    const loan = this.#loans.get(planes) ?? this.#lend(planes);
    const { pixelsId, memory } = loan;
    loan.runs++;
    try {
      return await use({
        ...rest,
        pixelsId,
        memory,
        byteLength: planes.data.length,
        size: { width: planes.width, height: planes.height },
        rgbFromYuv: rgbFromYuv(colour),
      });
    } finally {
      if (--loan.runs === 0) {
        this.#loans.delete(planes);
        if (this.#free.length < MAX_FREE) this.#free.push(memory);
      }
    }
  }

  #lend(planes: Planes): Loan {
    const memory = this.#take(planes.data.length);
    new Uint8Array(memory).set(planes.data);
    const loan = { pixelsId: ++this.#lastId, memory, runs: 0 };
    this.#loans.set(planes, loan);
    return loan;
  }

  /** Memory of at least that size, in whole words; what is free and smaller is given up. */
  #take(byteLength: number): SharedArrayBuffer {
    for (let memory; (memory = this.#free.pop());) {
      if (memory.byteLength >= byteLength) return memory;
    }
    return new SharedArrayBuffer(Math.ceil(byteLength / 4) * 4);
  }
}
