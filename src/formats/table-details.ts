import { INAPPLICABLE } from '../core/judge.ts'
import type { CheckResult, Evidence } from '../core/report.ts'
import { countEvidence, describeFound, describeReason, describeRowReason, describeSubject } from './describe.ts'
import { forTerminal } from './escape.ts'
import { isTroubled } from './order-results.ts'
import type { Paint, Style } from './paint.ts'
import { type Inline, parseProse } from './prose.ts'
import { proseLine } from './prose-text.ts'
import { type Word, wordsOf, wrapWords } from './wrap-words.ts'

interface DetailsLayout {
  readonly paint: Paint
  readonly width: number
  readonly indent: number
  readonly verbose: boolean
}

const MOST_ROWS = 3
const UNBREAKING_SPACE = '\u00a0'
/** As wide as a severity in the line above, so that the text stands below the title. */
const LABEL_WIDTH = 'CRITICAL  '.length

/** The indented lines below a check: the reason, the rows that were found, and how to mend it. */
export function formatDetails(result: CheckResult, layout: DetailsLayout): string[] {
  const troubled = isTroubled(result.verdict)
  // Why a check does not apply is worth a line where it says more than that.
  const telling = result.verdict === 'not_applicable' && result.reason !== INAPPLICABLE
  if (!troubled && !telling && !layout.verbose) return []
  const reason = describeReason(result)
  const parts = result.reasons.length > 1 ? result.reasons : reason === undefined ? [] : [reason]
  const style = troubled ? undefined : 'muted'
  const reasons = parts.flatMap((part) => wrap(wordsOf(forTerminal(part), style), layout, parts.length > 1 ? 2 : 0))
  return [
    ...label('Reason:', reasons, layout),
    ...(troubled || layout.verbose ? label('Found:', foundLines(result, layout), layout) : []),
    ...(troubled && layout.verbose && result.why ? label('Why:', proseLines(result.why, layout, 'muted'), layout) : []),
    // How to mend what may not be broken would only lead astray; what could not be seen is in the reason.
    ...(troubled && result.fix && (result.verdict !== 'error' || layout.verbose)
      ? label('Fix:', proseLines(result.fix, layout), layout)
      : []),
  ]
}

function label(name: string, lines: readonly string[], { paint, indent }: DetailsLayout): string[] {
  const start = ' '.repeat(indent) + paint('label', name) + ' '.repeat(LABEL_WIDTH - name.length)
  const following = ' '.repeat(indent + LABEL_WIDTH)
  return lines.map((line, index) => (index === 0 ? start : line === '' ? '' : following) + line)
}

function wrap(words: readonly Word[], layout: DetailsLayout, hanging = 0): string[] {
  return wrapWords(words, layout.width - layout.indent - LABEL_WIDTH, layout.paint, hanging)
}

function foundLines(result: CheckResult, layout: DetailsLayout): string[] {
  const rows = layout.verbose ? result.evidence : result.evidence.slice(0, MOST_ROWS)
  const lines = rows.flatMap((row) => wrap(rowWords(row, result), layout, 2))
  const more = countEvidence(result) - rows.length
  return more > 0 ? [...lines, layout.paint('muted', `… and ${more} more`)] : lines
}

function rowWords(row: Evidence, result: CheckResult): Word[] {
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
function proseLines(markdown: string, layout: DetailsLayout, style?: Style): string[] {
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
