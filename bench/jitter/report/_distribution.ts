import * as Plot from "@observablehq/plot";
import type { Markup } from "./_markup.ts";
import { plotted } from "./_plot.ts";

/** The values of the tracks by one method. */
export interface Sampled {
  /** The colour. */
  readonly ink: string;
  /** The values, one a track, above 0. */
  readonly values: readonly number[];
}

/** A bar of a histogram. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly ink: string;
}

/** How many bars a histogram of so many values gets: as many as Rice's rule says, within limits. */
function binCount(values: number): number {
  return Math.min(24, Math.max(6, Math.ceil(2 * Math.cbrt(values))));
}

/** Counts values between equal steps of their logarithm. */
function barsOf(samples: readonly Sampled[]): Bar[] {
  const logs = samples.flatMap(({ values }) => values.map(Math.log));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const bins = binCount(Math.max(...samples.map(({ values }) => values.length)));
  const step = (high - low || 1) / bins;
  const edge = (at: number) => Math.exp(low + at * step);
  return samples.flatMap(({ values, ink }) => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values) {
      const at = Math.min(bins - 1, Math.floor((Math.log(value) - low) / step));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts.map((count, at) => ({ from: edge(at), to: edge(at + 1), count, ink }));
  });
}

/** The axis of both plots. */
function axisOf(label: string): Plot.ScaleOptions {
  return { type: "log", label, tickFormat: "~g", ticks: 5, inset: 4 };
}

function histogram(samples: readonly Sampled[], axis: Plot.ScaleOptions): Markup {
  return plotted({
    height: 200,
    marginBottom: 24,
    x: { ...axis, label: null, tickFormat: () => "" },
    y: { label: "tracks", grid: true, ticks: 4, tickFormat: "d" },
    marks: [
      Plot.rect(barsOf(samples).filter(({ count }) => count > 0), {
        x1: "from",
        x2: "to",
        y1: 0,
        y2: "count",
        fill: "ink",
        fillOpacity: 0.55,
        stroke: "ink",
      }),
      Plot.ruleY([0]),
    ],
  }, "How many tracks have which value");
}

function cumulative(samples: readonly Sampled[], axis: Plot.ScaleOptions): Markup {
  const steps = samples.flatMap(({ ink, values }) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted.map((value, at) => ({ value, share: 100 * (at + 1) / sorted.length, ink }));
  });
  const place = { x: "value", y: "share" };
  return plotted({
    height: 180,
    marginTop: 24,
    x: axis,
    y: { label: "share of tracks (%)", grid: true, domain: [0, 100], ticks: 4 },
    marks: [
      Plot.line(steps, { ...place, z: "ink", stroke: "ink", strokeWidth: 2, curve: "step-after" }),
      Plot.dot(steps, { ...place, fill: "ink", r: 2.5 }),
    ],
  }, "Which share of the tracks has at most so much");
}

/**
 * Draws how many tracks have which value, and below it which share has at most so much.
 *
 * @param samples The values by method.
 * @param axis What the values are, with the unit.
 * @returns A histogram, and the cumulative distribution; nothing of no values.
 */
export function distributionPlots(samples: readonly Sampled[], axis: string): Markup[] {
  const counted = samples.map(({ ink, values }) => (
    { ink, values: values.filter((value) => value > 0 && value < Infinity) }
  )).filter(({ values }) => values.length > 0);
  if (counted.length === 0) return [];
  return [histogram(counted, axisOf(axis)), cumulative(counted, axisOf(axis))];
}
