import * as Plot from "@observablehq/plot";
import type { Markup } from "./_markup.ts";
import { INK, plotted, type Swatch } from "./_plot.ts";

/** A coordinate of one object over time, as several have it. */
export interface Trajectory {
  /** The times, in seconds. */
  readonly timesS: readonly number[];
  /** As detected, in pixels; `null` where it was not. */
  readonly raw: readonly (number | null)[];
  /** As the method has it. */
  readonly smoothed: readonly (number | null)[];
  /** The motion without its trembling, as the benchmark takes it. */
  readonly reference: readonly (number | null)[];
  /** Where it truly is, if that is known. */
  readonly truth?: readonly (number | null)[];
}

/** What the colours of a trajectory mean. */
export const TRAJECTORY_KEY: readonly Swatch[] = [
  { ink: INK.raw, name: "raw", form: "dots" },
  { ink: INK.smoothed, name: "smoothed" },
  { ink: INK.reference, name: "reference", form: "dashes" },
];

/** A point of a line: `null` breaks it. */
interface Point {
  readonly t: number;
  readonly v: number | null;
}

function pointsOf(timesS: readonly number[], values: readonly (number | null)[]): Point[] {
  return timesS.map((t, at) => ({ t, v: values[at] ?? null }));
}

/** How far values lie from the reference. */
function differences(
  values: readonly (number | null)[],
  reference: readonly (number | null)[],
): (number | null)[] {
  return values.map((value, at) => {
    const centre = reference[at] ?? null;
    return value === null || centre === null ? null : value - centre;
  });
}

/** Where a coordinate went. */
function path(trajectory: Trajectory, axis: string, summary: string): Markup {
  const { timesS, raw, smoothed, reference, truth } = trajectory;
  const line = (values: readonly (number | null)[], options: Plot.LineOptions) =>
    Plot.lineY(pointsOf(timesS, values), { x: "t", y: "v", ...options });
  return plotted({
    width: 380,
    height: 200,
    marginTop: 28,
    marginBottom: 24,
    x: { label: null, tickFormat: () => "" },
    y: { label: axis, grid: true, nice: true },
    marks: [
      ...truth ? [line(truth, { stroke: INK.truth, strokeWidth: 2, strokeOpacity: 0.6 })] : [],
      Plot.dot(pointsOf(timesS, raw), { x: "t", y: "v", r: 1.8, fill: INK.raw, stroke: null }),
      line(reference, { stroke: INK.reference, strokeWidth: 1.2, strokeDasharray: "5 3" }),
      line(smoothed, { stroke: INK.smoothed, strokeWidth: 1.8 }),
    ],
  }, summary);
}

/** How far raw and smoothed values are from the reference: what trembles, enlarged. */
function residualStrip({ timesS, raw, smoothed, reference }: Trajectory): Markup {
  const residuals = (values: readonly (number | null)[]) =>
    pointsOf(timesS, differences(values, reference));
  return plotted({
    width: 380,
    height: 130,
    marginTop: 22,
    x: { label: "time (s)" },
    y: { label: "off the reference (px)", grid: true, ticks: 4 },
    marks: [
      Plot.ruleY([0], { stroke: INK.reference, strokeDasharray: "5 3" }),
      Plot.lineY(residuals(raw), { x: "t", y: "v", stroke: INK.raw, strokeWidth: 1 }),
      Plot.lineY(residuals(smoothed), { x: "t", y: "v", stroke: INK.smoothed, strokeWidth: 1.6 }),
    ],
  }, "The same less the reference");
}

/**
 * Draws a coordinate over time, and below it how far it is from the reference.
 *
 * @param trajectory The coordinate.
 * @param axis What stands at its axis, with the unit.
 * @param summary What is shown, in words.
 * @returns Two plots that share their axis of time.
 */
export function trajectoryPlots(trajectory: Trajectory, axis: string, summary: string): Markup[] {
  return [path(trajectory, axis, summary), residualStrip(trajectory)];
}
