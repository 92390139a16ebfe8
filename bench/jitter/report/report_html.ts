import type { JitterReport } from "./report_types.ts";
import type { JitterTraces } from "./traces.ts";
import { filmBody } from "./_film.ts";
import { limitsOf } from "./_limits.ts";
import { html, type Markup, trusted } from "./_markup.ts";
import { methodFigures } from "./_method_figures.ts";
import { detailsTable, methodsTable, settingsTable } from "./_method_tables.ts";
import { existenceFigures, trajectoryFigures } from "./_object_figures.ts";
import { figure, INK } from "./_plot.ts";
import { commandOf, headlineOf, provenanceOf, warningsOf } from "./_provenance.ts";
import { STYLE_SHEET } from "./_style_sheet.ts";
import {
  type Cell,
  clipsTable,
  controlsTable,
  perturbationTable,
  type ReportTable,
  truthTable,
} from "./_tables.ts";
import { FILM, type Filmstrip } from "./cut_filmstrip.ts";

function cellMarkup({ text, detail, tone, isProse }: Cell, isHead: boolean): Markup {
  const classes = [...tone ? [tone] : [], ...isProse ? ["text"] : []].join(" ");
  const attribute = classes && html`
    class="${classes}"
  `;
  const content = html`${text}${
    detail !== undefined && detail !== "" &&
    html`<small>${detail}</small>`
  }`;
  return isHead
    ? html`
      <th scope="row" ${attribute || undefined}>${content}</th>
    `
    : html`<td${attribute || undefined}>${content}</td>`;
}

function tableMarkup({ columns, rows }: ReportTable): Markup {
  const head = columns.map((title, at) => {
    const isProse = rows.some(({ cells }) => cells[at]?.isProse);
    return html`
      <th scope="col" ${isProse && html`
        class="text"
      `}>${title}</th>
    `;
  });
  const body = rows.map(({ cells, isChosen = false }) =>
    html`
      <tr${isChosen && html`
        class="chosen"
      `}>${cells.map((cell, at) => cellMarkup(cell, at === 0))}</tr>
    `
  );
  return html`
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>${head}</tr>
        </thead>
        <tbody>${body}</tbody>
      </table>
    </div>
  `;
}

function headMarkup(report: JitterReport): Markup {
  const { data, model, verdict, tool, created } = report;
  const headline = headlineOf(report);
  const facts = [
    ["Model", model?.name ?? "tracks from elsewhere"],
    ["Clips", String(data.clips)],
    ["Tracks", String(data.tracks)],
    ["Frames", data.frames.toLocaleString("en")],
    ["Methods", String(report.methods.length)],
    ["Device", report.device?.kind ?? "none"],
    ["Made", `${created.slice(0, 10)}, ${tool.name} ${tool.version}`],
  ].map(([name, value]) =>
    html`
      <div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return html`
    <header>
        <p class="kind">How much the boxes tremble</p>
        <h1>${headline ?? verdict.text}</h1>
    ${headline !== undefined && html`<p class="lead">${verdict.text}</p>`}
        ${warningsOf(report).map((warning) => html`<p class="warning">${warning}</p>`)}
        <dl class="facts">${facts}</dl>
        </header>
  `;
}

function methodsSection(report: JitterReport): Markup {
  const { flickerFromHz, wobbleFromHz } = report.settings;
  return html`
    <section>
        <h2>The methods</h2>
        <p>Flicker is what is left at ${flickerFromHz} Hz and above, wobble from ${wobbleFromHz} to
        ${flickerFromHz} Hz, both against the motion without its trembling. Changes are over the raw boxes,
        the geometric mean of the tracks and coordinates, with the interval below; lower is better. The
        guard tells whether a method bought its steadiness by being wrong (A), by lag (L) or by losing
    objects (F).</p>
        ${tableMarkup(methodsTable(report))}
        <h3>More of each</h3>
        ${tableMarkup(detailsTable(report))}
        </section>
  `;
}

function filmFigure(film: Filmstrip | string | undefined): Markup | undefined {
  if (film === undefined) return undefined;
  if (typeof film === "string") {
    return html`
      <p class="note">There are no pictures here. ${film}</p>
    `;
  }
  return figure({
    title: `See it: ${film.label} ${film.trackId} of ${film.clip}`,
    caption:
      `${film.frames.length} frames that follow each other, moved so that the object stands still, at a quarter of the speed; how far each box is from the reference is drawn ${FILM.magnification} times as large. Below, the first 8 with both boxes.`,
    key: [{ ink: INK.raw, name: "raw" }, { ink: INK.smoothed, name: film.method }],
    body: filmBody(film),
    isWide: true,
  });
}

function figuresSection(
  report: JitterReport,
  traces: JitterTraces,
  film: Filmstrip | string | undefined,
): Markup {
  const existence = existenceFigures(traces);
  return html`
    <section>
      <h2>What is gained, and where</h2>
      <div class="figures">${methodFigures(report)}</div>
    </section>
    <section>
    <h2>The objects</h2>
    <div class="figures">${filmFigure(film)}${trajectoryFigures(report, traces)}${existence
      .figures}</div>
    ${existence.omitted > 0 &&
      html`<p class="note">${existence.omitted} more clips are not drawn.</p>`}
    </section>
  `;
}

function truthSection(report: JitterReport): Markup | undefined {
  const table = truthTable(report);
  if (!table || !report.truth) return undefined;
  const { frames, objects, boxes } = report.truth;
  return html`
    <section>
    <h2>Against the truth</h2>
    <p>${objects} objects, ${boxes} boxes in ${frames} frames. Steadier boxes must not be worse ones.</p>
    ${tableMarkup(table)}
    </section>
  `;
}

function perturbationSection(report: JitterReport): Markup | undefined {
  const table = perturbationTable(report);
  return table && html`
    <section>
    <h2>When the picture is disturbed</h2>
    <p>The same picture is moved, made noisy, brighter or compressed anew, and the boxes are moved back:
    by how much they differ, root mean square. This is the jitter of the network itself, before anything
    that smooths.</p>
    ${tableMarkup(table)}
    </section>
  `;
}

function limitsSection(report: JitterReport): Markup {
  return html`
    <section>
      <h2>What this does not say</h2>
      <ul class="plain">${limitsOf(report).map((limit) => html`<li>${limit}</li>`)}</ul>
    </section>
    <section>
    <h2>Controls</h2>
    <p>Methods that must be flagged, and tracks of known trembling that must be read back. If one of
    them comes out otherwise, the measurement is broken.</p>
    ${tableMarkup(controlsTable(report))}
    </section>
  `;
}

function provenanceSection(report: JitterReport): Markup {
  const rows = provenanceOf(report).map(([name, value]) =>
    html`
      <dt>${name}</dt>
      <dd>${value}</dd>
    `
  );
  return html`
    <section>
        <h2>How it was measured</h2>
        <pre><code>${commandOf(report)}</code></pre>
        ${tableMarkup(clipsTable(report))}
    <h3>How the methods are set, and what the guard found</h3>
    ${tableMarkup(settingsTable(report))}
        <dl class="list">${rows}</dl>
        </section>
  `;
}

/** What a page shows beside its report. */
export interface ReportHtmlOptions {
  /** The film that was cut out of a video; or why there is none. */
  readonly film?: Filmstrip | string;
}

/**
 * A report as a page for people: one file that needs no script and nothing from elsewhere, for
 * screens wide and narrow, light and dark, and for paper.
 *
 * All that comes from a source, such as names and labels, is shown as text.
 *
 * @param report The report.
 * @param traces Where the objects were.
 * @param options The film.
 * @returns The page, as HTML.
 */
export function reportHtml(
  report: JitterReport,
  traces: JitterTraces,
  { film }: ReportHtmlOptions = {},
): string {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <title>Box jitter: ${report.model?.name ?? "tracks"}</title>
        <style>${trusted(STYLE_SHEET)}</style>
      </head>
      <body>
        <main>
    ${headMarkup(report)}${methodsSection(report)}${figuresSection(
      report,
      traces,
      film,
    )}${truthSection(report)}${perturbationSection(report)}${limitsSection(
      report,
    )}${provenanceSection(report)}</main>
      </body>
    </html>
  `.text;
}
