import { ModelError } from "../../pipeline/errors.ts";

/** A file that is being read. */
interface Source {
  readonly view: DataView;
  /**
   * How many entries of lists may still be read. Lists may lie over one another, so a small hostile
   * file could claim a great many of the longest; an honest one has fewer entries than bytes.
   */
  entriesLeft: number;
}

/**
 * A table of a flatbuffer, read with every offset checked: `flatbuffers`' own reader takes what lies
 * beyond the end for zeros, which turns a damaged file into a different network.
 *
 * The layout is that of FlatBuffers' "Internals" page: a table starts with the signed distance back
 * to its vtable, which holds the place of each field as 16-bit numbers behind two of its own.
 */
export class FlatTable {
  readonly #source: Source;
  readonly #view: DataView;
  readonly #position: number;

  private constructor(source: Source, position: number) {
    this.#source = source;
    this.#view = source.view;
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
    const source = { view, entriesLeft: bytes.byteLength };
    return new FlatTable(source, checked(view, view.getUint32(0, true), 4));
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
    const { start, length } = this.#list(field, 4);
    return Array.from({ length }, (_, i) => this.#tableAt(start + 4 * i));
  }

  /** A list of signed numbers of 32 bits; empty if it is not there. */
  int32s(field: number): number[] {
    const { start, length } = this.#list(field, 4);
    return Array.from({ length }, (_, i) => this.#view.getInt32(start + 4 * i, true));
  }

  /** A list of unsigned numbers of 16 bits; empty if it is not there. */
  uint16s(field: number): number[] {
    const { start, length } = this.#list(field, 2);
    return Array.from({ length }, (_, i) => this.#view.getUint16(start + 2 * i, true));
  }

  /** A list of bytes, not copied; empty if it is not there. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.#vector(field, 1);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }

  /** A list of unsigned numbers of 8 bits; empty if it is not there. */
  uint8s(field: number): number[] {
    const { start, length } = this.#list(field, 1);
    return Array.from({ length }, (_, i) => this.#view.getUint8(start + i));
  }

  /** A text; empty if it is not there. */
  text(field: number): string {
    this.#list(field, 1);
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
    return new FlatTable(this.#source, checked(this.#view, target, 4));
  }

  /** Where a list lies whose entries are about to be read. */
  #list(field: number, entryBytes: number) {
    const vector = this.#vector(field, entryBytes);
    this.#source.entriesLeft -= vector.length;
    if (this.#source.entriesLeft >= 0) return vector;
    throw new ModelError("Cannot import the TFLite file: its lists lie over one another");
  }

  #vector(field: number, entryBytes: number) {
    const at = this.#placeOf(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const head = checked(this.#view, at + this.#view.getUint32(at, true), 4);
    const length = this.#view.getUint32(head, true);
    return { start: checked(this.#view, head + 4, length * entryBytes), length };
  }
}

function checked(view: DataView, position: number, sizeBytes: number): number {
  if (position >= 0 && position + sizeBytes <= view.byteLength) return position;
  throw new ModelError(
    `Cannot import the TFLite file: byte ${position} is named in it, which is ${view.byteLength} bytes long`,
  );
}
