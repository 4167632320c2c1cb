/**
 * The report's look, for screens light and dark, and for paper. Each standing has a shape of its own beside its colour:
 * a mark in the square, or a border of another kind.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --sheet: #ffffff; --ink: #1d1c1a; --soft: #5c5953; --line: #dedbd4; --link: #1f4f8f;
  --fail: #b3261e; --error: #6a4a9c; --warn: #8a5a00; --pass: #1e7a4c; --rest: #6f6b64; --on: #ffffff;
  --code: #f2f0eb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161513; --sheet: #1e1d1a; --ink: #ece9e3; --soft: #aca79d; --line: #3a3833; --link: #8db7ef;
    --fail: #f28b82; --error: #c3a6f2; --warn: #e5b567; --pass: #7bcf9e; --rest: #a09b91; --on: #161513;
    --code: #282622;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main, header, footer { max-width: 68rem; overflow-wrap: break-word; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3.5rem; }
h1 { font-size: 2.2rem; line-height: 1.15; font-weight: 650; letter-spacing: -0.02em; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; font-weight: 650; letter-spacing: -0.01em; margin: 3.2rem 0 .6rem; }
h3 { font-size: 1.05rem; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: .95rem; font-weight: 600; margin: 0; }
p { margin: .5rem 0; max-width: 44rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.quiet { color: var(--soft); }
.lead { font-size: 1.25rem; line-height: 1.45; margin: 1.2rem 0 1.4rem; max-width: 40rem; }
.small { font-size: .875rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--sheet); padding: .5rem 1rem; z-index: 1; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 2rem; margin: 0; color: var(--soft); font-size: .9rem; }
.facts div { display: flex; gap: .45rem; }
.facts dt { font-weight: 600; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.bar { display: flex; height: .8rem; gap: 2px; margin: .4rem 0 .8rem; }
.bar span { min-width: 4px; border-radius: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.4rem; list-style: none; padding: 0; margin: 0; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.squares { display: flex; flex-wrap: wrap; align-content: flex-start; gap: 4px; list-style: none; padding: 0; margin: 0; }
.square {
  display: grid; place-items: center; width: 22px; height: 22px; border-radius: 4px; text-decoration: none;
  font: 700 13px/1 system-ui, sans-serif; color: var(--on); border: 2px solid transparent;
}
.square:hover { outline: 2px solid var(--ink); outline-offset: 1px; }
.fail { background: var(--fail); }
.error { background: var(--error); }
.warn { background: var(--warn); }
.pass { background: var(--pass); }
.square.waived, .bar .waived { background: transparent; border: 2px double var(--fail); color: var(--fail); }
.square.not_applicable, .bar .not_applicable { background: transparent; border: 1.5px solid var(--rest); color: var(--rest); }
.square.not_asked, .bar .not_asked { background: transparent; border: 1.5px dashed var(--rest); color: var(--rest); }
.group { display: grid; grid-template-columns: minmax(11rem, 17rem) 1fr; gap: .3rem 1.5rem; padding: .55rem 0; border-top: 1px solid var(--line); }
.group .quiet { font-size: .85rem; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.3rem; margin: 1rem 0; }
.finding { border-left: 5px solid var(--rest); }
.finding.is-fail { border-left-color: var(--fail); }
.finding.is-error { border-left-color: var(--error); }
.finding.is-warn { border-left-color: var(--warn); }
.finding.is-waived { border-left: 5px double var(--fail); }
.finding:target { outline: 3px solid var(--link); outline-offset: 3px; }
.tags { display: flex; flex-wrap: wrap; gap: .2rem .9rem; color: var(--soft); font-size: .875rem; margin: .15rem 0 .5rem; }
.tags strong { color: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); }
.requirements { table-layout: fixed; }
.requirements col.id { width: 8.5rem; } .requirements col.status { width: 8rem; } .requirements col.checks { width: 38%; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .85em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code); border-radius: 4px; }
code { padding: .1em .3em; overflow-wrap: anywhere; }
pre { padding: .7rem .9rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .25rem 0; color: var(--link); }
summary h3, summary h4 { display: inline; color: var(--ink); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.axis { stroke: var(--line); }
.line { fill: none; stroke: var(--pass); stroke-width: 2.5; }
.line.failing { stroke: var(--fail); stroke-dasharray: 7 4; }
.line.unknown { stroke: var(--error); stroke-dasharray: 2 4; }
footer { padding-top: 2rem; padding-bottom: 4rem; color: var(--soft); font-size: .875rem; }
footer code { word-break: break-all; }
@media (max-width: 44rem) {
  header { padding-top: 2rem; }
  .group { grid-template-columns: 1fr; }
  h1 { font-size: 1.7rem; }
  .requirements { min-width: 40rem; }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --line: #bbb; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  .card, .group, .square, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .square, .bar span, .finding { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .finding details::details-content { display: block; content-visibility: visible; }
  .skip { display: none; }
}
`
