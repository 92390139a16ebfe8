import { assertEquals, assertThrows } from "@std/assert";
import { densify, type SparseTensor } from "./_densify.ts";

const dense = (denseSize: number) => ({ isSparse: false, denseSize, segments: [], indices: [] });
const sparse = (segments: number[], indices: number[]) => ({
  isSparse: true,
  denseSize: 0,
  segments,
  indices,
});

/** Rows [0 1 0], [0 0 0] and [2 0 3], stored row by row. */
const ROWS: SparseTensor = {
  shape: [3, 3],
  values: Float32Array.of(1, 2, 3),
  sparsity: {
    traversalOrder: [0, 1],
    blockMap: [],
    levels: [dense(3), sparse([0, 1, 1, 3], [1, 0, 2])],
  },
};

Deno.test("densify() puts the numbers of compressed rows where they belong", () => {
  assertEquals(Array.from(densify(ROWS)), [0, 1, 0, 0, 0, 0, 2, 0, 3]);
});

Deno.test("densify() walks columns first where they are stored first", () => {
  const sparsity = {
    traversalOrder: [1, 0],
    blockMap: [],
    levels: [dense(3), sparse([0, 1, 2, 3], [2, 0, 2])],
  };
  const values = Float32Array.of(2, 1, 3);
  assertEquals(Array.from(densify({ ...ROWS, sparsity, values })), [0, 1, 0, 0, 0, 0, 2, 0, 3]);
});

Deno.test("densify() places blocks of 2x2", () => {
  // Three of the four blocks hold something; the numbers in a block are stored row by row.
  const tensor: SparseTensor = {
    shape: [4, 4],
    values: Float32Array.of(1, 0, 0, 2, 4, 0, 0, 0, 3, 0, 5, 0),
    sparsity: {
      traversalOrder: [0, 1, 2, 3],
      blockMap: [0, 1],
      levels: [dense(2), sparse([0, 2, 3], [0, 1, 1]), dense(2), dense(2)],
    },
  };
  assertEquals(
    Array.from(densify(tensor)),
    [[1, 0, 4, 0], [0, 2, 0, 0], [0, 0, 3, 0], [0, 0, 5, 0]].flat(),
  );
});

Deno.test("densify() walks a sparse dimension inside a sparse one", () => {
  const tensor: SparseTensor = {
    shape: [2, 2, 3],
    values: Float32Array.of(7, 8),
    sparsity: {
      traversalOrder: [0, 1, 2],
      blockMap: [],
      levels: [sparse([0, 1], [1]), dense(2), sparse([0, 1, 2], [2, 0])],
    },
  };
  assertEquals(Array.from(densify(tensor)), [0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 0, 0]);
});

Deno.test.each([
  { flaw: "an index beyond the shape", levels: [dense(3), sparse([0, 1, 1, 3], [1, 0, 3])] },
  { flaw: "a missing index", levels: [dense(3), sparse([0, 1, 1, 4], [1, 0, 2])] },
  { flaw: "a missing segment", levels: [dense(3), sparse([0, 1], [1, 0, 2])] },
  { flaw: "a missing value", levels: [dense(3), sparse([0, 1, 1, 4], [1, 0, 2, 2])] },
  { flaw: "a size that is not its shape's", levels: [dense(4), sparse([0, 1, 1, 3], [1, 0, 2])] },
  { flaw: "no levels", levels: [] },
])("densify() refuses $flaw", ({ levels }) => {
  assertThrows(
    () => densify({ ...ROWS, sparsity: { ...ROWS.sparsity, levels } }),
    RangeError,
    "Cannot fill in a sparse tensor",
  );
});

Deno.test("densify() ends on lists that lie over one another", () => {
  // A thousand rows are all row 0, and every other one begins its columns anew.
  const sparsity = {
    traversalOrder: [0, 1],
    blockMap: [],
    levels: [
      sparse([0, 1000], Array.from({ length: 1000 }, () => 0)),
      sparse(Array.from({ length: 1001 }, (_, i) => 2 * (i % 2)), [0, 1]),
    ],
  };
  const tensor = { shape: [2, 2], values: Float32Array.of(1, 2), sparsity };
  assertThrows(() => densify(tensor), RangeError, "its lists overlap");
});

Deno.test("densify() ends on a list that claims to be endless", () => {
  const sparsity = {
    traversalOrder: [0, 1],
    blockMap: [],
    levels: [dense(2), sparse([0, 2 ** 31 - 1, 2 ** 31 - 1], [])],
  };
  const tensor = { shape: [2, 2], values: Float32Array.of(1, 2), sparsity };
  assertThrows(() => densify(tensor), RangeError, "an index is missing");
});
