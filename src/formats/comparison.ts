import type { ChangedCheck, ComparedCheck, Difference, Direction, RunComparison } from '../core/compare-runs.ts'
import type { Evidence } from '../core/report.ts'
import { shortenText } from '../core/shorten-text.ts'
import { countOf, describeFound, describeSubject, VERDICT_NAMES } from './describe.ts'

// Everything here answers plain text as it was found; whoever prints it escapes it.

export const DIRECTION_WORDS: Readonly<Record<Direction, string>> = {
  worse: 'Worse',
  unknown: 'No longer known',
  better: 'Better',
  other: 'Otherwise different',
}

const LONGEST = 300
const MOST_ROWS = 5

/** Such as `web-1 at 2026-03-04 05:06:08 UTC`. */
export function describeSide({ name, at }: RunComparison['before']): string {
  return `${name || 'an unnamed machine'} at ${at.slice(0, 19).replace('T', ' ')} UTC`
}

/** How a check stands: its verdict, or that its failure is accepted, and until when. */
export function describeStanding({ verdict, waiver }: ComparedCheck): string {
  return waiver ? `waived until ${waiver.until}` : VERDICT_NAMES[verdict]
}

/** Such as `3 of 120 checks differ: 1 worse, 2 better; 1 check added, 1 check removed`. */
export function describeComparison({ changed, added, removed, same }: RunComparison): string {
  if (changed.length + added.length + removed.length === 0) return `No difference in ${countOf(same, 'check')}`
  const count = (direction: Direction) => changed.filter((each) => each.direction === direction).length
  const parts = [
    [count('worse'), 'worse'],
    [count('unknown'), 'no longer known'],
    [count('better'), 'better'],
    [count('other'), 'otherwise'],
  ] as const
  const told = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  return [
    `${changed.length} of ${countOf(changed.length + same, 'check')} ${changed.length === 1 ? 'differs' : 'differ'}${told.length > 0 ? `: ${told.join(', ')}` : ''}`,
    ...(added.length > 0 ? [`${countOf(added.length, 'check')} added`] : []),
    ...(removed.length > 0 ? [`${countOf(removed.length, 'check')} removed`] : []),
  ].join('; ')
}

/** What differs besides the verdict, each as its name and its two sides. */
export function listDifferences({ differs, before, after }: ChangedCheck): (readonly [string, string, string])[] {
  const sides: Readonly<Record<Difference, (check: ComparedCheck) => string>> = {
    verdict: describeStanding,
    waiver: ({ waiver }) => (waiver ? `${waiver.id}, until ${waiver.until}` : 'none'),
    since: ({ since }) => since ?? 'unknown',
    reason: ({ reason }) => shortenText(reason ?? 'none', LONGEST),
    evidence: () => '',
    version: ({ version }) => version ?? 'unknown',
  }
  return differs
    .filter((each) => each !== 'verdict' && each !== 'evidence')
    .map((each) => [each, sides[each](before), sides[each](after)])
}

/** Rows of evidence that only one side has. */
export function listEvidence({ differs, before, after }: ChangedCheck): { gone: string[]; come: string[] } {
  if (!differs.includes('evidence')) return { gone: [], come: [] }
  const [old, young] = [before.evidence.map(describeRow), after.evidence.map(describeRow)]
  return { gone: cut(old.filter((row) => !young.includes(row))), come: cut(young.filter((row) => !old.includes(row))) }
}

function describeRow(row: Evidence): string {
  return [describeSubject(row), ...describeFound(row.found, row.resource)].filter((part) => part !== '').join('  ')
}

function cut(rows: string[]): string[] {
  return rows.length > MOST_ROWS ? [...rows.slice(0, MOST_ROWS), `… and ${rows.length - MOST_ROWS} more`] : rows
}
