import { z } from "zod";
import { ModelError } from "../../pipeline/errors.ts";

/** Numbers that a safetensors file holds under a name. */
export interface NamedTensor {
  /** The size of each dimension. */
  readonly dims: readonly number[];
  /**
   * Reads the numbers, row-major; 16-bit ones are widened.
   *
   * @throws {ModelError} If they are not floats of 16 or 32 bits.
   */
  floats(): Float32Array<ArrayBuffer>;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** The tensors by their names. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** What else the file tells, in words. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The length of the header stands before it, as 64 bits. */
const PREFIX_BYTES = 8;

/** How the types of numbers that are understood are read. */
const READERS: Readonly<Record<string, (bytes: ArrayBuffer) => Float32Array<ArrayBuffer>>> = {
  F16: (bytes) => new Float32Array(new Float16Array(bytes)),
  F32: (bytes) => new Float32Array(bytes),
};

/** How many bytes a number of each type takes. */
const TYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["F8_E5M2", 1],
  ["F8_E4M3", 1],
  ["I16", 2],
  ["U16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["I32", 4],
  ["U32", 4],
  ["F32", 4],
  ["F64", 8],
  ["I64", 8],
  ["U64", 8],
]);

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(entrySchema);

/**
 * Reads a safetensors file (huggingface/safetensors, README, "Format"): the header's length, the
 * header as JSON, then the numbers, little-endian.
 *
 * @param bytes The bytes of the file.
 * @returns What it holds.
 * @throws {ModelError} If the file is damaged.
 *
 * @example A file with two numbers
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const header = '{"bias":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}';
 * const length = [header.length, 0, 0, 0, 0, 0, 0, 0];
 * const numbers = [0x00, 0x3c, 0x00, 0xc0];
 * const file = [...length, ...new TextEncoder().encode(header), ...numbers];
 * const bias = readSafetensors(Uint8Array.from(file)).tensors.get("bias");
 * assertEquals(bias?.floats(), Float32Array.of(1, -2));
 * ```
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { header, numbers } = partsOf(bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(entries)) {
    tensors.set(name, tensorFrom(name, entry, numbers));
  }
  return { tensors, metadata };
}

/** The header and, behind it, the numbers. */
function partsOf(bytes: Uint8Array): { header: z.infer<typeof headerSchema>; numbers: Uint8Array } {
  if (bytes.length < PREFIX_BYTES) {
    throw unreadable(`it has only ${bytes.length} bytes`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const end = PREFIX_BYTES + Number(length);
  if (!(end <= bytes.length)) {
    throw unreadable(`its header claims ${length} bytes, of ${bytes.length} in all`);
  }
  const text = bytes.subarray(PREFIX_BYTES, end);
  return { header: headerFrom(text), numbers: bytes.subarray(end) };
}

function headerFrom(text: Uint8Array): z.infer<typeof headerSchema> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (cause) {
    throw unreadable("its header is not JSON", cause);
  }
  const { data, error } = headerSchema.safeParse(header);
  if (data) return data;
  const place = error.issues[0]?.path.join(".");
  throw unreadable(`its header is wrong at ${place ? JSON.stringify(place) : "its root"}`, error);
}

function tensorFrom(
  name: string,
  { dtype, shape: dims, data_offsets: [start, end] }: z.infer<typeof entrySchema>,
  numbers: Uint8Array,
): NamedTensor {
  const wanted = dims.reduce((product, size) => product * size, TYPE_BYTES.get(dtype) ?? NaN);
  if (end > numbers.length || end - start !== wanted) {
    throw unreadable(
      `${JSON.stringify(name)}, [${dims}] of type ${JSON.stringify(dtype)}, does not take the ` +
        `bytes from ${start} to ${end}`,
    );
  }
  return {
    dims,
    floats() {
      const read = READERS[dtype];
      if (!read) throw unreadable(`${JSON.stringify(name)} is of type ${dtype}, not F16 or F32`);
      return read(numbers.slice(start, end).buffer); // So they begin at a multiple of their size.
    },
  };
}

function unreadable(why: string, cause?: unknown): ModelError {
  return new ModelError(`Cannot read the safetensors file: ${why}`, { cause });
}
