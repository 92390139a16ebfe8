import * as Plot from "@observablehq/plot";
import { type Markup, rowNames } from "./_markup.ts";
import { INK, plotted } from "./_plot.ts";

/** When an object was seen, and how surely. */
export interface Existence {
  /** What it is called. */
  readonly name: string;
  /** The times of the clip's frames, in seconds. */
  readonly timesS: readonly number[];
  /** The confidence in each frame; `null` where it was not detected. */
  readonly confidence: readonly (number | null)[];
}

/** A stretch of equally sure frames. */
interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly opacity: number;
}

/** Finer shades cannot be told apart. */
const SHADES = 5;

/** Neighbouring frames of one shade, together. */
function stretchesOf({ name, timesS, confidence }: Existence): Stretch[] {
  const stretches: Stretch[] = [];
  const lastStepS = timesS.length > 1 ? timesS.at(-1)! - timesS.at(-2)! : 0.04;
  timesS.forEach((from, at) => {
    const value = confidence[at] ?? null;
    if (value === null) return;
    const to = timesS[at + 1] ?? from + lastStepS;
    const opacity = Math.max(1, Math.ceil(value * SHADES)) / SHADES;
    const last = stretches.at(-1);
    if (last && last.to === from && last.opacity === opacity) {
      stretches[stretches.length - 1] = { ...last, to };
    } else stretches.push({ name, from, to, opacity });
  });
  return stretches;
}

/**
 * Draws when each object was detected, darker where more surely; gaps are frames without it.
 *
 * @param objects The objects of a clip.
 * @param summary What is shown, in words.
 * @returns The plot.
 */
export function existenceRaster(objects: readonly Existence[], summary: string): Markup {
  const names = rowNames(objects.map(({ name }) => name), 14);
  const named = objects.map((object, at) => ({ ...object, name: names[at]! }));
  return plotted({
    height: 60 + 22 * named.length,
    marginLeft: 24 + 7 * Math.max(5, ...named.map(({ name }) => name.length)),
    marginTop: 8,
    x: { label: "time (s)", grid: true },
    y: { label: null, domain: named.map(({ name }) => name), type: "band", padding: 0.18 },
    marks: [
      Plot.barX(named.flatMap(stretchesOf), {
        x1: "from",
        x2: "to",
        y: "name",
        fill: INK.smoothed,
        fillOpacity: "opacity",
        inset: 0,
      }),
    ],
    opacity: { type: "identity" },
  }, summary);
}
