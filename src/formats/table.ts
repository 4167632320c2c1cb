import type { Verdict } from '../core/verdict.ts'
import { countOf, describeAsset, describeElapsed, describeSource, elapsedOf } from './describe.ts'
import { describeAgo } from './describe-time.ts'
import { listCounts } from './describe-waiver.ts'
import { forTerminal } from './escape.ts'
import type { FormattedReport, FormattedResult } from './formatted-report.ts'
import { groupResults, isTroubled } from './order-results.ts'
import { createPaint, type Paint, type Style } from './paint.ts'
import type { ReportOptions } from './report-options.ts'
import { formatDetails } from './table-details.ts'
import { foldInapplicable, MANY_INAPPLICABLE } from './table-inapplicable.ts'
import { measureText, padText } from './text-width.ts'
import { type Word, wordsOf, wrapWords } from './wrap-words.ts'

export const MARKS: Readonly<Record<Verdict | 'waived', string>> = {
  fail: '✗ FAIL ',
  error: '? ERROR',
  warn: '! WARN ',
  waived: '~WAIVED',
  pass: '✓ pass ',
  not_applicable: '– n/a  ',
}

const DEFAULT_WIDTH = 100
const NARROWEST = 40
const GAP = '  '
const SEVERITY_WIDTH = 'CRITICAL'.length
const MARK_WIDTH = MARKS.fail.length
const TITLE_AT = MARK_WIDTH + GAP.length + SEVERITY_WIDTH + GAP.length
/** Below this many columns for titles, ids follow the titles instead of standing in a column. */
const LEAST_TITLE = 28

interface Layout {
  readonly paint: Paint
  readonly width: number
  /** Columns of the titles; undefined where ids follow the titles. */
  readonly titleWidth: number | undefined
  readonly verbose: boolean
  readonly began: number
  readonly now: number
}

/** A run for people at a terminal: what does not pass first, each with why, what was found, and how to mend it. */
export function formatTable(report: FormattedReport, options: ReportOptions = {}): string {
  const width = Math.max(NARROWEST, options.width || DEFAULT_WIDTH)
  const paint = createPaint(options.color)
  const titleWidth = chooseTitleWidth(report.results, width)
  const now = Date.parse(report.finishedAt)
  const layout: Layout = {
    paint,
    width,
    titleWidth,
    verbose: options.verbose ?? false,
    began: Date.parse(report.startedAt),
    now,
  }
  const formatAll = (results: readonly FormattedResult[]) =>
    groupResults(results).map((group) => formatGroup(group.results, layout))
  // What changed comes before everything else: it is why most people look.
  const changed = report.results.filter(hasChanged)
  const same = report.results.filter((result) => !hasChanged(result))
  const first = changed.length === 0 ? [] : [paint('strong', describeComparison(report, now)), ...formatAll(changed)]
  const apart = changed.length > 0 && same.length > 0 ? [paint('strong', 'As before:')] : []
  return `${[...first, ...apart, ...formatAll(same), formatSummary(report, layout)].join('\n\n')}\n`
}

function hasChanged({ memory }: FormattedResult): boolean {
  return memory?.changed != null
}

function describeComparison({ memory }: FormattedReport, now: number): string {
  const last = memory?.lastRunAt
  return last == null ? 'Changed:' : `Changed since the last run, ${describeAgo(Date.parse(last), now)}:`
}

function chooseTitleWidth(results: readonly FormattedResult[], width: number): number | undefined {
  const widest = (texts: string[]): number => texts.reduce((most, text) => Math.max(most, measureText(text)), 0)
  const title = widest(results.map((result) => forTerminal(result.title)))
  const room = width - TITLE_AT - GAP.length - widest(results.map((result) => forTerminal(result.check)))
  if (title <= room) return title
  return room < LEAST_TITLE ? undefined : room
}

/** Results with details stand apart by an empty line; those of one line stand together. */
function formatGroup(results: readonly FormattedResult[], layout: Layout): string {
  if (!layout.verbose && results.length > MANY_INAPPLICABLE && results[0]?.verdict === 'not_applicable') {
    return foldInapplicable(results, {
      ...layout,
      mark: MARKS.not_applicable,
      countWidth: SEVERITY_WIDTH,
      indent: TITLE_AT,
    })
  }
  let text = ''
  let apart = false
  for (const [index, result] of results.entries()) {
    const details = formatDetails(result, { ...layout, indent: MARK_WIDTH + GAP.length })
    if (index > 0) text += apart || details.length > 0 ? '\n\n' : '\n'
    text += [...formatHeading(result, layout), ...details].join('\n')
    apart = details.length > 0
  }
  return text
}

function formatHeading(result: FormattedResult, { paint, width, titleWidth }: Layout): string[] {
  const { verdict, severity, waiver } = result
  const troubled = isTroubled(verdict) && !waiver
  const standing = waiver ? 'waived' : verdict
  const stands = severity === 'critical' || severity === 'high'
  const word = stands && troubled ? severity.toUpperCase() : severity
  const rank = paint(troubled ? severity : 'muted', word) + ' '.repeat(SEVERITY_WIDTH - word.length)
  const start = `${paint(standing, MARKS[standing])}${GAP}${rank}${GAP}`
  const titleStyle: Style | undefined = troubled ? 'strong' : verdict === 'not_applicable' ? 'muted' : undefined
  const words = wordsOf(forTerminal(result.title), titleStyle)
  const id: Word = { text: forTerminal(result.check), style: 'muted', gap: GAP.length }
  const following = ' '.repeat(TITLE_AT)
  if (titleWidth === undefined) {
    const lines = wrapWords([...words, id], width - TITLE_AT, paint)
    return lines.map((line, index) => (index === 0 ? start : following) + line)
  }
  const plain = wrapWords(words, titleWidth, createPaint(false))
  const lines = wrapWords(words, titleWidth, paint)
  const padding = padText('', titleWidth - measureText(plain[0] ?? ''))
  const first = `${start}${lines[0] ?? ''}${padding}${GAP}${paint('muted', id.text)}`
  return [first, ...lines.slice(1).map((line) => following + line)]
}

function formatSummary(report: FormattedReport, { paint, width }: Layout): string {
  const { results, summary, source } = report
  const elapsed = elapsedOf(report)
  const took = elapsed === undefined ? '' : ` in ${describeElapsed(elapsed)}`
  const counts = listCounts(summary)
  const words = counts.map(({ style, text }, index): Word => {
    return { text: `${text}${index < counts.length - 1 ? ',' : ''}`, style }
  })
  const total: Word = { text: `${countOf(results.length, 'check')}${took}:`, style: 'strong' }
  const asset = describeAsset(report)
  const engine = describeSource(source) + (asset === '' ? '' : ',')
  const origin = wordsOf(forTerminal(engine), source.kind !== 'ledger' && source.preview ? 'preview' : 'muted')
  const place = wordsOf(forTerminal(asset === '' ? '' : `on ${asset}`), 'muted')
  const note = [...wordsOf('Source:', 'muted'), ...origin, ...place]
  const lines = [...wrapWords([total, ...words], width, paint), ...wrapWords(note, width, paint)]
  return [...lines, ...memoryLine(report, width, paint)].join('\n')
}

/** Where it is remembered, and how much of it is not from this run. */
function memoryLine({ memory, results }: FormattedReport, width: number, paint: Paint): string[] {
  if (!memory) return []
  const old = results.filter((result) => result.memory?.due === false).length
  const first = memory.lastRunAt === null ? 'first run here, ' : ''
  const text = `State: ${first}${old > 0 ? `${old} not due, ` : ''}kept in ${memory.state}`
  return wrapWords(wordsOf(forTerminal(text), 'muted'), width, paint)
}
