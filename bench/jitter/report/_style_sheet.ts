/**
 * How the report looks: on screens wide and narrow, light and dark, and on paper.
 *
 * Colours are told apart by those who see fewer too (after Okabe and Ito, "Color Universal Design",
 * 2008), and nothing is told by colour alone.
 */
export const STYLE_SHEET = `
:root {
  color-scheme: light dark;
  --paper: #fdfcfa; --panel: #ffffff; --ink: #1d1c1a; --faint: #6a6660; --rule: #dedad3;
  --accent: #00598c; --good: #006b4f; --bad: #a63a00; --wash: #f3f0ea;
  --raw: #d55e00; --smoothed: #0072b2; --reference: #4a4744; --truth: #009e73;
  --c1: #0072b2; --c2: #d55e00; --c3: #009e73; --c4: #aa4a86;
  --c5: #7a7000; --c6: #3f92c4; --c7: #6b6b6b; --c8: #7a5195;
  --heat-0: #f3f0ea; --heat-1: #08306b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16171a; --panel: #1d1f23; --ink: #e9e6e0; --faint: #a09c94; --rule: #383a40;
    --accent: #7cc4f2; --good: #4fd1a5; --bad: #ff9d66; --wash: #24262b;
    --raw: #ff9d5c; --smoothed: #62b6f0; --reference: #c9c5bd; --truth: #43d3a3;
    --c1: #62b6f0; --c2: #ff9d5c; --c3: #43d3a3; --c4: #e69ac9;
    --c5: #e8e05a; --c6: #a5d8f7; --c7: #b5b5b5; --c8: #bfa0e0;
    --heat-0: #24262b; --heat-1: #9fd4ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1140px; margin: 0 auto; padding: 40px 28px 72px; }
h1, h2 { font-family: Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif; }
h1 { font-size: clamp(1.45rem, 1rem + 2vw, 2.2rem); line-height: 1.22; margin: 6px 0 14px;
  font-weight: 600; letter-spacing: -0.01em; max-width: 30em; text-wrap: balance; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 56px 0 6px; font-weight: 600; }
h3 { font-size: 1rem; line-height: 1.35; margin: 0 0 6px; font-weight: 650; }
p { margin: 8px 0; max-width: 44em; }
.kind { color: var(--faint); font-size: .85rem; letter-spacing: .04em; margin: 0; }
.lead { font-size: 1.06rem; }
.note { color: var(--faint); font-size: .9rem; }
.warning { border-left: 4px solid var(--bad); padding: 6px 14px; background: var(--wash); }
.facts { display: flex; flex-wrap: wrap; gap: 10px 34px; margin: 22px 0 0; padding: 14px 0 0;
  border-top: 1px solid var(--rule); }
.facts div { min-width: 5em; }
.facts dt { color: var(--faint); font-size: .82rem; }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.figures { columns: 2 440px; column-gap: 22px; margin-top: 16px; }
figure { margin: 0 0 22px; padding: 16px 18px 14px; background: var(--panel); min-width: 0;
  border: 1px solid var(--rule); border-radius: 8px; break-inside: avoid; }
figure.wide { column-span: all; }
:not(.wide) + figure.wide { margin-top: 22px; }
.triple { display: grid; gap: 6px 18px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
figure.wide > svg.plot { max-width: 760px; margin: 0 auto; }
figcaption { color: var(--faint); font-size: .88rem; line-height: 1.45; margin-top: 8px;
  max-width: 52em; }
.plot { display: block; width: 100%; height: auto; font-size: 13px; overflow: visible;
  --plot-background: var(--panel); }
.plot text, .plot tspan { white-space: pre; }
.key { list-style: none; margin: 0 0 8px; padding: 0; display: flex; flex-wrap: wrap;
  gap: 2px 16px; font-size: .86rem; color: var(--faint); }
.key svg { margin-right: 6px; vertical-align: -1px; }
.scroll { overflow-x: auto; margin: 12px 0; border: 1px solid var(--rule); border-radius: 8px;
  background: var(--panel); }
table { border-collapse: collapse; width: 100%; font-size: .86rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: 7px 8px; text-align: right; border-bottom: 1px solid var(--rule);
  vertical-align: baseline; }
th { font-weight: 600; }
td { white-space: nowrap; }
thead th { white-space: normal; color: var(--faint); font-size: .95em; vertical-align: bottom; line-height: 1.3; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child, td:first-child { text-align: left; }
td small, tbody th small { display: block; font-weight: 400; color: var(--faint); font-size: .88em; }
.text { text-align: left; white-space: normal; min-width: 11em; }
tbody th { min-width: 8.5em; }
tr.chosen { background: var(--wash); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
dl.list { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px;
  font-size: .9rem; }
dl.list dt { color: var(--faint); } dl.list dd { margin: 0; overflow-wrap: anywhere; }
code { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere; }
pre { background: var(--wash); padding: 10px 14px; border-radius: 6px; white-space: pre-wrap;
  margin: 8px 0; }
ul.plain { padding-left: 1.2em; max-width: 46em; } ul.plain li { margin: 5px 0; }
.panels { display: grid; gap: 14px; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.panels h4 { margin: 0 0 4px; font-size: .86rem; color: var(--faint); font-weight: 600; }
.still, .film svg { display: block; width: 100%; height: auto; border-radius: 4px; }
.film-panels { max-width: 660px; }
.strip { max-width: 1000px; display: grid; gap: 4px; margin-top: 14px; grid-template-columns: repeat(8, 1fr); }
.film { position: relative; aspect-ratio: 1; }
.film > * { position: absolute; inset: 0; visibility: hidden; animation-name: shown;
  animation-iteration-count: infinite; animation-timing-function: step-end; }
@media (prefers-reduced-motion: reduce) {
  .film > * { animation: none; }
  .film > :first-child { visibility: visible; }
}
@media (max-width: 640px) {
  main { padding: 22px 14px 48px; }
  figure { padding: 12px 12px 10px; }
  dl.list { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.list dd { margin-bottom: 8px; }
  .strip { grid-template-columns: repeat(4, 1fr); }
  .plot { font-size: 15px; }
  .triple .plot { font-size: 13px; }
  .maps { grid-template-columns: minmax(0, 1fr); }
  th, td { padding: 6px 9px; }
  th:first-child, td:first-child { position: sticky; left: 0; background: var(--panel);
    max-width: 10em; white-space: normal; }
  tr.chosen > :first-child { background: var(--wash); }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --panel: #fff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 28px; }
  .figures { columns: 2 240px; column-gap: 12px; }
  .scroll { overflow: visible; }
  .triple { grid-template-columns: repeat(3, 1fr); }
  table { font-size: 7pt; }
  th, td { padding: 2px 4px; }
  tbody th { min-width: 7em; }
  .film > * { animation: none; }
  .film > :first-child { visibility: visible; }
}
`;
