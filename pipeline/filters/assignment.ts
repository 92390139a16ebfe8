import { checkCount } from "./_checks.ts";

/** What it costs to pair each row with each column. */
export interface CostMatrix {
  /** How many rows there are. */
  readonly rows: number;
  /** How many columns there are. */
  readonly columns: number;
  /** The costs, row by row; `Infinity` for a pair that is forbidden. */
  readonly data: ArrayLike<number>;
}

/** The sides of the search: a row is added at a time, and there are at least as many columns. */
interface Search {
  readonly rows: number;
  readonly columns: number;
  /** The costs, row by row, all of them finite. */
  readonly costs: Float64Array;
  /** The row of each column, or -1. */
  readonly rowOf: Int32Array;
  /** The column of each row, or -1. */
  readonly columnOf: Int32Array;
  /** What each row pays, and each column: together never more than the pair costs. */
  readonly rowPrices: Float64Array;
  readonly columnPrices: Float64Array;
  /** Of the search for one row: the cost of the cheapest way to each column. */
  readonly wayCosts: Float64Array;
  /** The row from which that way comes. */
  readonly wayFrom: Int32Array;
  /** All columns; those to which the cheapest way is known stand at the end. */
  readonly order: Int32Array;
}

/**
 * Pairs rows with columns, each at most once, so that as many as possible are paired, and among the
 * ways to do so at the lowest total cost.
 *
 * For each row the cheapest way to make room for it is searched, as a shortest path over pairs that
 * give way (Jonker and Volgenant, Computing 38, 1987, without their opening steps; for rectangular
 * costs after Crouse, IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016). O(n³). Of
 * several best ways it always finds the same; rows come in order, and each prefers a column that is
 * free, then the first one.
 *
 * To leave a pair out where it costs more than a limit, even though both stay unpaired then, take
 * `Math.min(cost - limit, 0)` as its cost and ignore the pairs at 0.
 *
 * @param costs The costs.
 * @returns The column of each row, or -1 for a row without one.
 * @throws {RangeError} If the size does not fit, or a cost is `NaN` or `-Infinity`.
 *
 * @example Two rows, three columns, one pair forbidden
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const columns = assign({ rows: 2, columns: 3, data: [1, 2, 9, 1, 5, Infinity] });
 * assertEquals([...columns], [1, 0]);
 * ```
 */
export function assign({ rows, columns, data }: CostMatrix): Int32Array<ArrayBuffer> {
  checkCount("assign", "rows", rows, 0);
  checkCount("assign", "columns", columns, 0);
  if (data.length !== rows * columns) {
    throw new RangeError(`Cannot assign ${rows}x${columns} by ${data.length} costs`);
  }
  const forbidden = priceOfForbidden(data, Math.min(rows, columns));
  const isWide = rows <= columns;
  const search = searchOver(isWide ? rows : columns, isWide ? columns : rows);
  for (let i = 0; i < data.length; i++) {
    const place = isWide ? i : (i % columns) * rows + Math.floor(i / columns);
    search.costs[place] = data[i] === Infinity ? forbidden : data[i]!;
  }
  for (let row = 0; row < search.rows; row++) addRow(search, row);
  const columnOf = new Int32Array(isWide ? search.columnOf : search.rowOf);
  return columnOf.map((column, row) => data[row * columns + column] === Infinity ? -1 : column);
}

/** A cost so high that a forbidden pair is taken only where all ways take as many of them. */
function priceOfForbidden(data: ArrayLike<number>, pairs: number): number {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const cost = data[i]!;
    if (!(cost > -Infinity)) {
      throw new RangeError(
        `Cannot assign as a cost must be above -Infinity: current value is ${cost}`,
      );
    }
    if (cost === Infinity) continue;
    least = Math.min(least, cost);
    most = Math.max(most, cost);
  }
  if (most === -Infinity) return 0;
  const range = most - least;
  return most + (range > 0 ? (pairs + 1) * range : Math.abs(most) || 1);
}

function searchOver(rows: number, columns: number): Search {
  return {
    rows,
    columns,
    costs: new Float64Array(rows * columns),
    rowOf: new Int32Array(columns).fill(-1),
    columnOf: new Int32Array(rows).fill(-1),
    rowPrices: new Float64Array(rows),
    columnPrices: new Float64Array(columns),
    wayCosts: new Float64Array(columns),
    wayFrom: new Int32Array(columns),
    order: new Int32Array(columns),
  };
}

/** Pairs one row more, at the lowest total cost of all rows so far. */
function addRow(search: Search, start: number): void {
  const { columns, rowOf, columnOf, rowPrices, columnPrices, wayCosts, wayFrom, order } = search;
  wayCosts.fill(Infinity);
  for (let i = 0; i < columns; i++) order[i] = i;
  let row = start;
  let wayCost = 0;
  let open = columns;
  let column: number;
  do {
    const at = nextColumn(search, { row, wayCost, open });
    column = order[at]!;
    order[at] = order[--open]!;
    order[open] = column;
    wayCost = wayCosts[column]!;
    row = rowOf[column]!;
  } while (row !== -1);
  rowPrices[start]! += wayCost;
  for (let i = open; i < columns; i++) {
    const known = order[i]!;
    const rise = wayCost - wayCosts[known]!;
    columnPrices[known]! -= rise;
    if (rowOf[known] !== -1) rowPrices[rowOf[known]!]! += rise;
  }
  // Along the way, each row takes the column that the one after it gives up.
  do {
    row = wayFrom[column]!;
    rowOf[column] = row;
    const given = columnOf[row]!;
    columnOf[row] = column;
    column = given;
  } while (row !== start);
}

/** Continues the cheapest ways by a row, and finds the open column to which the cheapest one leads. */
function nextColumn(
  { columns, costs, rowOf, rowPrices, columnPrices, wayCosts, wayFrom, order }: Search,
  { row, wayCost, open }: {
    readonly row: number;
    readonly wayCost: number;
    readonly open: number;
  },
): number {
  const base = wayCost - rowPrices[row]!;
  const from = row * columns;
  let bestAt = -1;
  let bestCost = Infinity;
  for (let at = 0; at < open; at++) {
    const column = order[at]!;
    let cost = base + costs[from + column]! - columnPrices[column]!;
    if (cost < wayCosts[column]!) {
      wayCosts[column] = cost;
      wayFrom[column] = row;
    } else {
      cost = wayCosts[column]!;
    }
    if (cost > bestCost) continue;
    const best = order[bestAt] ?? -1;
    const isFree = rowOf[column] === -1;
    const bestIsFree = rowOf[best] === -1;
    if (cost < bestCost || (isFree === bestIsFree ? column < best : isFree)) {
      bestAt = at;
      bestCost = cost;
    }
  }
  return bestAt;
}
