import { describeReason } from './describe.ts'
import { forTerminal } from './escape.ts'
import type { FormattedResult } from './formatted-report.ts'
import type { Paint } from './paint.ts'
import { wordsOf, wrapWords } from './wrap-words.ts'

/** More than so many checks that do not apply are told by their reasons. */
export const MANY_INAPPLICABLE = 12
/** Reasons that so few share name their checks. */
const FEW = 3

interface FoldLayout {
  readonly paint: Paint
  readonly width: number
  /** What stands before each line, and how far the texts are indented. */
  readonly mark: string
  readonly countWidth: number
  readonly indent: number
}

/** Checks that do not apply, by the reason that they share: `– n/a    28   this machine has no SSH server`. */
export function foldInapplicable(results: readonly FormattedResult[], layout: FoldLayout): string {
  const { paint, width, mark, countWidth, indent } = layout
  const byReason = new Map<string, string[]>()
  for (const result of results) {
    const reason = describeReason(result) ?? 'no reason was given'
    byReason.set(reason, [...(byReason.get(reason) ?? []), result.check])
  }
  const groups = [...byReason].sort(([, one], [, other]) => other.length - one.length)
  const following = ' '.repeat(indent)
  const lines = groups.flatMap(([reason, checks]) => {
    const named = checks.length <= FEW ? ` (${checks.join(', ')})` : ''
    const count = String(checks.length)
    const start = `${paint('muted', mark)}  ${count}${' '.repeat(Math.max(0, countWidth - count.length))}  `
    const text = wrapWords(wordsOf(forTerminal(`${reason}${named}`), 'muted'), width - indent, paint)
    return text.map((line, index) => (index === 0 ? start : following) + line)
  })
  return [...lines, following + paint('muted', '--verbose names each')].join('\n')
}
