import { INAPPLICABLE } from '../core/judge.ts'
import type { Evidence } from '../core/report.ts'
import {
  countEvidence,
  describeFound,
  describeReason,
  describeRowReason,
  describeSubject,
  VERDICT_NAMES,
} from './describe.ts'
import { describeAgo, describeSpan } from './describe-time.ts'
import { describeWaiver } from './describe-waiver.ts'
import { forTerminal } from './escape.ts'
import type { FormattedResult } from './formatted-report.ts'
import { isTroubled } from './order-results.ts'
import type { Paint, Style } from './paint.ts'
import { type Inline, parseProse } from './prose.ts'
import { proseLine } from './prose-text.ts'
import { type Word, wordsOf, wrapWords } from './wrap-words.ts'

export interface DetailsLayout {
  readonly paint: Paint
  readonly width: number
  readonly indent: number
  readonly verbose: boolean
  /** When the run began and ended, in milliseconds since 1970. */
  readonly began: number
  readonly now: number
}

const MOST_ROWS = 3
const UNBREAKING_SPACE = '\u00a0'
/** As wide as a severity in the line above, so that the text stands below the title. */
const LABEL_WIDTH = 'CRITICAL  '.length

/** The indented lines below a check: the reason, the rows that were found, and how to mend it. */
export function formatDetails(result: FormattedResult, layout: DetailsLayout): string[] {
  const troubled = isTroubled(result.verdict) && !result.waiver
  // Why a check does not apply is worth a line where it says more than that.
  const telling = result.verdict === 'not_applicable' && result.reason !== INAPPLICABLE
  const waiver = describeWaiver(result)
  const remembered = [
    ...memoryLines(result, layout, troubled || layout.verbose),
    ...(waiver === undefined ? [] : label('Waiver:', wrap(wordsOf(forTerminal(waiver)), layout), layout)),
  ]
  if (!troubled && !telling && !result.waiver && !layout.verbose) return remembered
  const reason = describeReason(result)
  const parts = result.reasons.length > 1 ? result.reasons : reason === undefined ? [] : [reason]
  const style = troubled ? undefined : 'muted'
  const reasons = parts.flatMap((part) => wrap(wordsOf(forTerminal(part), style), layout, parts.length > 1 ? 2 : 0))
  return [
    ...remembered,
    ...label('Reason:', reasons, layout),
    ...(troubled || layout.verbose ? label('Found:', foundLines(result, layout), layout) : []),
    ...(troubled && layout.verbose && result.why ? label('Why:', proseLines(result.why, layout, 'muted'), layout) : []),
    // How to mend what may not be broken would only lead astray; what could not be seen is in the reason.
    ...(troubled && result.fix && (result.verdict !== 'error' || layout.verbose)
      ? label('Fix:', proseLines(result.fix, layout), layout)
      : []),
  ]
}

/** What it was before, since when it is so, and that it was not judged now. */
function memoryLines({ memory, verdict }: FormattedResult, layout: DetailsLayout, whole: boolean): string[] {
  if (!memory) return []
  const { began, now, paint } = layout
  const line = (name: string, text: string) => label(name, wrap(wordsOf(text, 'muted'), layout), layout)
  const { changed, judged, since, observedAt, due } = memory
  const lines: string[] = []
  if (changed?.from === null) lines.push(...line('New:', 'judged for the first time'))
  else if (changed) {
    const lasted =
      changed.since === null ? '' : `, for ${describeSpan(Date.parse(observedAt) - Date.parse(changed.since))}`
    const was = label('Was:', [paint(changed.from, `${VERDICT_NAMES[changed.from]}${lasted}`)], layout)
    lines.push(...was)
  } else if (whole && Date.parse(since) < began) lines.push(...line('Since:', describeAgo(Date.parse(since), now)))
  if (whole && judged && changed?.from !== judged.verdict) {
    const seen = `${VERDICT_NAMES[judged.verdict]}, since ${describeAgo(Date.parse(judged.since), now)}`
    if (verdict === 'error') lines.push(...line('Last:', seen))
  }
  if (!due) lines.push(...line('Not due:', `last result from ${describeAgo(Date.parse(observedAt), now)}`))
  return lines
}

export function label(name: string, lines: readonly string[], { paint, indent }: DetailsLayout): string[] {
  const start = ' '.repeat(indent) + paint('label', name) + ' '.repeat(LABEL_WIDTH - name.length)
  const following = ' '.repeat(indent + LABEL_WIDTH)
  return lines.map((line, index) => (index === 0 ? start : line === '' ? '' : following) + line)
}

function wrap(words: readonly Word[], layout: DetailsLayout, hanging = 0): string[] {
  return wrapWords(words, layout.width - layout.indent - LABEL_WIDTH, layout.paint, hanging)
}

export function foundLines(result: FormattedResult, layout: DetailsLayout): string[] {
  const rows = layout.verbose ? result.evidence : result.evidence.slice(0, MOST_ROWS)
  const lines = rows.flatMap((row) => wrap(rowWords(row, result), layout, 2))
  const more = countEvidence(result) - rows.length
  return more > 0 ? [...lines, layout.paint('muted', `… and ${more} more`)] : lines
}

function rowWords(row: Evidence, result: FormattedResult): Word[] {
  const subject = wordsOf(forTerminal(describeSubject(row)))
  const pairs = describeFound(row.found, row.resource)
  const found = pairs.map(
    (pair): Word => ({ text: forTerminal(pair), style: subject.length > 0 ? 'muted' : undefined, gap: 2 }),
  )
  const reason = describeRowReason(row, result)
  const said = reason === undefined ? [] : wordsOf(forTerminal(`(${reason})`), 'muted')
  return [...subject, ...found, ...said.map((word, index) => (index === 0 ? { ...word, gap: 2 } : word))]
}

/** Commands of a code block stay unbroken, so that they can be copied. */
export function proseLines(markdown: string, layout: DetailsLayout, style?: Style): string[] {
  return parseProse(markdown).flatMap((block) => {
    if (block.kind === 'code') return block.lines.map((line) => layout.paint(style, `  ${forTerminal(line)}`.trimEnd()))
    const words = proseWords(block.inlines, style)
    if (block.kind === 'paragraph') return wrap(words, layout)
    const margin = '  '.repeat(block.depth)
    const mark = margin + (block.mark === '-' ? '•' : block.mark)
    return wrap([{ text: mark, style }, ...words], layout, mark.length + 1)
  })
}

/** A code span is one word, so that a command is not broken where there is room for it. */
function proseWords(inlines: readonly Inline[], style?: Style): Word[] {
  const unbroken = inlines.map((inline) => {
    return inline.kind === 'code' ? { ...inline, text: inline.text.replace(/\s/g, UNBREAKING_SPACE) } : inline
  })
  const words = wordsOf(forTerminal(proseLine(unbroken)), style)
  return words.map((word) => ({ ...word, text: word.text.replaceAll(UNBREAKING_SPACE, ' ') }))
}
