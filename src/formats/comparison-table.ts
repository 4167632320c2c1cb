import { type ChangedCheck, type ComparedCheck, DIRECTIONS, type RunComparison } from '../core/compare-runs.ts'
import {
  DIRECTION_WORDS,
  describeComparison,
  describeSide,
  describeStanding,
  listDifferences,
  listEvidence,
} from './comparison.ts'
import { forTerminal } from './escape.ts'
import { createPaint, type Paint, type Style } from './paint.ts'
import type { ReportOptions } from './report-options.ts'

const INDENT = '  '

/** What differs between two runs, worst first, for people at a terminal. Ends with one newline. */
export function formatComparisonTable(comparison: RunComparison, { color }: ReportOptions = {}): string {
  const paint = createPaint(color)
  const { before, after, changed, added, removed } = comparison
  const groups = DIRECTIONS.flatMap((direction) => {
    const own = changed.filter((each) => each.direction === direction)
    return own.length > 0
      ? [[DIRECTION_WORDS[direction], own.flatMap((each) => changeLines(each, paint))] as const]
      : []
  })
  const sides = [
    ['Added', added],
    ['Removed', removed],
  ] as const
  const lists = sides.flatMap(([title, checks]) =>
    checks.length > 0
      ? [[title, checks.map((check) => headLine(check, standingWords(check, paint), paint))] as const]
      : [],
  )
  const sections = [...groups, ...lists].map(([title, lines]) => [paint('strong', title), ...lines, ''].join('\n'))
  return [
    `${paint('muted', 'Before:')} ${forTerminal(describeSide(before))}`,
    `${paint('muted', 'After: ')} ${forTerminal(describeSide(after))}`,
    '',
    ...sections,
    describeComparison(comparison),
    '',
  ].join('\n')
}

function changeLines(change: ChangedCheck, paint: Paint): string[] {
  const { before, after, differs } = change
  const turned = differs.includes('verdict') || differs.includes('waiver')
  const standing = turned
    ? `${standingWords(before, paint)} → ${standingWords(after, paint)}`
    : standingWords(after, paint)
  const { gone, come } = listEvidence(change)
  return [
    headLine(after, standing, paint),
    ...listDifferences(change)
      .filter(([name]) => !(turned && name === 'waiver'))
      .flatMap(([name, old, young]) => [
        `${INDENT}${INDENT}${paint('label', `${name}:`)} ${forTerminal(old)}`,
        `${INDENT}${INDENT}${' '.repeat(name.length)}→ ${forTerminal(young)}`,
      ]),
    ...gone.map((row) => `${INDENT}${INDENT}${paint('muted', `- ${forTerminal(row)}`)}`),
    ...come.map((row) => `${INDENT}${INDENT}+ ${forTerminal(row)}`),
  ]
}

function headLine({ check, title, severity }: ComparedCheck, standing: string, paint: Paint): string {
  const name = `${forTerminal(title)} ${paint('muted', forTerminal(check))}`
  return `${INDENT}${standing}  ${paint(severity, severity.toUpperCase())}  ${name}`
}

function standingWords(check: ComparedCheck, paint: Paint): string {
  const { verdict } = check
  const style: Style = check.waiver && verdict === 'fail' ? 'waived' : verdict
  return paint(style, forTerminal(describeStanding(check)))
}
