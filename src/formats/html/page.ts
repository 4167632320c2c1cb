import { SEVERITIES } from '../../core/check.ts'
import {
  type ComplianceReport,
  countStandings,
  type ReportedItem,
  STANDINGS,
  type Standing,
  standingOf,
} from '../../core/compliance-report.ts'
import { nameOf } from '../../core/event.ts'
import { referenceOf } from '../../core/framework.ts'
import { type FindingContext, findingCard, findingLine } from './findings.ts'
import { frameworkSection } from './frameworks.ts'
import { historySection } from './history.ts'
import { STYLE } from './style.ts'
import { html, MARKS, moment, STANDING_WORDS, sample, square } from './text.ts'

/** What is told whole, in this order; the rest are lines that open. */
const SECTIONS: readonly (readonly [Standing, string])[] = [
  ['fail', 'What fails'],
  ['error', 'What could not be judged'],
  ['warn', 'What passes with a warning'],
  ['waived', 'What fails, and is accepted'],
]
const LINES: readonly (readonly [Standing, string])[] = [
  ['pass', 'What passes'],
  ['not_applicable', 'What does not apply here'],
  ['not_asked', 'What was not asked'],
]

/** A report as one page that needs nothing else: no network, no script. */
export function formatHtml(report: ComplianceReport): string {
  const { asset, items, frameworks } = report
  const name = nameOf(asset)
  const context: FindingContext = { at: report.at, supports: listSupports(report) }
  const byCheck = new Map(items.map((item) => [item.check, item]))
  const of = (standing: Standing) => items.filter((item) => standingOf(item) === standing)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>Compliance of ${html(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to what fails</a>
${headerOf(report)}
<main>
<section aria-labelledby="checks"><h2 id="checks">Every check</h2>
<p class="quiet">A square is a check, the most severe first. Each leads to what was found.</p>
${squaresOf(items)}</section>
${frameworks.length > 0 ? `<section aria-labelledby="frameworks"><h2 id="frameworks">Frameworks</h2>${frameworks.map((each) => frameworkSection(each, byCheck)).join('')}</section>` : ''}
<div id="findings">${SECTIONS.map(([standing, title]) => sectionOf(title, of(standing), standing, (item) => findingCard(item, context))).join('')}</div>
${historySection(report)}
${LINES.map(([standing, title]) => sectionOf(title, of(standing), standing, (item) => findingLine(item, context))).join('')}
</main>
${footerOf(report)}
</body>
</html>
`
}

function headerOf(report: ComplianceReport): string {
  const { asset, at, items } = report
  const counts = countStandings(items)
  const present = STANDINGS.filter((standing) => counts[standing] > 0)
  const facts: readonly (readonly [string, string | null])[] = [
    ['System', asset.os || null],
    ['Owner', asset.owner.name ?? asset.owner.email],
    ['Team', asset.team],
    ['Labels', asset.labels.join(', ') || null],
    ['UUID', asset.uuid],
  ]
  return `<header>
<p class="quiet">Compliance report</p>
<h1>${html(nameOf(asset))}</h1>
<dl class="facts"><div><dt>As of</dt><dd>${moment(at)}</dd></div>${facts
    .filter(([, value]) => value)
    .map(([term, value]) => `<div><dt>${term}</dt><dd>${html(value as string)}</dd></div>`)
    .join('')}</dl>
<p class="lead">${sentenceOf(items)}</p>
<div class="bar" role="img" aria-label="${html(present.map((each) => `${counts[each]} ${STANDING_WORDS[each]}`).join(', '))}">${present
    .map((each) => `<span class="${each}" style="flex:${counts[each]}"></span>`)
    .join('')}</div>
<ul class="legend">${present.map((each) => `<li>${sample(each)} ${counts[each]} ${STANDING_WORDS[each]}</li>`).join('')}</ul>
</header>`
}

function sentenceOf(items: readonly ReportedItem[]): string {
  const counts = countStandings(items)
  const judged = counts.pass + counts.warn + counts.fail + counts.waived
  const severe = items.filter((item) => standingOf(item) === 'fail' && item.severity === 'critical').length
  const parts = [
    counts.fail === 0
      ? `None of ${judged} checks that were judged fails.`
      : `<strong>${counts.fail} of ${judged}</strong> checks that were judged fail${severe > 0 ? `, ${severe} of them critical` : ''}.`,
    counts.error > 0 ? `${counts.error} could not be judged: what could not be seen counts as neither.` : '',
    counts.waived > 0 ? `${counts.waived} more ${counts.waived === 1 ? 'failure is' : 'failures are'} accepted.` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function squaresOf(items: readonly ReportedItem[]): string {
  const rows = [...SEVERITIES].reverse().flatMap((severity) => {
    const own = items.filter((item) => item.severity === severity)
    if (own.length === 0) return []
    const failing = own.filter((item) => standingOf(item) === 'fail').length
    return `<div class="group"><div><h3>${severity[0]?.toUpperCase()}${severity.slice(1)}</h3><span class="quiet">${failing} of ${own.length} fail</span></div><ul class="squares">${own.map(square).join('')}</ul></div>`
  })
  return rows.join('')
}

function sectionOf(
  title: string,
  items: readonly ReportedItem[],
  standing: Standing,
  show: (item: ReportedItem) => string,
): string {
  if (items.length === 0) return ''
  const id = `section-${standing}`
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title} <span class="quiet">${items.length}</span></h2>${items.map(show).join('')}</section>`
}

function footerOf({ ledger, madeAt, version, items }: ComplianceReport): string {
  const unseen = items.filter((item) => item.unseen).length
  return `<footer>
<h2>How this is known</h2>
<p>It was made by Keelson ${html(version)} on ${moment(madeAt)} from what the machine reported. The ledger stood at entry ${ledger.sequence}, whose hash is <code>${html(ledger.hash)}</code>: <code>checks ledger verify</code> proves that nothing before it was changed.</p>
<p>${unseen > 0 ? `${unseen} of these checks were not yet watched both to pass and to fail on such a system; each says so.` : ''} A verdict that nothing confirmed for two of its periods counts as not judged.</p>
<p>${STANDINGS.filter((standing) => MARKS[standing])
    .map((standing) => `${MARKS[standing]} ${STANDING_WORDS[standing]}`)
    .join(' · ')}</p>
</footer>`
}

function listSupports({ frameworks }: ComplianceReport): ReadonlyMap<string, readonly string[]> {
  const supports = new Map<string, string[]>()
  for (const { framework } of frameworks) {
    for (const { id, checks } of framework.requirements) {
      for (const check of checks)
        supports.set(check, [...(supports.get(check) ?? []), `${referenceOf(framework)} ${id}`])
    }
  }
  return supports
}
