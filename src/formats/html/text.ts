import { SEVERITIES, type Severity } from '../../core/check.ts'
import type { ReportedItem, Standing } from '../../core/compliance-report.ts'
import { standingOf } from '../../core/compliance-report.ts'
import { shortenText } from '../../core/shorten-text.ts'
import { forHtml } from '../escape.ts'
import { type Inline, parseProse } from '../prose.ts'

/** What each standing is called: with a count before it, and by itself. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  fail: 'fail',
  error: 'could not be judged',
  warn: 'pass with a warning',
  waived: 'fail, and that is accepted',
  pass: 'pass',
  not_applicable: 'do not apply here',
  not_asked: 'were not asked',
}

export const STANDING_NAMES: Readonly<Record<Standing, string>> = {
  fail: 'fails',
  error: 'could not be judged',
  warn: 'passes with a warning',
  waived: 'fails, and that is accepted',
  pass: 'passes',
  not_applicable: 'does not apply here',
  not_asked: 'was not asked',
}

/** A square's mark, so that nobody needs its colour. */
export const MARKS: Readonly<Record<Standing, string>> = {
  fail: '✕',
  error: '?',
  warn: '!',
  waived: '~',
  pass: '✓',
  not_applicable: '–',
  not_asked: '',
}

/** Characters of any one text on the page; what is longer is cut, and shows that it was. */
const LONGEST = 4000

export function html(text: string): string {
  return forHtml(shortenText(text, LONGEST))
}

/** A moment in UTC, since a report travels: `2026-03-04 14:18 UTC`. */
export function moment(time: number): string {
  return `<time datetime="${new Date(time).toISOString()}">${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`
}

export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Where a check stands on the page. */
export function anchorOf(check: string): string {
  return `check-${encodeURIComponent(check.toWellFormed())}`
}

export function square(item: ReportedItem): string {
  const standing = standingOf(item)
  const label = html(`${item.title}: ${STANDING_NAMES[standing]}`)
  return `<li><a class="square ${standing}" href="#${html(anchorOf(item.check))}" aria-label="${label}" title="${label}">${MARKS[standing]}</a></li>`
}

/** A square that stands for itself, in a legend. */
export function sample(standing: Standing): string {
  return `<span class="square ${standing}" aria-hidden="true">${MARKS[standing]}</span>`
}

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

/** Prose in Markdown as HTML, in which nothing is markup but what we wrote. */
export function proseHtml(markdown: string): string {
  let out = ''
  let inList = false
  for (const block of parseProse(shortenText(markdown, LONGEST))) {
    if (inList !== (block.kind === 'item')) out += inList ? '</ul>' : '<ul>'
    inList = block.kind === 'item'
    if (block.kind === 'code') out += `<pre>${block.lines.map((line) => forHtml(line)).join('\n')}</pre>`
    else if (block.kind === 'item') out += `<li>${inlinesHtml(block.inlines)}</li>`
    else out += `<p>${inlinesHtml(block.inlines)}</p>`
  }
  return inList ? `${out}</ul>` : out
}

function inlinesHtml(inlines: readonly Inline[]): string {
  return inlines.map(inlineHtml).join('')
}

function inlineHtml({ kind, text, url }: Inline): string {
  const shown = forHtml(text)
  if (kind === 'code') return `<code>${shown}</code>`
  if (kind === 'strong') return `<strong>${shown}</strong>`
  // Other schemes could run something, or lead into the machine that reads.
  if (kind === 'link' && url !== undefined && /^https:\/\//i.test(url)) {
    return `<a href="${forHtml(url)}" rel="noreferrer noopener">${shown}</a>`
  }
  return shown
}
