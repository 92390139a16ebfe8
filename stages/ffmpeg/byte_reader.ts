/** How much is read ahead of what was asked for, in bytes. */
const READ_AHEAD_BYTES = 4096;

/** Reads numbers one by one and pictures at one go from a byte stream. */
export class ByteReader {
  readonly #reader: ReadableStreamBYOBReader;
  #ahead: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #position = 0;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    return this.#position === this.#ahead.length && !await this.#readAhead();
  }

  /** The next byte. */
  async byte(): Promise<number> {
    if (await this.isAtEnd()) throw new RangeError("Cannot read on as the stream has ended");
    return this.#ahead[this.#position++]!;
  }

  /** The next bytes, as a copy. */
  async bytes(byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.fill(new ArrayBuffer(byteLength), 0));
  }

  /**
   * Fills the memory from `offset` to its end.
   *
   * @returns The same memory; what was given is detached.
   */
  async fill(buffer: ArrayBuffer, offset: number): Promise<ArrayBuffer> {
    const wanted = buffer.byteLength - offset;
    const part = this.#ahead.subarray(this.#position, this.#position + wanted);
    new Uint8Array(buffer).set(part, offset);
    this.#position += part.length;
    const rest = wanted - part.length;
    if (rest === 0) return buffer;
    const view = new Uint8Array(buffer, offset + part.length, rest);
    const { value } = await this.#reader.read(view, { min: rest });
    if (!value || value.length < rest) {
      throw new RangeError("Cannot read on as the stream has ended");
    }
    return value.buffer;
  }

  /** Gives the stream up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // It may be gone already.
    this.#reader.releaseLock();
  }

  async #readAhead(): Promise<boolean> {
    const buffer = this.#ahead.buffer.byteLength === READ_AHEAD_BYTES
      ? this.#ahead.buffer
      : new ArrayBuffer(READ_AHEAD_BYTES);
    const { value, done } = await this.#reader.read(new Uint8Array(buffer));
    this.#ahead = value ?? new Uint8Array(0);
    this.#position = 0;
    return !done;
  }
}
