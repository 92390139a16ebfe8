import * as Plot from "@observablehq/plot";
import { type Markup, rowNames } from "./_markup.ts";
import { INK, plotted } from "./_plot.ts";

/** How two methods compare on one clip, or on all. */
export interface ForestRow {
  /** What the row is about. */
  readonly name: string;
  /** The ratio of their jitters: below 1 where the first has less. */
  readonly ratio: number;
  /** The ends of its interval, if there are tracks enough. */
  readonly interval?: readonly [number, number];
  /** Whether it is the row of all clips. */
  readonly isTotal?: boolean;
}

/** From the least to the greatest, with 1 and some room. */
function rangeOf(rows: readonly ForestRow[]): [number, number] {
  const ends = rows.flatMap(({ ratio, interval = [] }) => [ratio, ...interval]);
  return [Math.min(1, ...ends) / 1.15, Math.max(1, ...ends) * 1.15];
}

/** The ratios that an axis may name. */
const FINE = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10];
const COARSE = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

/**
 * Draws ratios with their intervals, a row each.
 *
 * @param rows The rows, in the order they are drawn.
 * @param axis What the ratio is of.
 * @returns The plot.
 */
export function forestPlot(rows: readonly ForestRow[], axis: string): Markup {
  const names = rowNames(rows.map(({ name }) => name), 30);
  const shown = rows.map((row, at) => ({ ...row, name: names[at]! }));
  const domain = rangeOf(shown);
  const ticks = (domain[1] / domain[0] > 8 ? COARSE : FINE).filter((tick) =>
    tick >= domain[0] && tick <= domain[1]
  );
  const marginLeft = Math.min(240, 24 + 7 * Math.max(...shown.map(({ name }) => name.length)));
  return plotted({
    height: 72 + 26 * shown.length,
    marginLeft,
    marginTop: 10,
    x: { label: axis, type: "log", domain, grid: true, tickFormat: "~g", ticks },
    y: { label: null, domain: shown.map(({ name }) => name), type: "point", padding: 0.6 },
    marks: [
      Plot.ruleX([1], { stroke: INK.reference, strokeDasharray: "5 3" }),
      Plot.ruleY(shown.filter(({ interval }) => interval), {
        x1: ({ interval }) => interval![0],
        x2: ({ interval }) => interval![1],
        y: "name",
        stroke: INK.smoothed,
        strokeWidth: 2,
      }),
      Plot.dot(shown, {
        x: "ratio",
        y: "name",
        r: 5,
        symbol: ({ isTotal = false }) => isTotal ? "diamond" : "circle",
        fill: ({ isTotal = false }) => isTotal ? INK.accent : INK.smoothed,
      }),
    ],
  }, "Ratios with their intervals");
}
