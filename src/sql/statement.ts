import type { CompiledCheck, Tree } from '../core/compiled.ts'
import { BEST_FIRST, negate, VERDICTS, type Verdict, WORST_FIRST } from '../core/verdict.ts'
import { toLiteral } from './literal.ts'

/**
 * A compiled check as one self-contained statement: paste it into osqueryi and read `verdict`. One row comes back,
 * with `leaves`: per clause what was expected and found, as JSON.
 */
export function toStatement({ leaves, tree, check, platform, version }: CompiledCheck): string {
  const values = leaves.map(({ index, path, title, expected, rule, ifEmpty, sql }) => {
    const told = [path, title, expected ?? null, rule, ifEmpty].map((value) => toPrintable(value))
    return ` (${index}, ${told.join(', ')}, (\n${sql}\n ))`
  })
  const gates = leaves.flatMap((leaf) =>
    leaf.gates.map(({ kind, reason }, at) => {
      const verdict = kind === 'when' ? 'not_applicable' : 'error'
      return ` (${leaf.index}, ${at}, '${verdict}', ${toPrintable(reason)})`
    }),
  )
  // SQLite copies a CTE wherever it is named, so each is named once and its rows are turned into columns.
  const columns = leaves.map(({ index }) => ` max(k_verdict) FILTER (WHERE k_leaf = ${index}) AS k_v${index},\n`)
  return `-- ${check.id} on ${platform}, version ${version}: ${check.title.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')}
WITH k_gates (k_leaf, k_gate, k_stops, k_reason) AS (VALUES
${gates.length > 0 ? gates.join(',\n') : ' (NULL, NULL, NULL, NULL)'}),
k_leaves (k_leaf, k_path, k_title, k_expected, k_rule, k_empty, k_found) AS MATERIALIZED (VALUES
${values.join(',\n')}),
k_judged AS MATERIALIZED (SELECT l.*, k_reason, coalesce(k_stops,
 CASE k_rule WHEN 'any' THEN ${tallyVerdict(BEST_FIRST)} ELSE ${tallyVerdict(WORST_FIRST)} END) AS k_verdict
 FROM k_leaves l LEFT JOIN k_gates g ON g.k_leaf = l.k_leaf AND g.k_gate = k_found ->> 'gate')
SELECT ${combined(tree)} AS verdict, leaves
FROM (SELECT
${columns.join('')} json_group_array(json_object('clause', k_path, 'title', k_title, 'verdict', k_verdict, 'reason', k_reason, 'expected', k_expected, 'found', json(k_found))) AS leaves
 FROM k_judged);
`
}

// What a terminal would obey. Joiners of letters and emoji are not: they stay in their words.
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu

/** A literal of the same value that is safe to print: what a terminal would obey is built outside the quotes. */
function toPrintable(value: string | null): string {
  return toLiteral(value).replace(UNSEEN, (character) => `' || char(${character.codePointAt(0)}) || '`)
}

function tallyVerdict(order: readonly Verdict[]): string {
  const present = order.map((verdict) => `WHEN k_found ->> '$.tally.${verdict}' > 0 THEN '${verdict}'`)
  return `CASE ${present.join(' ')} ELSE k_empty END`
}

function combined(tree: Tree): string {
  if (typeof tree === 'number') return `k_v${tree}`
  if ('not' in tree) {
    const swapped = VERDICTS.map((verdict) => `WHEN '${verdict}' THEN '${negate(verdict)}'`)
    return `CASE ${combined(tree.not)} ${swapped.join(' ')} END`
  }
  if ('first' in tree) return combined(tree.first[0] as Tree)
  const order = 'all' in tree ? WORST_FIRST : BEST_FIRST
  const parts = ('all' in tree ? tree.all : tree.any).map(combined)
  const ranks = parts.map(
    (part) => `CASE ${part} ${order.map((verdict, rank) => `WHEN '${verdict}' THEN ${rank}`).join(' ')} END`,
  )
  return `CASE ${least(ranks)} ${order.map((verdict, rank) => `WHEN ${rank} THEN '${verdict}'`).join(' ')} END`
}

// osquery's SQLite passes no more than 127 arguments to a function.
const MOST_ARGUMENTS = 100

function least(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0] as string
  if (terms.length <= MOST_ARGUMENTS) return `min(${terms.join(', ')})`
  const groups = Array.from({ length: Math.ceil(terms.length / MOST_ARGUMENTS) }, (_, group) =>
    terms.slice(group * MOST_ARGUMENTS, (group + 1) * MOST_ARGUMENTS),
  )
  return least(groups.map(least))
}
