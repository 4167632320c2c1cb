import { nameOf } from '../core/event.ts'
import { type PostureReport, sinceOf, type WordedPosture } from '../core/posture-report.ts'
import { describeAgo, describeMoment } from './describe-time.ts'
import { describeWaiver } from './describe-waiver.ts'
import { forTerminal } from './escape.ts'
import { isTroubled } from './order-results.ts'
import { createPaint } from './paint.ts'
import { describeKnown, describeLast, describeLasting, formatCounts, titleOf, toCheckResult } from './posture-lines.ts'
import type { ReportOptions } from './report-options.ts'
import { MARKS } from './table.ts'
import { type DetailsLayout, foundLines, label, proseLines } from './table-details.ts'
import { wordsOf, wrapWords } from './wrap-words.ts'

const DEFAULT_WIDTH = 100
const NARROWEST = 40
const INDENT = MARKS.fail.length + 2
const TITLE_AT = INDENT + 'CRITICAL  '.length

/** What was known of an asset at a time, for people: each check's verdict, since when, why, and in full its own words. */
export function formatPosture(report: PostureReport, { color, width, verbose }: ReportOptions = {}): string {
  const { asset, at, checks } = report
  const paint = createPaint(color)
  const layout: DetailsLayout = {
    paint,
    width: Math.max(NARROWEST, width || DEFAULT_WIDTH),
    indent: INDENT,
    verbose: verbose ?? false,
    began: at,
    now: at,
  }
  const name = forTerminal(nameOf(asset))
  const heading = report.current
    ? `${name} as it is known now`
    : `${name} as it was known at ${describeMoment(at, { seconds: true })}`
  const blocks = checks.map((posture) => formatCheck(posture, at, layout).join('\n'))
  return `${[paint('strong', heading), ...blocks, formatCounts(report, name, paint)].join('\n\n')}\n`
}

function formatCheck(posture: WordedPosture, at: number, layout: DetailsLayout): string[] {
  const { check, verdict, words, seenAt, pruned } = posture
  const { verbose } = layout
  const lines = (name: string, text: string | undefined) =>
    text === undefined ? [] : label(name, wrapText(text, layout), layout)
  const since = sinceOf(posture)
  const result = toCheckResult(posture)
  return [
    ...formatHeading(posture, layout),
    ...lines('Since:', since === null ? 'it is not known' : `${describeMoment(since)} (${describeLasting(since, at)})`),
    ...lines('Waiver:', describeWaiver(posture)),
    ...lines('Reason:', describeKnown(posture)),
    ...lines('Last:', describeLast(posture)),
    ...lines('Seen:', seenAt === null || (!verbose && verdict !== 'error') ? undefined : describeAgo(seenAt, at)),
    ...(isTroubled(verdict) || verbose ? label('Found:', foundLines(result, layout), layout) : []),
    ...(pruned ? lines('Pruned:', 'the entry that told of it is gone, and its evidence with it') : []),
    ...(verbose ? formatWords(posture, layout) : []),
    ...(words.title === null ? lines('Words:', `the definition of ${check} is not known`) : []),
  ]
}

function formatHeading({ check, verdict, words, waiver }: WordedPosture, { paint, width }: DetailsLayout): string[] {
  const troubled = isTroubled(verdict) && !waiver
  const standing = waiver ? 'waived' : verdict
  const severity = words.severity ?? 'unknown'
  const word = troubled && (severity === 'critical' || severity === 'high') ? severity.toUpperCase() : severity
  const rank =
    paint(troubled ? (words.severity ?? 'muted') : 'muted', word) + ' '.repeat(TITLE_AT - INDENT - word.length)
  const title = wordsOf(forTerminal(titleOf(check, words)), troubled ? 'strong' : undefined)
  const id = { text: forTerminal(check), style: 'muted', gap: 2 } as const
  const lines = wrapWords(words.title === null ? title : [...title, id], width - TITLE_AT, paint)
  return lines.map(
    (line, index) => (index === 0 ? `${paint(standing, MARKS[standing])}  ${rank}` : ' '.repeat(TITLE_AT)) + line,
  )
}

/** The check's own words as of then, and where all this stands in the ledger. */
function formatWords({ words, version, definition, sequence }: WordedPosture, layout: DetailsLayout): string[] {
  const { paint } = layout
  const lines = (name: string, text: string | undefined | null) =>
    text ? label(name, wrapText(text, layout), layout) : []
  const params = Object.entries(words.params).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  const document = forTerminal(words.document?.trimEnd() ?? '', { keepLines: true })
  return [
    ...(words.why ? label('Why:', proseLines(words.why, layout), layout) : []),
    ...(words.fix ? label('Fix:', proseLines(words.fix, layout), layout) : []),
    ...lines('Schedule:', words.schedule),
    ...lines('Params:', params.join(', ')),
    ...lines('Version:', version),
    ...lines('Digest:', definition),
    ...lines('Entry:', `${sequence} of the ledger`),
    ...(document
      ? label(
          'YAML:',
          document.split('\n').map((line) => paint('muted', line)),
          layout,
        )
      : []),
  ]
}

function wrapText(text: string, { width, paint }: DetailsLayout): string[] {
  return wrapWords(wordsOf(forTerminal(text)), width - TITLE_AT, paint)
}
