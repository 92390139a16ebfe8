import * as Plot from "@observablehq/plot";
import type { Markup } from "./_markup.ts";
import { INK, plotted } from "./_plot.ts";

/** How the power of a trembling spreads over frequencies. */
export interface PowerCurve {
  /** The colour. */
  readonly ink: string;
  /** The frequencies, in Hz. */
  readonly frequenciesHz: readonly number[];
  /** The power at each, in (% of the size)² a Hz. */
  readonly power: readonly (number | null)[];
}

/** Such as `10⁻³`; nothing of numbers between the powers. */
function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return "";
  const digits = String(Math.round(exponent)).replace("-", "⁻");
  return `10${digits.replaceAll(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!)}`;
}

/**
 * Draws spectra.
 *
 * @param curves The spectra, raw boxes first.
 * @param cutoffHz From which frequency on power counts as flicker.
 * @returns The plot.
 */
export function spectrumPlot(curves: readonly PowerCurve[], cutoffHz: number): Markup {
  const points = curves.flatMap(({ ink, frequenciesHz, power }) =>
    frequenciesHz.flatMap((f, at) => {
      const p = power[at] ?? 0;
      return f > 0 && p > 0 ? [{ f, p, ink }] : [];
    })
  );
  const highest = Math.max(...points.map(({ f }) => f), cutoffHz);
  const greatest = Math.max(...points.map(({ p }) => p));
  // What a filter leaves far below all else is rounding, and would flatten the rest.
  const shown = points.map((point) => ({ ...point, p: Math.max(point.p, greatest * 1e-9) }));
  return plotted({
    height: 340,
    x: { label: "frequency (Hz)", type: "log", tickFormat: "~g", ticks: 6 },
    y: {
      label: "power ((% of size)² / Hz)",
      type: "log",
      grid: true,
      tickFormat: powerOfTen,
      ticks: 5,
    },
    marks: [
      Plot.rect([0], { x1: cutoffHz, x2: highest, fill: INK.faint, fillOpacity: 0.1 }),
      Plot.ruleX([cutoffHz], { stroke: INK.faint, strokeDasharray: "4 3" }),
      Plot.text([`flicker from ${cutoffHz} Hz on →`], {
        x: cutoffHz,
        frameAnchor: "bottom",
        textAnchor: "end",
        dx: -6,
        dy: -6,
        fill: INK.faint,
      }),
      Plot.line(shown, { x: "f", y: "p", z: "ink", stroke: "ink", strokeWidth: 1.8 }),
    ],
  }, `Spectra of the trembling; from ${cutoffHz} Hz on it is flicker`);
}
