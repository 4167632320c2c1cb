import type { CompiledCheck, Tree } from '../core/compiled.ts'
import { BEST_FIRST, negate, VERDICTS, type Verdict, WORST_FIRST } from '../core/verdict.ts'
import { toLiteral } from './literal.ts'

/**
 * A compiled check as one self-contained statement: paste it into osqueryi and read `verdict`. One row comes back,
 * with `leaves`: per clause what was expected and found, as JSON.
 */
export function toStatement({ leaves, tree, check, platform, version }: CompiledCheck): string {
  const values = leaves.map(
    ({ index, path, title, expected, sql }) =>
      ` (${index}, ${toLiteral(path)}, ${toLiteral(title)}, ${toLiteral(expected ?? null)}, (\n${sql}\n ))`,
  )
  const gates = leaves.flatMap((leaf) =>
    leaf.gates.map(({ kind, reason }, at) => {
      const verdict = kind === 'when' ? 'not_applicable' : 'error'
      return ` (${leaf.index}, ${at}, '${verdict}', ${toLiteral(reason)})`
    }),
  )
  const tallies = leaves.map(
    ({ index, rule, ifEmpty }) =>
      ` WHEN ${index} THEN ${tallyVerdict(rule === 'any' ? BEST_FIRST : WORST_FIRST, ifEmpty)}`,
  )
  return `-- ${check.id} on ${platform}, version ${version}: ${check.title.replace(/\s+/g, ' ')}
WITH k_gates (k_leaf, k_gate, k_stops, k_reason) AS (VALUES
${gates.length > 0 ? gates.join(',\n') : ' (NULL, NULL, NULL, NULL)'}),
k_leaves (k_leaf, k_path, k_title, k_expected, k_found) AS MATERIALIZED (VALUES
${values.join(',\n')}),
k_judged AS MATERIALIZED (SELECT l.*, k_reason, coalesce(k_stops, CASE l.k_leaf
${tallies.join('\n')}
 END) AS k_verdict
 FROM k_leaves l LEFT JOIN k_gates g ON g.k_leaf = l.k_leaf AND g.k_gate = k_found ->> 'gate')
SELECT ${combined(tree)} AS verdict,
 (SELECT json_group_array(json_object('clause', k_path, 'title', k_title, 'verdict', k_verdict, 'reason', k_reason, 'expected', k_expected, 'found', json(k_found))) FROM k_judged) AS leaves;
`
}

function tallyVerdict(order: readonly Verdict[], ifEmpty: Verdict): string {
  const present = order.map((verdict) => `WHEN k_found ->> '$.tally.${verdict}' > 0 THEN '${verdict}'`)
  return `CASE ${present.join(' ')} ELSE '${ifEmpty}' END`
}

function combined(tree: Tree): string {
  if (typeof tree === 'number') return `(SELECT k_verdict FROM k_judged WHERE k_leaf = ${tree})`
  if ('not' in tree) {
    const swapped = VERDICTS.map((verdict) => `WHEN '${verdict}' THEN '${negate(verdict)}'`)
    return `CASE ${combined(tree.not)} ${swapped.join(' ')} END`
  }
  const order = 'all' in tree ? WORST_FIRST : BEST_FIRST
  const parts = ('all' in tree ? tree.all : tree.any).map(combined)
  const ranks = parts.map(
    (part) => `CASE ${part} ${order.map((verdict, rank) => `WHEN '${verdict}' THEN ${rank}`).join(' ')} END`,
  )
  const best = ranks.length === 1 ? ranks[0] : `min(${ranks.join(', ')})`
  return `CASE ${best} ${order.map((verdict, rank) => `WHEN ${rank} THEN '${verdict}'`).join(' ')} END`
}
