import * as Plot from "@observablehq/plot";
import { labelPlaces } from "./_label_places.ts";
import type { Markup } from "./_markup.ts";
import { plainText } from "./plain_text.ts";
import { INK, PLOT_SIZE, plotted } from "./_plot.ts";

/** What a method gains, and what it costs. */
export interface Trade {
  /** What the method is called. */
  readonly name: string;
  /** How late it is, in milliseconds, with the frames that it waits for. */
  readonly lagMs: number;
  /** How much jitter is left, over that of raw boxes. */
  readonly left: number;
  /** The ends of the interval of that, if known. */
  readonly interval?: readonly [number, number];
  /** Whether the method passes the guard. */
  readonly isValid: boolean;
  /** Whether it is the one that the verdict is about. */
  readonly isChosen: boolean;
}

/**
 * Which trades no other beats: none has less jitter at as little lag.
 *
 * @param trades The trades.
 * @returns Those, by lag.
 */
export function frontOf(trades: readonly Trade[]): Trade[] {
  const byLag = trades.toSorted((a, b) => a.lagMs - b.lagMs || a.left - b.left);
  let least = Infinity;
  return byLag.filter(({ left }) => {
    const isBetter = left < least;
    if (isBetter) least = left;
    return isBetter;
  });
}

/** Percent of a share, such as `38 %`; small shares keep a digit. */
function percentText(share: number): string {
  const percent = share * 100;
  return `${percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`;
}

/** Round shares that lie in the range of some trades. */
function ticksOf(trades: readonly Trade[]): number[] {
  const ends = trades.flatMap(({ left, interval = [] }) => [left, ...interval]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const decades = [1e-4, 1e-3, 1e-2, 0.1, 1, 10];
  const steps = high / low > 30 ? [1, 3] : [1, 2, 5];
  return decades.flatMap((decade) => steps.map((step) => decade * step))
    .filter((share) => share >= low * 0.8 && share <= high * 1.25);
}

/** Everything but the names. */
function options(trades: readonly Trade[], what: string): Plot.PlotOptions {
  const front = frontOf(trades.filter(({ isValid }) => isValid));
  const ticks = ticksOf(trades);
  return {
    height: 400,
    marginTop: 32,
    x: { label: "lag, with what is waited for (ms)", nice: true, insetLeft: 12, insetRight: 40 },
    y: { label: what, type: "log", grid: true, inset: 12, ticks, tickFormat: percentText },
    r: { type: "identity" },
    marks: [
      Plot.ruleY([1], { stroke: INK.rule }),
      Plot.line(front, { x: "lagMs", y: "left", curve: "step-after", stroke: INK.faint }),
      Plot.link(trades.filter(({ interval }) => interval), {
        x1: "lagMs",
        x2: "lagMs",
        y1: ({ interval }: Trade) => interval![0],
        y2: ({ interval }: Trade) => interval![1],
        stroke: INK.faint,
      }),
      Plot.dot(trades, {
        x: "lagMs",
        y: "left",
        r: ({ isChosen }: Trade) => isChosen ? 6.5 : 4.5,
        symbol: ({ isValid }: Trade) => isValid ? "circle" : "times",
        fill: ({ isValid, isChosen }: Trade) =>
          isValid ? isChosen ? INK.accent : INK.smoothed : "none",
        stroke: ({ isValid }: Trade) => isValid ? "var(--panel)" : INK.raw,
        title: ({ name, lagMs, left }: Trade) =>
          `${name}: ${percentText(left)} left at ${lagMs.toFixed(0)} ms`,
      }),
    ],
  };
}

/** The names of the methods, where there is room for them. */
function names(trades: readonly Trade[], { scale }: Pick<Plot.Plot, "scale">): Plot.Markish[] {
  const [x, y] = [scale("x")!, scale("y")!];
  const points = trades.map(({ name, lagMs, left }) => ({
    name,
    x: x.apply(lagMs),
    y: y.apply(left),
  }));
  return labelPlaces(points, PLOT_SIZE.marginLeft, PLOT_SIZE.width).flatMap((place, at) =>
    place
      ? Plot.text([trades[at]!], {
        x: "lagMs",
        y: "left",
        text: "name",
        dx: place.dx,
        dy: place.dy,
        textAnchor: place.anchor,
        stroke: "var(--panel)",
        strokeWidth: 4,
        fill: "currentColor",
        ...trades[at]!.isChosen && { fontWeight: "bold" },
      })
      : []
  );
}

/**
 * Draws how much jitter each method leaves against how late it is.
 *
 * @param trades The methods.
 * @param what What is left, for the axis.
 * @returns The plot.
 */
export function paretoPlot(trades: readonly Trade[], what: string): Markup {
  const shown = trades.map((trade) => ({ ...trade, name: plainText(trade.name) }));
  const front = frontOf(shown.filter(({ isValid }) => isValid));
  const weight = (trade: Trade) => trade.isChosen ? 2 : front.includes(trade) ? 1 : 0;
  const byWeight = shown.toSorted((a, b) => weight(b) - weight(a));
  return plotted(
    options(byWeight, what),
    `Jitter left against lag, of ${trades.length} methods`,
    (plot) => names(byWeight, plot),
  );
}
