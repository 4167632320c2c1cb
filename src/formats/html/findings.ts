import { type ReportedItem, standingOf } from '../../core/compliance-report.ts'
import type { Evidence } from '../../core/report.ts'
import { shortenText } from '../../core/shorten-text.ts'
import { describeSpan } from '../describe-time.ts'
import { forHtml } from '../escape.ts'
import { anchorOf, html, moment, proseHtml, STANDING_NAMES } from './text.ts'

const MOST_ROWS = 10
const MOST_COLUMNS = 8
const LONGEST_VALUE = 200

export interface FindingContext {
  /** When the report was made. */
  readonly at: number
  /** `framework@version` and requirement, of each that names the check. */
  readonly supports: ReadonlyMap<string, readonly string[]>
}

/** A check that asks somebody to do something, whole. */
export function findingCard(item: ReportedItem, context: FindingContext): string {
  const standing = standingOf(item)
  return `<article class="card finding is-${standing}" id="${html(anchorOf(item.check))}">
<h3>${html(item.title)}</h3>
${factsOf(item, context)}
${item.reason ? `<p>${html(item.reason)}</p>` : ''}
${waiverOf(item)}
${evidenceOf(item)}
${item.fix && standing !== 'waived' ? `<h4>How to mend it</h4>${proseHtml(item.fix)}` : ''}
${item.why ? `<details><summary>Why it matters</summary>${proseHtml(item.why)}</details>` : ''}
${supportOf(item, context)}
</article>`
}

/** A check that asks for nothing, as a line that opens. */
export function findingLine(item: ReportedItem, context: FindingContext): string {
  return `<details class="finding-line" id="${html(anchorOf(item.check))}"><summary><h4>${html(item.title)}</h4></summary>
${factsOf(item, context)}
${item.reason ? `<p>${html(item.reason)}</p>` : ''}
${evidenceOf(item)}
${item.why ? proseHtml(item.why) : ''}
${supportOf(item, context)}
</details>`
}

function factsOf(
  { verdict, severity, since, check, judged, confirmedAt, unseen, ...item }: ReportedItem,
  { at }: FindingContext,
): string {
  const facts = [
    `<strong>${STANDING_NAMES[standingOf({ verdict, ...item })]}</strong>`,
    `${severity} severity`,
    since === null ? '' : `since ${moment(since)}, ${describeSpan(at - since)}`,
    judged ? `last judged: ${STANDING_NAMES[judged.verdict]}, since ${moment(judged.since)}` : '',
    confirmedAt === null ? '' : `last seen ${moment(confirmedAt)}`,
    `<code>${html(check)}</code>`,
    unseen ? 'unseen: nobody has watched this check both pass and fail on such a system yet' : '',
    item.track.flapping ? 'flapping' : '',
    item.track.recurring ? `failed ${item.track.failures} times in this period` : '',
  ]
  return `<div class="tags">${facts
    .filter((fact) => fact !== '')
    .map((fact) => `<span>${fact}</span>`)
    .join('')}</div>`
}

function waiverOf({ waiver, lapsed }: ReportedItem): string {
  if (lapsed) return `<p>The waiver ${html(lapsed.id)} was meant for this, and does not hold: ${html(lapsed.why)}</p>`
  if (!waiver) return ''
  return `<p>Accepted by ${html(waiver.approver)} until ${html(waiver.until)}: ${html(waiver.reason)}</p>`
}

function evidenceOf({ evidence, evidenceTotal, verdict }: ReportedItem): string {
  const rows = evidence.slice(0, MOST_ROWS)
  if (rows.length === 0 || verdict === null) return ''
  const isTold = (value: unknown) => value !== null && value !== ''
  const told = rows.flatMap(({ found }) => Object.keys(found).filter((column) => isTold(found[column])))
  const columns = [...new Set(told)].slice(0, MOST_COLUMNS)
  const named = rows.some(({ clause, resource }) => clause !== undefined || resource !== undefined)
  const heads = [...(named ? ['what'] : []), ...columns, ...(rows.some(({ reason }) => reason) ? ['why'] : [])]
  const body = rows.map(
    (row) =>
      `<tr>${cellsOf(row, columns, heads)
        .map((cell) => `<td>${cell}</td>`)
        .join('')}</tr>`,
  )
  const more = Math.max(evidenceTotal, evidence.length) - rows.length
  return `<div class="scroll"><table><thead><tr>${heads.map((head) => `<th scope="col">${html(head)}</th>`).join('')}</tr></thead>
<tbody>${body.join('')}</tbody></table></div>${more > 0 ? `<p class="small quiet">and ${more} more</p>` : ''}`
}

function cellsOf(
  { clause, resource, reason, found }: Evidence,
  columns: readonly string[],
  heads: readonly string[],
): string[] {
  const value = (text: unknown) =>
    text === undefined || text === null ? '' : forHtml(shortenText(String(text), LONGEST_VALUE))
  return [
    ...(heads[0] === 'what' ? [value([clause, resource].filter((part) => part).join(': '))] : []),
    ...columns.map((column) => value(found[column])),
    ...(heads.at(-1) === 'why' ? [value(reason)] : []),
  ]
}

function supportOf({ check }: ReportedItem, { supports }: FindingContext): string {
  const requirements = supports.get(check) ?? []
  return requirements.length === 0 ? '' : `<p class="small quiet">Supports ${requirements.map(html).join(', ')}</p>`
}
