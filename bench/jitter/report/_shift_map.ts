import * as Plot from "@observablehq/plot";
import { html, type Markup, trusted } from "./_markup.ts";
import { plotted } from "./_plot.ts";

/** By how much boxes move, other than the picture does, at one shift of the picture. */
export interface ShiftReading {
  /** The shift to the right, in pixels of the network's input. */
  readonly dx: number;
  /** The shift downwards, in pixels of the network's input. */
  readonly dy: number;
  /** The jitter, in % of the size. */
  readonly value: number;
}

/** A colour between the lightest and the darkest, as the style sheet has them. */
function heat(share: number): string {
  return `color-mix(in oklab, var(--heat-1) ${Math.round(share * 100)}%, var(--heat-0))`;
}

/** The least distance between neighbours of a list of numbers. */
function stepOf(values: readonly number[]): number {
  const sorted = [...new Set(values)].toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((value, at) => value - sorted[at]!);
  return gaps.length > 0 ? Math.min(...gaps) : 1;
}

/** What the colours of the map stand for. */
function scaleBar(low: number, high: number): Markup {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => trusted(heat(share)).text);
  return html`<p class="note">${low.toPrecision(2)} % <span style="display:inline-block;
width:8em;height:.7em;vertical-align:-.05em;border-radius:2px;background:linear-gradient(90deg,${
    trusted(stops.join(","))
  })"></span> ${high.toPrecision(2)} % of the size</p>`;
}

/**
 * Draws how jitter depends on where the picture lies on the network's grid.
 *
 * @param maps The jitter at each shift, by name: several share their colours.
 * @returns The maps side by side, and their scale.
 */
export function shiftMaps(maps: ReadonlyMap<string, readonly ShiftReading[]>): Markup {
  const values = [...maps.values()].flatMap((readings) => readings.map(({ value }) => value));
  const range = [Math.min(...values), Math.max(...values)] as const;
  const panels = [...maps].map(([name, readings]) =>
    html`<div><h4>${name}</h4>${shiftMap(readings, range)}</div>`
  );
  return html`<div class="panels maps">${panels}</div>${scaleBar(...range)}`;
}

function shiftMap(
  readings: readonly ShiftReading[],
  [low, high]: readonly [number, number],
): Markup {
  const [stepX, stepY] = [
    stepOf(readings.map(({ dx }) => dx)),
    stepOf(readings.map(({ dy }) => dy)),
  ];
  const cells = readings.map((reading) => {
    const share = (reading.value - low) / (high - low || 1);
    return { ...reading, share, ink: heat(share) };
  });
  const isDense = readings.length > 100;
  return plotted({
    height: 460,
    x: { label: "shift to the right (px of the network's input)", tickFormat: "~g", ticks: 8 },
    y: { label: "shift downwards (px)", reverse: true, tickFormat: "~g", ticks: 8 },
    marks: [
      Plot.rect(cells, {
        x1: ({ dx }) => dx - stepX / 2,
        x2: ({ dx }) => dx + stepX / 2,
        y1: ({ dy }) => dy - stepY / 2,
        y2: ({ dy }) => dy + stepY / 2,
        fill: "ink",
        inset: 0.5,
      }),
      ...isDense ? [] : [Plot.text(cells, {
        x: "dx",
        y: "dy",
        text: ({ value }) => value.toPrecision(2),
        fontSize: 11,
        fill: ({ share }) => share > 0.5 ? "var(--panel)" : "var(--ink)",
      })],
    ],
  }, "Jitter at each shift of the picture");
}
