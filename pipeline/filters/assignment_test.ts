import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assign, type CostMatrix } from "./assignment.ts";

interface ScipyCase {
  readonly cost: readonly (readonly number[])[];
  readonly cols: readonly number[];
  readonly rows: readonly number[];
  readonly total: number;
  readonly ties: boolean;
}

const SCIPY: readonly ScipyCase[] = JSON.parse(
  await Deno.readTextFile(
    new URL("../../tests/fixtures/assignment/scipy_lsa.json", import.meta.url),
  ),
);

/** How many pairs there are, and what they cost; fails if a row or column is paired twice. */
function worthOf({ columns, data }: CostMatrix, columnOf: ArrayLike<number>) {
  const taken = new Set<number>();
  let total = 0;
  Array.from(columnOf).forEach((column, row) => {
    if (column === -1) return;
    assert(!taken.has(column) && column >= 0 && column < columns);
    taken.add(column);
    total += data[row * columns + column]!;
  });
  return { pairs: taken.size, total };
}

/** The best way of all, found by trying each. */
function bestOf(matrix: CostMatrix, row = 0, taken = 0): { pairs: number; total: number } {
  const { rows, columns, data } = matrix;
  if (row === rows) return { pairs: 0, total: 0 };
  let best = bestOf(matrix, row + 1, taken);
  for (let column = 0; column < columns; column++) {
    const cost = data[row * columns + column]!;
    if (cost === Infinity || taken & 1 << column) continue;
    const rest = bestOf(matrix, row + 1, taken | 1 << column);
    const way = { pairs: rest.pairs + 1, total: rest.total + cost };
    if (way.pairs > best.pairs || (way.pairs === best.pairs && way.total < best.total)) best = way;
  }
  return best;
}

function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

function matrixOf(rows: number, columns: number, cost: (row: number, column: number) => number) {
  const data = Float64Array.from(
    { length: rows * columns },
    (_, i) => cost(Math.floor(i / columns), i % columns),
  );
  return { rows, columns, data };
}

Deno.test("assign() finds totals as low as scipy's, and the same pairs where there is one best way", () => {
  assertEquals(SCIPY.length, 24);
  for (const { cost, rows, cols, total, ties } of SCIPY) {
    const matrix = matrixOf(cost.length, cost[0]!.length, (row, column) => cost[row]![column]!);
    const columnOf = assign(matrix);
    const worth = worthOf(matrix, columnOf);
    assertEquals(worth.pairs, cols.length);
    assertAlmostEquals(worth.total, total, 1e-9);
    if (!ties) rows.forEach((row, i) => assertEquals(columnOf[row], cols[i]));
  }
});

Deno.test("assign() equals trying all ways, with forbidden pairs, negative costs and ties", () => {
  const random = randomNumbers(1);
  for (let trial = 0; trial < 600; trial++) {
    const [rows, columns] = [1 + trial % 6, 1 + Math.floor(trial / 6) % 6];
    const share = [0, 0.3, 0.7, 1][trial % 4]!;
    const isWhole = trial % 3 === 0;
    const matrix = matrixOf(rows, columns, () => {
      const cost = isWhole ? Math.floor(random() * 4) - 1 : random() * 10 - 3;
      return random() < share ? Infinity : cost;
    });
    const best = bestOf(matrix);
    const worth = worthOf(matrix, assign(matrix));
    assertEquals(worth.pairs, best.pairs);
    assertAlmostEquals(worth.total, best.total, 1e-9);
  }
});

Deno.test("assign() finds a hidden way through 100x100, whose prices prove that it is the best", () => {
  const random = randomNumbers(2);
  const size = 100;
  // A way on which each pair costs just the prices of its row and column; all others cost more.
  const hidden = Array.from({ length: size }, (_, row) => (row * 37 + 11) % size);
  const rowPrices = hidden.map(() => random());
  const columnPrices = hidden.map(() => random());
  const matrix = matrixOf(
    size,
    size,
    (row, column) =>
      rowPrices[row]! + columnPrices[column]! + (hidden[row] === column ? 0 : 1e-6 + random() / 9),
  );
  assertEquals([...assign(matrix)], hidden);
});

Deno.test("assign() finds the same cost for the transposed matrix, and for shuffled rows", () => {
  const random = randomNumbers(3);
  const matrix = matrixOf(23, 41, () => random() < 0.2 ? Infinity : random());
  const { pairs, total } = worthOf(matrix, assign(matrix));
  const at = (row: number, column: number) => matrix.data[row * 41 + column]!;
  for (
    const other of [
      matrixOf(41, 23, (row, column) => at(column, row)),
      matrixOf(23, 41, (row, column) => at((row * 7 + 3) % 23, column)),
    ]
  ) {
    const worth = worthOf(other, assign(other));
    assertEquals(worth.pairs, pairs);
    assertAlmostEquals(worth.total, total, 1e-9);
  }
});

Deno.test("assign() takes the most pairs at the lowest cost, not the cheapest rows first", () => {
  const { Infinity: no } = globalThis;
  // Both want the first column; only the first row can do without it.
  assertEquals([...assign({ rows: 2, columns: 2, data: [1, 9, 5, no] })], [1, 0]);
  // Only one can have the only column, and the second does it for less.
  assertEquals([...assign({ rows: 2, columns: 1, data: [10, 1] })], [-1, 0]);
  assertEquals([...assign({ rows: 2, columns: 2, data: [10, no, 1, no] })], [-1, 0]);
  assertEquals([...assign({ rows: 2, columns: 2, data: [no, no, no, no] })], [-1, -1]);
});

Deno.test("assign() is determinate on ties: rows in order take the first free columns", () => {
  for (const value of [0, 1, -2.5]) {
    assertEquals([...assign(matrixOf(4, 4, () => value))], [0, 1, 2, 3]);
    assertEquals([...assign(matrixOf(3, 5, () => value))], [0, 1, 2]);
  }
  const random = randomNumbers(4);
  const matrix = matrixOf(30, 30, () => Math.floor(random() * 3));
  assertEquals(assign(matrix), assign({ ...matrix, data: [...matrix.data] }));
});

Deno.test("assign() by costs less a limit leaves out pairs that are not worth it", () => {
  const limit = 0.8;
  const costs = matrixOf(2, 2, (row, column) => [0.1, 0.5, 0.6, 5][2 * row + column]!);
  const worths = { ...costs, data: costs.data.map((cost) => Math.min(cost - limit, 0)) };
  const columnOf = assign(worths);
  const pairs = [...columnOf].map((column, row) => worths.data[2 * row + column]! < 0);
  assertEquals([[...columnOf], pairs], [[0, 1], [true, false]]);
});

Deno.test("assign() takes matrices without rows or columns", () => {
  assertEquals([...assign({ rows: 0, columns: 3, data: [] })], []);
  assertEquals([...assign({ rows: 3, columns: 0, data: [] })], [-1, -1, -1]);
});

Deno.test("assign() refuses what it cannot compare", () => {
  assertThrows(
    () => assign({ rows: 2, columns: 2, data: [1, 2, 3] }),
    RangeError,
    "Cannot assign 2x2 by 3 costs",
  );
  assertThrows(() => assign({ rows: -1, columns: 0, data: [] }), RangeError, "rows must be");
  for (const cost of [NaN, -Infinity]) {
    assertThrows(
      () => assign({ rows: 1, columns: 1, data: [cost] }),
      RangeError,
      `a cost must be above -Infinity: current value is ${cost}`,
    );
  }
});
