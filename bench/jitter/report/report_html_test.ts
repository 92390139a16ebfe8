import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DOMParser } from "linkedom";
import { madeReport, madeTraces } from "../../../tests/_made_report.ts";
import type { JitterReport } from "./report_types.ts";
import { methodsTable } from "./_method_tables.ts";
import type { Filmstrip } from "./cut_filmstrip.ts";
import { reportHtml, type ReportHtmlOptions } from "./report_html.ts";

const FILM: Filmstrip = {
  clip: "franck.mp4",
  trackId: 1,
  label: "face",
  method: "blend+kalman",
  sheet: "data:image/jpeg;base64,AAAA",
  intervalMs: 40,
  frames: Array.from({ length: 16 }, () => ({
    raw: { x1: 10, y1: 10, x2: 90, y2: 90 },
    smoothed: { x1: 12, y1: 12, x2: 88, y2: 88 },
  })),
};

const HOSTILE = `"><script>alert('1')</script><img src=x onerror=alert(2)>\u202e&amp;.mp4`;

function pageOf(report: JitterReport, options: ReportHtmlOptions = {}) {
  const text = reportHtml(report, madeTraces(report), options);
  const document = new DOMParser().parseFromString(text, "text/html");
  return { text, document, all: [...document.querySelectorAll("*")] as Element[] };
}

/** What the tests ask of an element. */
interface Element {
  readonly localName: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
}

Deno.test("reportHtml() needs nothing from elsewhere: no script, no address but data", () => {
  const { text, all } = pageOf(madeReport(), { film: FILM });
  assertEquals(all.filter(({ localName }) => ["script", "link", "iframe"].includes(localName)), []);
  for (const element of all) {
    for (const { name, value } of element.attributes) {
      if (!["src", "href", "xlink:href", "srcset", "action", "data"].includes(name)) continue;
      assert(/^(#|data:image\/)/.test(value), `${element.localName} ${name}=${value}`);
    }
  }
  // Names of XML's own spaces are no addresses.
  const addresses = text.replaceAll(/http:\/\/www\.w3\.org\/\S+/g, "").match(
    /https?:|url\(|@import/g,
  );
  assertEquals(addresses, null);
});

Deno.test("reportHtml() gives no two elements one id, and refers only to ids there are", () => {
  const { all } = pageOf(madeReport(), { film: FILM });
  const ids = all.flatMap((element) => element.getAttribute("id") ?? []);
  assertEquals(ids, [...new Set(ids)]);
  const targets = all.flatMap((element) => element.getAttribute("href") ?? [])
    .filter((href) => href.startsWith("#"));
  assert(targets.length > 0);
  for (const target of targets) assert(ids.includes(target.slice(1)), target);
});

Deno.test("reportHtml() shows hostile names as text, wherever they stand", () => {
  const report = madeReport({ clips: [HOSTILE, "b.mp4"], label: HOSTILE, note: HOSTILE });
  const film = { ...FILM, clip: HOSTILE, label: HOSTILE, method: HOSTILE };
  const plain = pageOf(madeReport({ clips: ["a.mp4", "b.mp4"] }), { film: FILM });
  const { text, all, document } = pageOf(
    { ...report, model: { ...report.model!, name: HOSTILE } },
    { film },
  );
  const kinds = (elements: readonly Element[]) =>
    [
      ...new Set(elements.map(({ localName }) => localName)),
    ].toSorted();
  assertEquals(kinds(all), kinds(plain.all));
  const handlers = all.flatMap(({ attributes }) =>
    [...attributes].filter(({ name }) => name.startsWith("on"))
  );
  assertEquals(handlers, []);
  assert(!text.includes("\u202e"));
  const notes = document.querySelector("ul.plain")!.textContent;
  assertStringIncludes(notes, `"><script>alert('1')</script>`);
});

Deno.test("reportHtml() has a title and a caption for each figure, and words for each plot", () => {
  const { document } = pageOf(madeReport(), { film: FILM });
  const figures = [...document.querySelectorAll("figure")];
  assert(figures.length >= 10);
  for (const shown of figures) {
    assert(shown.querySelector("h3")!.textContent.length > 0);
    assert(shown.querySelector("figcaption")!.textContent.length > 0);
  }
  for (const plot of document.querySelectorAll("svg.plot")) {
    assertEquals(plot.getAttribute("role"), "img");
    assert((plot.getAttribute("aria-label") ?? "").length > 0);
    assert(!/NaN|Infinity|undefined/.test(plot.outerHTML), plot.outerHTML.slice(0, 300));
  }
});

Deno.test("reportHtml() says the verdict first, and warns of what makes it worthless", () => {
  const report = madeReport();
  const { document } = pageOf(report);
  assertEquals(document.querySelector("h1")!.textContent, "72.0 % less flicker: blend+kalman");
  assertEquals(document.querySelector("p.lead")!.textContent, report.verdict.text);
  assertEquals(document.querySelectorAll("p.warning").length, 0);
  const broken = pageOf({
    ...report,
    isInterrupted: true,
    verdict: { ...report.verdict, areControlsRight: false },
  });
  const warnings = [...broken.document.querySelectorAll("p.warning")];
  assertEquals(warnings.length, 2);
  assertStringIncludes(warnings[0]!.textContent, "no number here is to be trusted");
});

Deno.test("reportHtml() lists every method with its numbers", () => {
  const report = madeReport();
  const { document } = pageOf(report);
  const [table] = document.querySelectorAll("table");
  const rows = [...table!.querySelectorAll("tbody tr")];
  const wanted = methodsTable(report).rows;
  assertEquals(rows.length, report.methods.length);
  rows.forEach((row, at) => {
    const texts = [...row.querySelectorAll("th, td")].map((cell) => cell.textContent.trim());
    assertEquals(
      texts,
      wanted[at]!.cells.map(({ text, detail = "" }) => `${text}${detail}`),
    );
  });
  assertEquals(
    rows.map((row) => row.getAttribute("class") === "chosen"),
    report.methods.map(({ id }) => id === report.verdict.method),
  );
});

Deno.test("reportHtml() does with raw boxes only, without tracks and without pictures", () => {
  const report = madeReport();
  const rawOnly = { ...report, methods: [report.methods[0]!], controls: [] };
  const { document } = pageOf(rawOnly);
  assert(document.querySelectorAll("figure").length > 0);
  const empty = {
    ...report,
    methods: report.methods.map((method) => ({ ...method, perTrack: [] })),
  };
  const page = pageOf(empty, { film: "No track is long enough." });
  assertStringIncludes(page.text, "There are no pictures here. No track is long enough.");
});
