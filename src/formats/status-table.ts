import { nameOf } from '../core/event.ts'
import { type PostureReport, sinceOf, type WordedPosture } from '../core/posture-report.ts'
import { formatColumns } from './columns.ts'
import { describeAgo, describeMoment, describeSpan } from './describe-time.ts'
import { describeWaiver } from './describe-waiver.ts'
import { forTerminal } from './escape.ts'
import { isTroubled } from './order-results.ts'
import { createPaint, type Paint } from './paint.ts'
import { describeKnown, describeLast, formatCounts } from './posture-lines.ts'
import type { ReportOptions } from './report-options.ts'
import { MARKS } from './table.ts'
import { wordsOf, wrapWords } from './wrap-words.ts'

const DEFAULT_WIDTH = 100
const NARROWEST = 40
/** Below the severity. */
const INDENT = MARKS.fail.length + 2

/** What is known of an asset now, a line per check, for people; below what does not pass stands why. */
export function formatStatus(report: PostureReport, { color, width }: ReportOptions = {}): string {
  const paint = createPaint(color)
  const columns = Math.max(NARROWEST, width || DEFAULT_WIDTH)
  const { checks, at, asset } = report
  const rows = checks.map(({ check, verdict, words, seenAt, waiver, ...posture }) => {
    const since = sinceOf({ check, verdict, seenAt, ...posture })
    const severity = words.severity ?? 'unknown'
    const stands = isTroubled(verdict) && !waiver && (severity === 'critical' || severity === 'high')
    return [
      MARKS[waiver ? 'waived' : verdict],
      stands ? severity.toUpperCase() : severity,
      check,
      since === null ? 'unknown' : describeMoment(since),
      since === null || since > at ? '' : describeSpan(at - since),
      seenAt === null ? 'unknown' : seenAt > at ? 'in the future' : `${describeSpan(at - seenAt)} ago`,
    ]
  })
  const lines = formatColumns([['VERDICT', 'SEVERITY', 'CHECK', 'SINCE', 'FOR', 'CONFIRMED'], ...rows], {
    style: (text, row, column) => styleCell(text, checks[row - 1], column, paint),
  })
  const table = lines
    .trimEnd()
    .split('\n')
    .flatMap((line, index) => [line, ...formatWhy(checks[index - 1], columns, paint)])
  const { lastSeenAt } = asset
  const asOf =
    lastSeenAt === null ? 'Nothing was reported yet' : `As of the last report, ${describeAgo(lastSeenAt, at)}`
  const counts = formatCounts(report, forTerminal(nameOf(asset)), paint)
  return `${[...table, '', counts, paint('muted', asOf)].join('\n')}\n`
}

function styleCell(text: string, posture: WordedPosture | undefined, column: number, paint: Paint): string {
  if (!posture) return paint('muted', text)
  const { verdict, words, waiver } = posture
  const troubled = isTroubled(verdict) && !waiver
  if (column === 0) return paint(waiver ? 'waived' : verdict, text)
  if (column === 1) return paint(troubled ? (words.severity ?? 'muted') : 'muted', text)
  if (column === 2) return paint(troubled ? 'strong' : undefined, text)
  return paint('muted', text)
}

function formatWhy(posture: WordedPosture | undefined, width: number, paint: Paint): string[] {
  if (!posture || !isTroubled(posture.verdict)) return []
  const last = describeLast(posture)
  const accepted = describeWaiver(posture)
  const waiver = posture.waiver ? `waived ${accepted}` : accepted && `waiver ${accepted}`
  const told = [waiver, describeKnown(posture), last && `before: ${last}`].filter((part) => part !== undefined)
  const lines = told.flatMap((text) => wrapWords(wordsOf(forTerminal(text)), width - INDENT, paint))
  return lines.map((line) => ' '.repeat(INDENT) + line)
}

/** What to say where nothing is known, or nothing was. */
export function describeNothing({ asset, at, current, knownSince }: PostureReport): string {
  const name = nameOf(asset)
  if (knownSince === null) return `nothing was reported of ${name} yet`
  if (!current && at < knownSince) return `nothing was known of ${name} before ${describeMoment(knownSince)}`
  return `no check was in use on ${name} ${current ? 'any more' : `at ${describeMoment(at)}`}`
}
