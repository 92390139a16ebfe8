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

/** Numbers in their order, each once. */
function steps(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** What the colours of the map stand for. */
function scaleBar(low: number, high: number, unit: string): Markup {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => trusted(heat(share)).text);
  return html`<p class="note">${low.toPrecision(2)} % <span style="display:inline-block;
width:8em;height:.7em;vertical-align:-.05em;border-radius:2px;background:linear-gradient(90deg,${
    trusted(stops.join(","))
  })"></span> ${high.toPrecision(2)} ${unit}</p>`;
}

/**
 * Draws how jitter depends on where the picture lies on the network's grid.
 *
 * @param maps The jitter at each shift, by name: several share their colours.
 * @param unit What the jitter is counted in.
 * @returns The maps side by side, and their scale.
 */
export function shiftMaps(
  maps: ReadonlyMap<string, readonly ShiftReading[]>,
  unit: string,
): Markup {
  const values = [...maps.values()].flatMap((readings) => readings.map(({ value }) => value));
  const range = [Math.min(...values), Math.max(...values)] as const;
  const panels = [...maps].map(([name, readings]) =>
    html`<div><h4>${name}</h4>${shiftMap(readings, range)}</div>`
  );
  return html`<div class="panels maps">${panels}</div>${scaleBar(...range, unit)}`;
}

function shiftMap(
  readings: readonly ShiftReading[],
  [low, high]: readonly [number, number],
): Markup {
  const cells = readings.map((reading) => {
    const share = (reading.value - low) / (high - low || 1);
    return { ...reading, share, ink: heat(share) };
  });
  const isDense = readings.length > 100;
  return plotted({
    height: 440,
    x: {
      label: "shift to the right (px of the network's input) →",
      domain: steps(readings.map(({ dx }) => dx)),
      type: "band",
      labelAnchor: "right",
      tickSize: 0,
    },
    y: {
      label: "↓ shift downwards (px)",
      domain: steps(readings.map(({ dy }) => dy)),
      type: "band",
      labelAnchor: "top",
      tickSize: 0,
    },
    marks: [
      Plot.cell(cells, { x: "dx", y: "dy", fill: "ink", inset: 0.5 }),
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
