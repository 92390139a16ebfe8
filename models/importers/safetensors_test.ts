import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import { hasPython, python } from "../../tests/_python.ts";
import { readSafetensors } from "./safetensors.ts";

const SKY = new URL("../weights/tiny-ssd-sky.safetensors", import.meta.url);

/** A file of this header and these numbers. */
function fileOf(header: unknown, numbers: ArrayBuffer = new ArrayBuffer(0)): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.of(...length, ...text, ...new Uint8Array(numbers));
}

const entry = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

Deno.test("readSafetensors() reads floats of 16 and 32 bits wherever they lie", () => {
  const numbers = new ArrayBuffer(14);
  new Uint8Array(numbers, 0, 6).set(new Uint8Array(Float16Array.of(0.5, -65504, 2 ** -24).buffer));
  new Uint8Array(numbers, 6).set(new Uint8Array(Float32Array.of(1e30, -0.1).buffer));
  // One space more or less moves the numbers by a byte.
  for (const space of ["", " "]) {
    const header = JSON.stringify({
      __metadata__: { format: "pt" },
      half: entry("F16", [3, 1], 0, 6),
      single: entry("F32", [2], 6, 14),
    }) + space;
    const { tensors, metadata } = readSafetensors(fileOf(header, numbers));
    assertEquals(metadata, { format: "pt" });
    assertEquals(tensors.get("half")?.dims, [3, 1]);
    assertEquals(tensors.get("half")?.floats(), Float32Array.of(0.5, -65504, 2 ** -24));
    assertEquals(tensors.get("single")?.floats(), Float32Array.of(1e30, -0.1));
  }
});

Deno.test("readSafetensors() passes over a type that nobody reads, and names it when somebody does", () => {
  const { tensors } = readSafetensors(
    fileOf({ count: entry("I64", [], 0, 8) }, new ArrayBuffer(8)),
  );
  assertThrows(() => tensors.get("count")?.floats(), ModelError, '"count" is of type I64');
});

/** Sums of squares of all tensors, by another reader. */
const SUMS = `
import json, struct, sys
import numpy
file = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", file[:8])[0]
entries = json.loads(file[8:8 + length])
entries.pop("__metadata__")
sums = {}
for name, entry in entries.items():
    start, end = entry["data_offsets"]
    numbers = numpy.frombuffer(file[8 + length + start:8 + length + end], "<f2").astype(float)
    sums[name] = [list(entry["shape"]), float((numbers ** 2).sum())]
print(json.dumps(sums))
`;

Deno.test({
  name: "readSafetensors() reads the same as NumPy",
  ignore: !hasPython("numpy"),
  async fn() {
    const theirs = await python("numpy", SUMS, SKY.pathname);
    const ours = Object.fromEntries(
      readSafetensors(await Deno.readFile(SKY)).tensors.entries().map(([name, tensor]) => {
        const sum = tensor.floats().reduce((sum, number) => sum + number ** 2, 0);
        return [name, [tensor.dims, sum]];
      }),
    );
    const rounded = (sums: unknown) =>
      JSON.parse(
        JSON.stringify(
          sums,
          (_, value) => typeof value === "number" ? Number(value.toPrecision(10)) : value,
        ),
      );
    assertEquals(rounded(ours), rounded(theirs));
  },
});

Deno.test.each([
  { flaw: "7 bytes", file: new Uint8Array(7), message: "only 7 bytes" },
  {
    flaw: "an endless header",
    file: new Uint8Array(9).fill(255),
    message: "claims 18446744073709551615 bytes, of 9 in all",
  },
  { flaw: "no JSON", file: fileOf("{"), message: "not JSON" },
  { flaw: "no object", file: fileOf("[]"), message: "wrong at its root" },
  { flaw: "no shape", file: fileOf({ a: { dtype: "F32" } }), message: 'wrong at "a.shape"' },
  {
    flaw: "a size below 0",
    file: fileOf({ a: entry("F32", [-1], 0, 4) }, new ArrayBuffer(4)),
    message: 'wrong at "a.shape.0"',
  },
  {
    flaw: "too few numbers",
    file: fileOf({ a: entry("F32", [2], 0, 8) }, new ArrayBuffer(7)),
    message: '"a", [2] of type "F32", does not take the bytes from 0 to 8',
  },
  {
    flaw: "bytes of another count",
    file: fileOf({ a: entry("F16", [2], 0, 8) }, new ArrayBuffer(8)),
    message: '"a", [2] of type "F16"',
  },
  {
    flaw: "an end before its start",
    file: fileOf({ a: entry("F16", [0], 4, 0) }, new ArrayBuffer(8)),
    message: '"a", [0] of type "F16"',
  },
  {
    flaw: "a name of two lines",
    file: fileOf({ "a\nb": entry("F32", [2], 0, 4) }, new ArrayBuffer(4)),
    message: '"a\\nb"',
  },
  {
    flaw: "an unknown type",
    file: fileOf({ a: entry("F12", [2], 0, 3) }, new ArrayBuffer(8)),
    message: 'of type "F12"',
  },
])("readSafetensors() refuses $flaw in one line", ({ file, message }) => {
  const error = assertThrows(() => readSafetensors(file), ModelError, message);
  assertMatch(error.message, /^Cannot [^\n]+$/);
});
