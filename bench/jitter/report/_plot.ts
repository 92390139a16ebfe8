import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import { html, type Markup, trusted } from "./_markup.ts";
import { plainText } from "./plain_text.ts";

/** Colours of what is drawn, as the page's style sheet defines them for light and dark. */
export const INK = {
  raw: "var(--raw)",
  smoothed: "var(--smoothed)",
  reference: "var(--reference)",
  truth: "var(--truth)",
  faint: "var(--faint)",
  rule: "var(--rule)",
  accent: "var(--accent)",
} as const;

/** Colours that differ for those who see fewer (after Okabe and Ito), in the order they are taken. */
export const SERIES: readonly string[] = Array.from({ length: 8 }, (_, at) => `var(--c${at + 1})`);

/** The size in which plots are made, in pixels: they are shown narrower on a phone. */
export const PLOT_SIZE = { width: 520, height: 300, marginLeft: 56 } as const;

/**
 * Draws a plot as SVG that stands in a page.
 *
 * @param options What Observable Plot takes; its size and fonts are those of the page.
 * @param summary What the plot shows, in words, for those who cannot see it.
 * @param more Further marks, for which it must be known where the others are.
 * @returns The `svg` element.
 */
export function plotted(
  options: Plot.PlotOptions,
  summary: string,
  more?: (plot: Plot.Plot) => Plot.Markish[],
): Markup {
  const document = new DOMParser().parseFromString("<html></html>", "text/html");
  const all: Plot.PlotOptions = {
    ...PLOT_SIZE,
    marginBottom: 44,
    className: "plot",
    ...options,
    ariaLabel: plainText(summary),
    document,
  };
  const marks = [...all.marks ?? [], ...more?.(Plot.plot(all) as Plot.Plot) ?? []];
  const element = Plot.plot({ ...all, marks });
  element.setAttribute("role", "img");
  element.querySelector("style")?.remove(); // The page's own sheet has it, once for all plots.
  return trusted(rounded(element.outerHTML));
}

/** Coordinates with a tenth of a pixel: a plot of a thousand points is a third smaller so. */
function rounded(svg: string): string {
  return svg.replaceAll(
    / (d|transform|x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g,
    (_, name: string, value: string) =>
      ` ${name}="${value.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(+(+number).toFixed(1)))}"`,
  );
}

/** A plot with what a reader needs to understand it. */
export interface Figure {
  /** What is to be seen. */
  readonly title: string;
  /** How it is to be read, in a line. */
  readonly caption: string;
  /** The plot, or several. */
  readonly body: Markup | readonly Markup[];
  /** What the colours mean. */
  readonly key?: readonly Swatch[];
  /** Whether it takes the whole width of the page. */
  readonly isWide?: boolean;
}

/** An entry of a plot's key. */
export interface Swatch {
  /** The colour. */
  readonly ink: string;
  /** What has it. */
  readonly name: string;
  /** How it is drawn. @default {"line"} */
  readonly form?: "line" | "dots" | "dashes" | "area";
}

/** The mark of a key's entry, drawn, so that it is printed too. */
function swatchMark({ ink, form = "line" }: Swatch): Markup {
  const ink_ = trusted(ink);
  if (form === "dots") {
    return html`
      <circle cx="9" cy="6" r="3" fill="${ink_}" />
    `;
  }
  if (form === "area") {
    return html`
      <rect x="3" y="1" width="12" height="10" rx="1" fill="${ink_}" />
    `;
  }
  const dashes = form === "dashes" && html`
    stroke-dasharray="4 3"
  `;
  return html`
    <path d="M0 6H18" stroke="${ink_}" stroke-width="2.5" ${dashes} />
  `;
}

/**
 * A figure of the page: title, key, plots and caption.
 *
 * @param figure What it holds.
 * @returns The `figure` element.
 */
export function figure({ title, caption, body, key = [], isWide = false }: Figure): Markup {
  const swatches = key.map((swatch) =>
    html`<li><svg viewBox="0 0 18 12" width="18" height="12" aria-hidden="true">${
      swatchMark(swatch)
    }</svg>${swatch.name}</li>`
  );
  return html`
    <figure${isWide && html`
      class="wide"
    `}>
    <h3>${title}</h3>
    ${key.length > 0 && html`<ul class="key">${swatches}</ul>`}
    ${body}
    <figcaption>${caption}</figcaption>
    </figure>
  `;
}
