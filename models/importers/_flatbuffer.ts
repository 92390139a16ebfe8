import { ModelError } from "../../pipeline/errors.ts";

/** Nothing that is read here has longer lists; a longer one comes from a damaged file. */
const MAX_ENTRIES = 65_536;

/**
 * A table of a flatbuffer, read with every offset checked: `flatbuffers`' own reader takes what lies
 * beyond the end for zeros, which turns a damaged file into a different network.
 *
 * The layout is that of FlatBuffers' "Internals" page: a table starts with the signed distance back
 * to its vtable, which holds the place of each field as 16-bit numbers behind two of its own.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #position: number;

  private constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
  }

  /**
   * The outermost table of a file.
   *
   * @throws {ModelError} If the file does not carry the identifier, or is cut off.
   */
  static rootOf(bytes: Uint8Array, identifier: string): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = String.fromCharCode(...bytes.subarray(4, 8));
    if (found !== identifier) {
      throw new ModelError(`Cannot import the file: it does not carry the mark "${identifier}"`);
    }
    return new FlatTable(view, checked(view, view.getUint32(0, true), 4));
  }

  /** A signed byte. */
  int8(field: number, fallback = 0): number {
    const at = this.#placeOf(field, 1);
    return at === undefined ? fallback : this.#view.getInt8(at);
  }

  /** A signed number of 32 bits. */
  int32(field: number, fallback = 0): number {
    const at = this.#placeOf(field, 4);
    return at === undefined ? fallback : this.#view.getInt32(at, true);
  }

  /** An unsigned number of 32 bits. */
  uint32(field: number, fallback = 0): number {
    return this.int32(field, fallback) >>> 0;
  }

  /** A table, if it is there. */
  table(field: number): FlatTable | undefined {
    const at = this.#placeOf(field, 4);
    return at === undefined ? undefined : this.#tableAt(at);
  }

  /** A list of tables; empty if it is not there. */
  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4, MAX_ENTRIES);
    return Array.from({ length }, (_, i) => this.#tableAt(start + 4 * i));
  }

  /** A list of signed numbers of 32 bits; empty if it is not there. */
  int32s(field: number): number[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => this.#view.getInt32(start + 4 * i, true));
  }

  /** A list of unsigned numbers of 16 bits; empty if it is not there. */
  uint16s(field: number): number[] {
    const { start, length } = this.#vector(field, 2);
    return Array.from({ length }, (_, i) => this.#view.getUint16(start + 2 * i, true));
  }

  /** A list of bytes, not copied; empty if it is not there. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.#vector(field, 1);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }

  /** A text; empty if it is not there. */
  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  #placeOf(field: number, sizeBytes: number): number | undefined {
    const vtable = this.#position - this.#view.getInt32(this.#position, true);
    const vtableBytes = this.#view.getUint16(checked(this.#view, vtable, 4), true);
    const entry = 4 + 2 * field;
    if (entry + 2 > vtableBytes) return undefined;
    const distance = this.#view.getUint16(checked(this.#view, vtable + entry, 2), true);
    if (distance === 0) return undefined;
    return checked(this.#view, this.#position + distance, sizeBytes);
  }

  #tableAt(at: number): FlatTable {
    const target = at + this.#view.getUint32(at, true);
    return new FlatTable(this.#view, checked(this.#view, target, 4));
  }

  #vector(field: number, entryBytes: number, maxLength = Infinity) {
    const at = this.#placeOf(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const head = checked(this.#view, at + this.#view.getUint32(at, true), 4);
    const length = this.#view.getUint32(head, true);
    if (length > maxLength) {
      throw new ModelError(`Cannot import the TFLite file: a list at byte ${head} is too long`);
    }
    return { start: checked(this.#view, head + 4, length * entryBytes), length };
  }
}

function checked(view: DataView, position: number, sizeBytes: number): number {
  if (position >= 0 && position + sizeBytes <= view.byteLength) return position;
  throw new ModelError(
    `Cannot import the TFLite file: byte ${position} is named in it, which is ${view.byteLength} bytes long`,
  );
}
