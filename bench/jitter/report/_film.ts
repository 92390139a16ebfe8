import { FILM, type Filmstrip, type TileBox } from "./cut_filmstrip.ts";
import { html, type Markup, trusted } from "./_markup.ts";
import { INK } from "./_plot.ts";

/** A box drawn over a tile. */
function outline({ x1, y1, x2, y2 }: TileBox, [left, top]: [number, number], ink: string): Markup {
  const at = (value: number) => value.toFixed(1);
  return html`
    <rect x="${at(x1 + left)}" y="${at(y1 + top)}" width="${at(Math.max(0, x2 - x1))}" height="${at(
      Math.max(0, y2 - y1),
    )}" fill="none"
      stroke="${trusted(ink)}" stroke-width="2.5" />
  `;
}

/** One frame with boxes on it. */
function still(
  film: Filmstrip,
  at: number,
  which: readonly ("raw" | "smoothed")[],
  style?: string,
): Markup {
  const { tilePx, columns } = FILM;
  const corner: [number, number] = [at % columns * tilePx, Math.floor(at / columns) * tilePx];
  const boxes = which.map((name) => outline(film.frames[at]![name], corner, INK[name]));
  return html`
    <svg class="still" viewBox="${corner.join(" ")} ${tilePx} ${tilePx}"
      ${style !== undefined && html`
        style="${style}"
      `}><use href="#sheet"/>${boxes}</svg>
  `;
}

/** The frames of one method after each other, over and over, without a script. */
function moving(film: Filmstrip, which: "raw" | "smoothed"): Markup {
  const stepMs = 4 * film.intervalMs;
  const durationMs = Math.round(stepMs * film.frames.length);
  const frames = film.frames.map((_, at) =>
    still(
      film,
      at,
      [which],
      `animation-duration:${durationMs}ms;animation-delay:${Math.round(at * stepMs)}ms`,
    )
  );
  return html`<div class="film" role="img" aria-label="The object with its ${which} box">${frames}</div>`;
}

/**
 * Draws a film: raw and smoothed boxes side by side in motion, and below both in single frames.
 *
 * @param film What was cut.
 * @returns The body of a figure.
 */
export function filmBody(film: Filmstrip): Markup {
  const rows = Math.ceil(film.frames.length / FILM.columns);
  const [width, height] = [FILM.columns * FILM.tilePx, rows * FILM.tilePx];
  const shown = (100 / film.frames.length).toFixed(3);
  return html`
    <svg width="0" height="0" style="position:absolute" aria-hidden="true">
      <defs>
        <image
          id="sheet" width="${width}" height="${height}" href="${film.sheet}" />
      </defs>
    </svg>
    <style>@keyframes shown{0%{visibility:visible}${shown}%{visibility:hidden}100%{visibility:hidden}}</style>
    <div class="panels film-panels">
      <div><h4>raw</h4>${moving(film, "raw")}</div>
      <div><h4>${film.method}</h4>${moving(film, "smoothed")}</div>
    </div>
    <div class="strip">${film.frames.slice(0, 8).map((_, at) =>
      still(film, at, ["raw", "smoothed"])
    )}</div>
  `;
}
