import type { ComplianceReport, ReportedItem, TrendPoint } from '../../core/compliance-report.ts'
import { FLAP_WINDOW, FLAPS } from '../../core/track-record.ts'
import { countOf } from '../describe.ts'
import { describeSpan } from '../describe-time.ts'
import { anchorOf, day, html, moment } from './text.ts'

/** How the machine fared over the period. */
export function historySection({ trend, items, since, at }: ComplianceReport): string {
  const fixes = items.flatMap(({ track }) => track.fixes).sort((one, other) => one - other)
  const flapping = items.filter(({ track }) => track.flapping)
  const recurring = items.filter(({ track }) => track.recurring)
  return `<section aria-labelledby="history"><h2 id="history">History</h2>
<p class="quiet">From ${moment(since)} to ${moment(at)}.</p>
${trendOf(trend)}
<p>${fixesOf(fixes)}</p>
${listOf(recurring, 'Failed again', 'Began to fail at least twice in this period:')}
${listOf(flapping, 'Flapping', `Turned at least ${FLAPS} times within ${describeSpan(FLAP_WINDOW)}:`)}
</section>`
}

function fixesOf(fixes: readonly number[]): string {
  if (fixes.length === 0) return 'No failure ended in this period.'
  const median = fixes[Math.floor(fixes.length / 2)] as number
  const longest = fixes.at(-1) as number
  if (fixes.length === 1) return `One failure ended in this period, after <strong>${describeSpan(longest)}</strong>.`
  return `${fixes.length} failures ended in this period: half of them within <strong>${describeSpan(median)}</strong>, the longest after ${describeSpan(longest)}.`
}

function listOf(items: readonly ReportedItem[], title: string, words: string): string {
  if (items.length === 0) return ''
  const rows = items.map(
    ({ check, title: name, track }) =>
      `<li><a href="#${html(anchorOf(check))}">${html(name)}</a> <span class="quiet">(turned ${track.turns} times, failed ${track.failures} times)</span></li>`,
  )
  return `<h3>${title}</h3><p class="small quiet">${words}</p><ul>${rows.join('')}</ul>`
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [920, 220, 44, 28, 12]

function trendOf(points: readonly TrendPoint[]): string {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || points.length < 2) return '<p>There is not enough of it yet to draw a line.</p>'
  const most = Math.max(...points.flatMap(({ passing, failing, unknown }) => [passing, failing, unknown]), 1)
  const x = (at: number) => LEFT + ((WIDTH - LEFT) * (at - first.at)) / Math.max(1, last.at - first.at)
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / most)
  const line = (name: keyof Omit<TrendPoint, 'at'>) =>
    `<polyline class="line ${name}" points="${points.map((point) => `${x(point.at).toFixed(1)},${y(point[name]).toFixed(1)}`).join(' ')}"/>`
  const words = `${countOf(first.passing, 'check')} passed and ${first.failing} failed on ${day(first.at)}; ${last.passing} passed and ${last.failing} failed on ${day(last.at)}.`
  return `<figure class="card" style="margin:0"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(words)}">
<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${y(0)}" y2="${y(0)}"/><line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${y(most)}" y2="${y(most)}"/>
<text x="${LEFT - 8}" y="${y(0) + 4}" text-anchor="end">0</text><text x="${LEFT - 8}" y="${y(most) + 4}" text-anchor="end">${most}</text>
<text x="${LEFT}" y="${HEIGHT - 8}">${day(first.at)}</text><text x="${WIDTH}" y="${HEIGHT - 8}" text-anchor="end">${day(last.at)}</text>
${line('passing')}${line('failing')}${line('unknown')}</svg>
<figcaption class="small quiet">Checks that pass (whole line), fail (dashes), and could not be judged or were not confirmed (dots). ${html(words)}</figcaption></figure>`
}
