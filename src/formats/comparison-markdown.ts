import { type ChangedCheck, type ComparedCheck, DIRECTIONS, type RunComparison } from '../core/compare-runs.ts'
import {
  DIRECTION_WORDS,
  describeComparison,
  describeSide,
  describeStanding,
  listDifferences,
  listEvidence,
} from './comparison.ts'
import { forMarkdown } from './escape.ts'

/** What differs between two runs as a comment on a pull request. Ends with one newline. */
export function formatComparisonMarkdown(comparison: RunComparison): string {
  const { before, after, changed, added, removed } = comparison
  const groups = DIRECTIONS.flatMap((direction) => {
    const own = changed.filter((each) => each.direction === direction)
    return own.length > 0 ? [`### ${DIRECTION_WORDS[direction]}`, changeTable(own)] : []
  })
  const parts = [
    `## ${describeComparison(comparison)}`,
    `Before: ${forMarkdown(describeSide(before))}  \nAfter: ${forMarkdown(describeSide(after))}`,
    ...groups,
    ...(added.length > 0 ? ['### Added', checkTable(added)] : []),
    ...(removed.length > 0 ? ['### Removed', checkTable(removed)] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function changeTable(changes: readonly ChangedCheck[]): string {
  const rows = changes.map((change) => {
    const { before, after } = change
    const { gone, come } = listEvidence(change)
    const details = [
      ...listDifferences(change).map(([name, old, young]) => `${name}: ${old} → ${young}`),
      ...gone.map((row) => `− ${row}`),
      ...come.map((row) => `+ ${row}`),
    ]
    const cells = [describeStanding(before), describeStanding(after), after.severity, after.title, after.check]
    return rowOf([...cells.map(forMarkdown), details.map(forMarkdown).join('<br>')])
  })
  return [
    rowOf(['Before', 'After', 'Severity', 'Check', 'Id', 'What differs']),
    rowOf(Array.from({ length: 6 }, () => '---')),
    ...rows,
  ].join('\n')
}

function checkTable(checks: readonly ComparedCheck[]): string {
  const rows = checks.map((check) =>
    rowOf([describeStanding(check), check.severity, check.title, check.check].map(forMarkdown)),
  )
  return [rowOf(['Verdict', 'Severity', 'Check', 'Id']), rowOf(['---', '---', '---', '---']), ...rows].join('\n')
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
